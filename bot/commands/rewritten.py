"""Shows what was changed in a statement since it was first read: /statement N versions."""

from bot.commands.command import heading, number, paragraph, reply
from bot.commands.mistake import Mistake
from bot.commands.request import Reply
from bot.render.difference import change_line, changes
from bot.render.message import Block, Choice, Items, Notice, Paragraph, Span
from bot.render.statement import title_line
from bot.render.text import shorten
from bot.speech import Speech
from storage.database import Work
from storage.records import Statement, Version

WORDS = frozenset({"versions", "version", "changes", "변경", "버전"})
"""What is typed behind a number for this."""
_MOST = 12
"""Changes told of one rewriting."""


def rewritten(found: Statement, typed: list[str], work: Work, speech: Speech) -> Reply:
    """Show one rewriting of the statement, the last if nothing else is asked for: when, and what of it."""
    versions = work.statements.versions.of(found.id)
    if not versions:
        return reply(
            heading(speech.t("#{number} · what changed", number=found.id)),
            Paragraph(title_line(found, speech)),
            paragraph(speech.t("Nothing was changed in it since it was first read here.")),
            choices=((Choice(speech.t("Full text"), f"/statement {found.id}"),),),
        )
    page = number(typed[0], f"/statement {found.id} versions 2") if typed else 1
    if not 1 <= page <= len(versions):
        raise Mistake(
            "The changes of #{number} are told one by one, 1 to {last}: {example}",
            number=found.id,
            last=len(versions),
            example=f"/statement {found.id} versions {len(versions)}",
        )
    at = len(versions) - page
    old = versions[at]
    new = versions[at + 1] if page > 1 else None
    title, text = (new.title, new.text) if new else (found.title, found.text)
    blocks: list[Block] = [
        heading(speech.t("#{number} · what changed", number=found.id)),
        Paragraph(title_line(found, speech)),
        Paragraph((Span(_when(old, speech)),)),
        *_told(old, title, text, speech),
        Notice(
            (
                Span(
                    speech.t(
                        "Change {number} of {last}, the newest first. What it said before is kept here.",
                        number=page,
                        last=len(versions),
                    )
                ),
            )
        ),
    ]
    command = f"/statement {found.id} versions"
    ways = [Choice(speech.t("Later"), f"{command} {page - 1}")] if page > 1 else []
    ways += [Choice(speech.t("Earlier"), f"{command} {page + 1}")] if page < len(versions) else []
    ways.append(Choice(speech.t("What it said before"), f"/statement {found.id} version {old.number}"))
    ways.append(Choice(speech.t("Full text"), f"/statement {found.id}"))
    return reply(*blocks, choices=(tuple(ways),))


def _when(old: Version, speech: Speech) -> str:
    since, until = speech.moment(old.since), speech.moment(old.until)
    if old.rewritten:
        return speech.t(
            "Rewritten at its source: what was read on {since} said something else on {until}.",
            since=since,
            until=until,
        )
    return speech.t(
        "Not rewritten: on {until} more of it could be read than on {since}.", since=since, until=until
    )


def _told(old: Version, title: str, text: str, speech: Speech) -> list[Block]:
    found = changes(old.text, text)
    lines = [change_line(change, speech) for change in found[:_MOST]]
    if old.title != title:
        was, now = shorten(old.title, 200), shorten(title, 200)
        lines.insert(0, speech.line("The title was “{before}”, and is “{after}”.", before=was, after=now))
    if not lines:
        return [paragraph(speech.t("Only spaces and the like."))]
    blocks: list[Block] = [Items(tuple(lines))]
    if len(found) > _MOST:
        more = speech.n("and {count} more change", "and {count} more changes", len(found) - _MOST)
        blocks.append(paragraph(more))
    return blocks
