"""Draws how Vigil reads a statement, for `vigil explain`: everything found, and why it would ring."""

from bot.render.message import Block, Field, Heading, Items, Line, Message, Notice, Span, Style
from bot.render.statement import asked_blocks, dates_text, issuers_text, persons_text, signed_text, where_text
from bot.speech import Speech
from storage.records import Statement


def explanation(statement: Statement, speech: Speech) -> Message:
    """A message with every field that was found; what was not found is left out."""
    alert = statement.alert
    ringing = speech.t("rings at once") if alert.urgent else speech.t("does not ring by itself")
    cap = f"{alert.msg_type} / {alert.urgency} / {alert.severity} / {alert.certainty}"
    blocks: list[Block] = [
        Heading((Span(statement.title, Style.BOLD),)),
        Field(speech.t("Kind"), (Span(speech.kind(statement.kind)),)),
        Field(speech.t("Alert"), (Span(ringing, Style.BOLD), Span(f" ({cap})"))),
    ]
    found = (
        (speech.t("From"), issuers_text(statement, speech)),
        (speech.t("Dates"), dates_text(statement, speech)),
        (speech.t("By"), speech.date(statement.deadline) if statement.deadline else ""),
        (speech.t("At risk"), persons_text(statement, speech)),
        (speech.t("Where"), where_text(statement, speech)),
        (speech.t("Signed"), signed_text(statement.signatories, speech)),
        (speech.t("Identifiers"), ", ".join(statement.identifiers)),
        (speech.t("Instruments"), ", ".join(statement.instruments)),
    )
    blocks += [Field(label, (Span(text),)) for label, text in found if text]
    blocks += asked_blocks(statement, speech, most=len(statement.demands))
    reasons = tuple(_reason(reason.rule, reason.evidence) for reason in alert.reasons)
    if reasons:
        blocks += [Notice((Span(speech.t("Why it was judged so:")),)), Items(reasons)]
    return Message(tuple(blocks))


def _reason(rule: str, evidence: str) -> Line:
    return (Span(rule, Style.CODE), Span(f" “{evidence}”" if evidence else ""))
