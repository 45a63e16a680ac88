"""Says only that there is something: for chats where nobody else may read what it is about."""

from bot.render.drill import marked
from bot.render.message import Choice, Message, Paragraph, Span
from bot.speech import Speech
from storage.words import Status


def ping(
    shown: str, speech: Speech, *, silent: bool, status: Status = Status.ACTUAL, about: int | None = None
) -> Message:
    """Return the same few words for an alert, an update, an end, a reminder, a digest and a notice.

    The button asks for the rest, which /show knows as `shown`; without pressing it nothing can be read, not
    even on a lock screen. What it shows takes the place of these words where a platform can do that, and is
    changed and taken away with them. `about`: the one statement that it is about, to which the readers of a
    channel are led. Only that it is no more than a drill is said: nobody is to be frightened by that.
    """
    said = speech.t("There is news.")
    command = f"/show {shown} {about}" if about else f"/show {shown}"
    return Message(
        (Paragraph((*marked(status, speech), Span(said))),),
        ((Choice(speech.t("Show"), command, turns=True),),),
        silent=silent,
    )
