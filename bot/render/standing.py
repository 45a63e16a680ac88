"""Says what became of a statement since it was published: rewritten, gone at its source, taken down."""

from datetime import datetime

from bot.render.drill import marked
from bot.render.message import Block, Heading, Message, Paragraph, Span, Style
from bot.render.statement import untitled
from bot.render.text import shorten
from bot.speech import Speech
from jobs.steps.sensitive import MARK
from storage.records import Statement
from storage.words import Gone, Status


def gone_text(statement: Statement, speech: Speech) -> str:
    """Return since when its source does not show it, and what was seen of that; "" where it does."""
    if statement.gone is None:
        return ""
    day = speech.date(statement.gone.astimezone(speech.timezone).date())
    if statement.gone_as is Gone.PAGE:
        return speech.t("not at its source any more: found so on {date}, its page is not there", date=day)
    return speech.t("not listed by its source any more: found so on {date}", date=day)


def taken_back_text(correction: tuple[int, datetime] | None, speech: Speech) -> str:
    """Return when those who run the watch took it back, and where they say so; "" where they did not."""
    if correction is None:
        return ""
    number, sent = correction
    day = speech.date(sent.astimezone(speech.timezone).date())
    return speech.t(
        "taken back on {date} by those who run this watch: `/statement {number}`", date=day, number=number
    )


def over_text(since: datetime | None, speech: Speech) -> str:
    """Return that a call is over since then, and that nothing is asked any more; "" where it is not."""
    if since is None:
        return ""
    day = speech.date(since.astimezone(speech.timezone).date())
    return speech.t("This call is over ({date}). Nothing is asked any more.", date=day)


def withheld_text(statement: Statement, speech: Speech) -> str:
    """Return that words were taken out of it, and what stands in their place; "" where none were."""
    if not statement.withheld:
        return ""
    return speech.t("Words were withheld for somebody's safety: {mark}", mark=MARK)


def rewritten_text(versions: int, speech: Speech) -> str:
    """Return how often its source rewrote it; "" where it never did."""
    if versions == 1:
        return speech.t("rewritten at its source once")
    if not versions:
        return ""
    return speech.n("rewritten at its source {count} time", "rewritten at its source {count} times", versions)


def standing_text(statement: Statement, rewritten: int, speech: Speech) -> str:
    """Return in a few words that it is gone at its source, or was rewritten there; "" where neither."""
    told = [speech.t("gone at its source")] if statement.gone else []
    told += [speech.t("rewritten")] if rewritten else []
    return ", ".join(told)


def taken_down_blocks(statement: Statement, speech: Speech) -> tuple[Block, ...]:
    """Return what is said in place of a statement that an admin took down."""
    assert statement.taken_down is not None  # noqa: S101 - asked for such only
    heading = speech.t("#{number} · taken down", number=statement.id)
    day = speech.date(statement.taken_down.astimezone(speech.timezone).date())
    said = speech.t(
        "This {kind} was taken down on {date}, for somebody's safety. Its words are not kept here any more.",
        kind=speech.kind(statement.kind),
        date=day,
    )
    return (Heading((Span(heading, Style.BOLD),)), Paragraph((Span(said),)))


def taken_down_message(status: Status, speech: Speech) -> Message:
    """Return what stands in a chat where an alert stood that was taken down: nothing that tells which."""
    said = Span(speech.t("What stood here was taken down, for somebody's safety."))
    return Message((Paragraph((*marked(status, speech), said)),), silent=True)


def shown_title(statement: Statement, speech: Speech, limit: int) -> str:
    """Return the title, or a word in its place where there is none or it was taken down."""
    if statement.taken_down:
        return speech.t("taken down")
    return shorten(statement.title, limit) or untitled(statement, speech)
