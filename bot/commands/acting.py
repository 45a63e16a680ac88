"""Says how one can act on a call: whom it asks for what, where letters go, and its model letter: /act."""

from bot.commands import drills
from bot.commands.command import arguments, heading, paragraph
from bot.commands.found import statement_or_reply, typed_words
from bot.commands.request import Reply, Request
from bot.render.message import Block, Choice, Field, Message, Notice, Paragraph, Quote, Span
from bot.render.standing import over_text, taken_back_text
from bot.render.statement import asked_blocks, deadline_text, field, issuers_text, source_line, title_line
from bot.render.text import shorten
from bot.speech import Speech
from jobs.steps.extract.ways import Ways, ways_in
from storage.database import Work
from storage.records import Source, Statement
from storage.words import MsgType

EXAMPLE = "/act 12"
_MOST_DEMANDS = 12
_ADDRESS = 400
"""Characters of an address, all its lines together."""


def act(request: Request, work: Work, speech: Speech) -> Reply:
    """Show the ways to act that the statement with the number typed names, all in its own words."""
    found = statement_or_reply(typed_words(arguments(request)), EXAMPLE, work, speech)
    if isinstance(found, Reply):
        return found
    source = work.sources.by_name(found.source_name)
    over = taken_back_text(work.alerts.correction_of(found.id), speech)
    over = over or over_text(work.alerts.over_since([found.id]).get(found.id), speech)
    if over or found.alert.msg_type is MsgType.CANCEL:
        return drills.read(found, _asks_nothing(found, over, source, speech), work, speech)
    today = request.now.astimezone(speech.timezone).date()
    blocks: tuple[Block, ...] = (
        heading(speech.t("How to act")),
        Paragraph(title_line(found, speech)),
        *field(speech.t("From"), issuers_text(found, speech, source)),
        *field(speech.t("By"), deadline_text(found.deadline, today, speech) if found.deadline else ""),
        *asked_blocks(found, speech, most=_MOST_DEMANDS),
        *_ways(ways_in(found.text), found, speech),
        Field(speech.t("Source"), source_line(found, speech, source)),
        Notice(
            (Span(speech.t("Whom you write to learns who you are. Decide whether that is safe for you.")),)
        ),
    )
    text = Choice(speech.t("Full text"), f"/statement {found.id}")
    case = (Choice(speech.t("The case"), f"/case {found.case_id}"),) if found.case_id else ()
    return drills.read(found, Reply((Message(blocks, ((text, *case),)),)), work, speech)


def _asks_nothing(found: Statement, over: str, source: Source | None, speech: Speech) -> Reply:
    """Return what there is of a call that is `over`, or of what says so of one; it is not to be acted on."""
    said = over or speech.t("It says that a call is over; how that stands now is in its case.")
    blocks = (
        heading(said),
        Paragraph(title_line(found, speech)),
        *field(speech.t("From"), issuers_text(found, speech, source)),
        Field(speech.t("Source"), source_line(found, speech, source)),
    )
    case = (Choice(speech.t("What became of it"), f"/case {found.case_id}"),) if found.case_id else ()
    return Reply((Message(blocks, ((*case, Choice(speech.t("Full text"), f"/statement {found.id}")),)),))


def _ways(ways: Ways, found: Statement, speech: Speech) -> tuple[Block, ...]:
    """Return addresses and letter as they stand in the text, or that it has none."""
    blocks: list[Block] = []
    if ways.addresses:
        blocks.append(paragraph(speech.t("Letters go to, as the text says:")))
        blocks += [paragraph(shorten_lines(one)) for one in ways.addresses]
    if ways.letter:
        blocks.append(paragraph(speech.t("The letter that it offers, to be changed or sent as it is:")))
        blocks.append(Quote((Span(ways.letter),), folded=True))
    if blocks:
        return tuple(blocks)
    if found.demands or found.addressees:
        return (paragraph(speech.t("It gives no address and no model letter; its source may.")),)
    return (paragraph(speech.t("It says neither who is asked nor for what; its source may.")),)


def shorten_lines(address: str) -> str:
    """Return an address with its lines, cut where it is too long to be one."""
    lines = [shorten(line, 120) for line in address.splitlines()]
    told = "\n".join(line for line in lines if line)
    return told if len(told) <= _ADDRESS else f"{told[:_ADDRESS].rsplit(maxsplit=1)[0]} …"
