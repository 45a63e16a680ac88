"""What is on or off in a chat: few words, drills, and whether reactions count; /settings discreet:on."""

from bot.commands.command import code, paragraph, reply
from bot.commands.mistake import Mistake
from bot.commands.request import Reply, Request
from bot.render.message import Block, Choice, Paragraph
from bot.speech import Speech
from storage.database import Work
from storage.people import Recipient


def switch(typed: str, request: Request, work: Work, speech: Speech) -> Reply | None:
    """Carry out and answer "drills:on" and its like; None where no switch is named."""
    named, wanted = _set_to(typed)
    if named not in _SWITCHES:
        return None
    if wanted is None:
        raise Mistake("Write it so: {example}", example=f"/settings {named}:on")
    recipient = work.recipients.ensure(request.transport, request.address, speech.language, request.now)
    said = _SWITCHES[named](wanted, recipient, work, speech)
    back = Choice(speech.t("Undo"), f"/settings {named}:{'off' if wanted else 'on'}")
    return reply(*map(paragraph, said), choices=((back, Choice(speech.t("Settings"), "/settings")),))


def switches_blocks(recipient: Recipient, speech: Speech) -> list[Block]:
    """Return what is on, with the line that ends it, for /settings."""
    blocks: list[Block] = []
    if recipient.discreet:
        blocks.append(paragraph(speech.t("Messages here say only that there is news.")))
    if recipient.drills:
        drills = speech.line("Drills come here too. To end that: {undo}", undo=code("/settings drills:off"))
        blocks.append(Paragraph(drills))
    if recipient.counts:
        counted = speech.line(
            "Who reacts to an alert here is counted as having seen it. To end that: {undo}",
            undo=code("/settings seen:off"),
        )
        blocks.append(Paragraph(counted))
    return blocks


def switches_choices(
    recipient: Recipient | None, request: Request, speech: Speech
) -> tuple[tuple[Choice, ...], ...]:
    """Return a button for each that can be turned on or off here.

    Who has seen an alert is counted where several people read it; elsewhere it can only be ended.
    """
    discreet, drills, counts = (
        (recipient.discreet, recipient.drills, recipient.counts) if recipient else (False, False, False)
    )
    few = Choice(speech.t("Only say that there is news"), "/settings discreet:on")
    if discreet:
        few = Choice(speech.t("Say it in full"), "/settings discreet:off")
    practised = Choice(speech.t("Drills, too"), "/settings drills:on")
    if drills:
        practised = Choice(speech.t("No drills"), "/settings drills:off")
    others = [practised]
    if counts:
        others.append(Choice(speech.t("Count no reactions"), "/settings seen:off"))
    elif request.group or request.about:
        others.append(Choice(speech.t("Count who has seen it"), "/settings seen:on"))
    return ((few,), tuple(others))


def _set_to(typed: str) -> tuple[str, bool | None]:
    """Return what is set, and to what: "drills:on", "drills on"; None where that is not understood."""
    named, _, value = typed.casefold().replace(":", " ").partition(" ")
    return named, {"on": True, "off": False}.get(value.strip())


def _set_discreet(wanted: bool, recipient: Recipient, work: Work, speech: Speech) -> tuple[str, ...]:
    work.recipients.set_discreet(recipient.id, discreet=wanted)
    if not wanted:
        return (speech.t("From now on messages here say what they are about."),)
    few = speech.t("From now on messages here only say “There is news.”, and offer to show it.")
    rest = speech.t(
        "What you ask for, and what stands here already, is shown as before: delete what nobody else may see."
    )
    return few, rest


def _set_drills(wanted: bool, recipient: Recipient, work: Work, speech: Speech) -> tuple[str, ...]:
    work.recipients.set_drills(recipient.id, wanted=wanted)
    if not wanted:
        return (speech.t("From now on no drill comes here."),)
    told = speech.t(
        "From now on drills come here too: alerts by which the watch is practised. Each begins with "
        "EXERCISE or TEST, and nobody is in danger."
    )
    return (told,)


def _set_counts(wanted: bool, recipient: Recipient, work: Work, speech: Speech) -> tuple[str, ...]:
    work.recipients.set_counts(recipient.id, wanted=wanted)
    if not wanted:
        return (speech.t("From now on reactions are not counted here."),)
    told = speech.t(
        "From now on reactions to alerts are counted here, as “seen”: how many, and never whose. The "
        "button “Why did I get this?” tells."
    )
    if recipient.transport != "telegram":
        return (told,)
    more = speech.t(
        "In a group the bot has to be an admin for that. In a channel every reaction is counted, as Telegram "
        "does not tell there who reacts."
    )
    return told, more


_SWITCHES = {"discreet": _set_discreet, "drills": _set_drills, "seen": _set_counts}
"""What is on or off: each sets it for a recipient, and returns what is said."""
