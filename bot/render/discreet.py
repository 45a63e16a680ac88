"""Says only that there is something: for chats where nobody else may read what it is about."""

from bot.render.message import Choice, Message, Paragraph, Span
from bot.speech import Speech


def ping(alert_id: int, speech: Speech, *, silent: bool) -> Message:
    """Return the same few words for an alert, an update, an end, a reminder and a digest.

    The button asks for the rest; without pressing it nothing can be read, not even on a lock screen.
    """
    said = speech.t("There is news.")
    return Message(
        (Paragraph((Span(said),)),), ((Choice(speech.t("Show"), f"/show {alert_id}"),),), silent=silent
    )
