"""Sets a citation, fit to be passed on: title, issuer, kind, dates told apart, and where it stands."""

from datetime import datetime

from bot.render import links
from bot.render.appeal import kind_text
from bot.render.message import Message, Paragraph, Span, Style
from bot.render.standing import gone_text, over_text, rewritten_text
from bot.render.statement import dates_text, issuers_text, untitled
from bot.render.text import shorten
from bot.speech import Speech
from storage.records import Source, Statement

_TITLE = 300


def citation(
    statement: Statement,
    speech: Speech,
    source: Source | None = None,
    rewritten: int = 0,
    over: datetime | None = None,
    *,
    taken_back: bool = False,
) -> Message:
    """Return the citation of a statement; as plain text (`plain_text`) it says the same, address and all.

    `rewritten`: how often its source rewrote it; what is cited is what it says now. `over`: since when it is
    a call that is over. `taken_back`: whether those who run the watch did so.
    """
    title = shorten(statement.title, _TITLE) or untitled(statement, speech)
    below = [
        " · ".join(
            (
                issuers_text(statement, speech, source),
                kind_text(statement, speech),
                dates_text(statement, speech),
            )
        ),
        speech.t("taken back by those who run this watch") if taken_back else "",
        over_text(over, speech),
        rewritten_text(rewritten, speech),
        gone_text(statement, speech),
    ]
    line = [Span(f"“{title}”", Style.BOLD)]
    line += [Span(f"\n{text}") for text in below if text]
    if links.host(statement.url):
        line += [Span("\n"), Span(statement.url, href=statement.url)]
    else:
        line.append(Span(f"\n{speech.t('no link was given')}"))
    return Message((Paragraph(tuple(line)),))


def described(
    statement: Statement, speech: Speech, source: Source | None = None, *, over: bool = False
) -> str:
    """Return one line for a list of citations: who, what and when."""
    parts = (
        issuers_text(statement, speech, source),
        kind_text(statement, speech),
        dates_text(statement, speech),
        speech.t("over") if over else "",
    )
    return " · ".join(part for part in parts if part)
