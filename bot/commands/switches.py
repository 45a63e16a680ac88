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
    found = _SWITCHES.get(named)
    return found(wanted, request, work, speech) if found else None


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


def _set_to(typed: str) -> tuple[str, bool | None]:
    """Return what is set, and to what: "drills:on", "drills on"; None where that is not understood."""
    named, _, value = typed.casefold().replace(":", " ").partition(" ")
    return named, {"on": True, "off": False}.get(value.strip())


def _set_discreet(wanted: bool | None, request: Request, work: Work, speech: Speech) -> Reply:
    if wanted is None:
        raise Mistake("Write it so: {example}", example="/settings discreet:on")
    recipient = work.recipients.ensure(request.transport, request.address, speech.language, request.now)
    work.recipients.set_discreet(recipient.id, discreet=wanted)
    back = Choice(speech.t("Undo"), f"/settings discreet:{'off' if wanted else 'on'}")
    if wanted:
        few = speech.t("From now on messages here only say “There is news.”, with a button that shows it.")
        rest = speech.t(
            "What you ask for, and what stands here already, is shown as before: "
            "delete what nobody else may see."
        )
        said = [paragraph(few), paragraph(rest)]
    else:
        said = [paragraph(speech.t("From now on messages here say what they are about."))]
    return reply(*said, choices=((back, Choice(speech.t("Settings"), "/settings")),))


def _set_drills(wanted: bool | None, request: Request, work: Work, speech: Speech) -> Reply:
    if wanted is None:
        raise Mistake("Write it so: {example}", example="/settings drills:on")
    recipient = work.recipients.ensure(request.transport, request.address, speech.language, request.now)
    work.recipients.set_drills(recipient.id, wanted=wanted)
    back = Choice(speech.t("Undo"), f"/settings drills:{'off' if wanted else 'on'}")
    said = (
        speech.t(
            "From now on drills come here too: alerts by which the watch is practised. Each begins with "
            "EXERCISE or TEST, and nobody is in danger."
        )
        if wanted
        else speech.t("From now on no drill comes here.")
    )
    return reply(paragraph(said), choices=((back, Choice(speech.t("Settings"), "/settings")),))


def _set_counts(wanted: bool | None, request: Request, work: Work, speech: Speech) -> Reply:
    if wanted is None:
        raise Mistake("Write it so: {example}", example="/settings seen:on")
    recipient = work.recipients.ensure(request.transport, request.address, speech.language, request.now)
    work.recipients.set_counts(recipient.id, wanted=wanted)
    back = Choice(speech.t("Undo"), f"/settings seen:{'off' if wanted else 'on'}")
    said = (
        speech.t(
            "From now on reactions to alerts are counted here, as “seen”: how many, and never whose. The "
            "button “Why did I get this?” tells. In a group the bot has to be an admin for that."
        )
        if wanted
        else speech.t("From now on reactions are not counted here.")
    )
    return reply(paragraph(said), choices=((back, Choice(speech.t("Settings"), "/settings")),))


_SWITCHES = {"discreet": _set_discreet, "drills": _set_drills, "seen": _set_counts}
"""What is on or off."""
