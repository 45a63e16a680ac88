"""Shows in full what a statement said before its source rewrote it: /statement N version K."""

from bot.commands.command import heading, number
from bot.commands.found import no_page
from bot.commands.mistake import Mistake
from bot.commands.request import Reply
from bot.render.message import Block, Choice, Message, Notice, Paragraph, Span, Style
from bot.render.text import pages, shorten
from bot.speech import Speech
from storage.database import Work
from storage.records import Statement, Version

WORDS = frozenset({"version", "버전"})
"""What is typed between the number of a statement and that of a version."""
PAGE = 3000
_TITLE = 300


def former(found: Statement, typed: list[str], work: Work, speech: Speech) -> Reply:
    """Show a page of a former version: `typed` is its number, and which page of it."""
    versions = {one.number: one for one in work.statements.versions.of(found.id)}
    example = f"/statement {found.id} version {max(versions, default=1)}"
    key = number(typed[0], example)
    page = number(typed[1], f"{example} 2") if len(typed) > 1 else 1
    version = versions.get(key)
    if not versions:
        raise Mistake(
            "No former version of #{number} is kept: {example}", number=found.id, example=_now(found)
        )
    if version is None:
        raise Mistake(
            "Of #{number} these versions are kept: {versions}. For example: {example}",
            number=found.id,
            versions=speech.joined(map(str, versions)),
            example=example,
        )
    parts = pages(version.text, PAGE) or ("",)
    if not 1 <= page <= len(parts):
        raise no_page(found.id, len(parts), example)
    blocks = [*_head(found, version, speech)] if page == 1 else []
    blocks += [Paragraph((Span(part),)) for part in parts[page - 1].split("\n\n") if part]
    if len(parts) > 1:
        where = speech.t("#{number}, page {page} of {pages}", number=found.id, page=page, pages=len(parts))
        blocks.append(Notice((Span(where),)))
    command = f"/statement {found.id} version {key}"
    ways = [Choice(speech.t("Back"), f"{command} {page - 1}")] if page > 1 else []
    ways += [Choice(speech.t("Read on"), f"{command} {page + 1}")] if page < len(parts) else []
    change = len(versions) - list(versions).index(key)
    ways.append(Choice(speech.t("What changed"), f"/statement {found.id} versions {change}"))
    ways.append(Choice(speech.t("As it is now"), f"/statement {found.id}"))
    return Reply((Message(tuple(blocks), (tuple(ways),)),))


def _now(found: Statement) -> str:
    return f"/statement {found.id}"


def _head(found: Statement, version: Version, speech: Speech) -> tuple[Block, ...]:
    title = shorten(version.title, _TITLE) or speech.t("without a title")
    kept = speech.t(
        "It said so from {since} until {until}; what it says now is another version.",
        since=speech.moment(version.since),
        until=speech.moment(version.until),
    )
    return (
        heading(speech.t("#{number} · former version {version}", number=found.id, version=version.number)),
        Paragraph((Span(title, Style.BOLD),)),
        Notice((Span(kept),)),
    )
