"""/stop alone: what can be halted now, a button for each."""

from bot.commands.command import heading, paragraph, reply
from bot.commands.previews import stop_choice
from bot.commands.request import Reply
from bot.render.desk import listed
from bot.render.message import Choice, Items
from bot.speech import Speech
from storage.database import Work
from storage.words import AppealState

_HALTS = (AppealState.SCHEDULED, AppealState.COOLING)


def which(work: Work, speech: Speech) -> Reply:
    """Return what is about to be sent or on its way, the newest first; nothing is halted yet."""
    going = {one.appeal_id for one in work.sendings.going() if one.appeal_id and not one.corrects}
    found = [one for one in work.appeals.newest() if one.state in _HALTS or one.id in going]
    if not found:
        told = speech.t("Nothing is on its way or about to be. To take back what was sent: /correct")
        return reply(paragraph(told))
    rung = work.alerts.many([one.alert_id for one in found if one.alert_id])
    lines = []
    rows: list[tuple[Choice, ...]] = []
    for one in found:
        alert = rung.get(one.alert_id)
        headline = one.draft.headline if one.draft else alert.statement.title if alert else ""
        lines.append(listed(one, headline, "", speech))
        rows.append((Choice(speech.t("Stop {number}", number=one.id), stop_choice(one.id, speech).command),))
    return reply(heading(speech.t("What is to be stopped?")), Items(tuple(lines)), choices=tuple(rows))
