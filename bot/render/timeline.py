"""Sets a case as a timeline: what happened, what was asked, what changed, and how it stands."""

from datetime import date

from bot.render.message import Block, Heading, Items, Notice, Paragraph, Quote, Span, Style
from bot.render.results import about
from bot.render.standing import gone_text, shown_title
from bot.render.statement import TITLE, addressee_text, field, grouped, quote_line
from bot.render.text import passage, shorten
from bot.speech import Speech, msgid
from storage.records import DESK, Case, Demand, Statement
from storage.words import CaseState, MsgType, Relation

_DEMANDS = 4
"""New demands shown of one statement; /statement shows all."""
_WORDS = 220
STATES = {
    CaseState.OPEN: msgid("open"),
    CaseState.UPDATED: msgid("updated"),
    CaseState.RESOLVED: msgid("resolved"),
    CaseState.STOPPED: msgid("stopped"),
    CaseState.WITHDRAWN: msgid("withdrawn"),
}
_MEANT = {
    CaseState.OPEN: msgid("Nothing newer is known here."),
    CaseState.UPDATED: msgid("There is later news; it stands below."),
    CaseState.RESOLVED: msgid("The matter has come to its end."),
    CaseState.STOPPED: msgid("The issuer has called the action off. Nothing is asked any more."),
    CaseState.WITHDRAWN: msgid("What was said has been taken back."),
}


def case_blocks(case: Case, shown: tuple[Statement, ...], speech: Speech) -> tuple[Block, ...]:
    """Return the head of a case: its name, how it stands, since when and until when."""
    title = shorten(case.title, TITLE) or (shown_title(shown[0], speech, TITLE) if shown else "")
    state = speech.t(STATES[case.state])
    heading = speech.t("Case {number} · {state}", number=case.id, state=state)
    zone = speech.timezone
    return (
        Heading((Span(heading, Style.BOLD),)),
        *((Paragraph((Span(title, Style.BOLD),)),) if title else ()),
        Paragraph((Span(speech.t(_MEANT[case.state])),)),
        *field(speech.t("Taken up"), speech.date(case.opened.astimezone(zone).date()) if case.opened else ""),
        *field(
            speech.t("Last news"),
            speech.date(case.updated.astimezone(zone).date())
            if case.updated and case.state is not CaseState.OPEN
            else "",
        ),
    )


def happened(
    statement: Statement,
    became: tuple[str, ...],
    known: set[str],
    speech: Speech,
    day: date | None,
    *,
    unconfirmed: bool = False,
) -> tuple[Block, ...]:
    """Return one statement of a case, and what `became` of it, but that it is gone.

    `known` are the demands told before, and takes those told here.
    `unconfirmed`: it says that the matter is over, and an admin has yet to look, or decided against it.
    """
    title = shown_title(statement, speech, 160)
    head = [
        Span(f"{speech.date(day) if day else speech.t('date not stated')} · "),
        Span(f"{_role(statement, speech, unconfirmed=unconfirmed)}\n"),
    ]
    name = [Span(f"#{statement.id} ", Style.BOLD), Span(title, Style.BOLD, statement.url)]
    if statement.taken_down:
        return (Paragraph((*head, *name)),)
    blocks: list[Block] = [Paragraph((*head, *name, Span(f"\n{about(statement, speech)}")))]
    if statement.relation is Relation.UPDATE:
        evidence = tuple(reason.evidence for reason in statement.alert.reasons)
        words = passage(statement.text, evidence, _WORDS, title=statement.title)
        blocks += [Quote((Span(words),))] if words else []
    blocks += _asked(statement, known, speech)
    standing = [*became, gone_text(statement, speech)]
    told = " · ".join(part for part in standing if part)
    blocks += [Notice((Span(told),))] if told else []
    return tuple(blocks)


def _role(statement: Statement, speech: Speech, *, unconfirmed: bool) -> str:
    if unconfirmed:
        return speech.t("says that it is over; nobody here has confirmed that")
    if statement.alert.msg_type is MsgType.CANCEL:
        is_ours = statement.source_name == DESK.name
        return speech.t("taken back by those who run this watch") if is_ours else speech.t("called off")
    if statement.relation is Relation.UPDATE:
        return speech.t("news")
    if statement.relation is Relation.DUPLICATE:
        return speech.t("the same, passed on")
    return speech.t("first said")


def _asked(statement: Statement, known: set[str], speech: Speech) -> list[Block]:
    """Set what is asked here for the first time in this case, a few of it."""
    blocks: list[Block] = []
    left = _DEMANDS
    for addressee, demands in grouped(statement):
        new = [demand for demand in demands if _same(demand) not in known]
        known.update(_same(demand) for demand in new)
        if new and left:
            who = Span(addressee_text(addressee.name, addressee.country, speech), Style.BOLD)
            blocks.append(Paragraph(speech.line("Asked of {addressee}:", addressee=who)))
            blocks.append(Items(tuple(quote_line(demand, speech) for demand in new[:left])))
            left -= min(left, len(new))
    return blocks


def _same(demand: Demand) -> str:
    return f"{demand.to.casefold()}|{' '.join(demand.quote.casefold().split())}"
