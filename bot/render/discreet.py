"""Says only that there is something: for chats where nobody else may read what it is about."""

from bot.render.drill import marked
from bot.render.message import Choice, Message, Paragraph, Span
from bot.speech import Speech
from storage.words import Status


def ping(shown: str, speech: Speech, *, silent: bool, status: Status = Status.ACTUAL) -> Message:
    """Return the same few words for an alert, an update, an end, a reminder, a digest and a notice.

    The button asks for the rest, which /show knows as `shown`; without pressing it nothing can be read, not
    even on a lock screen. Only that it is no more than a drill is said: nobody is to be frightened by that.
    """
    said = speech.t("There is news.")
    return Message(
        (Paragraph((*marked(status, speech), Span(said))),),
        ((Choice(speech.t("Show"), f"/show {shown}"),),),
        silent=silent,
    )
