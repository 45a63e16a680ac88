"""Says before anything else that something is not meant in earnest: a drill, a test, a draft."""

from bot.render.message import Span, Style
from bot.speech import Speech, msgid
from storage.words import Status

_BANNERS = {
    Status.ACTUAL: ("", ""),
    Status.EXERCISE: (msgid("EXERCISE"), msgid("This is an exercise. Nobody is in danger.")),
    Status.TEST: (msgid("TEST"), msgid("This is a test. Nobody is in danger.")),
    Status.DRAFT: (msgid("DRAFT"), msgid("This is a draft. It has not been approved.")),
}
"""CAP 1.2 section 3.2.1: whatever is not Actual says so before anything else."""


def banner(status: Status, speech: Speech) -> str:
    """Return the word that stands first; "" for what is real."""
    return speech.t(_BANNERS[status][0]) if status is not Status.ACTUAL else ""


def remark(status: Status, speech: Speech) -> str:
    """Return the sentence that says it; "" for what is real."""
    return speech.t(_BANNERS[status][1]) if status is not Status.ACTUAL else ""


def marked(status: Status, speech: Speech) -> tuple[Span, ...]:
    """Return the word as it stands before a line; nothing for what is real."""
    word = banner(status, speech)
    return (Span(word, Style.BOLD), Span(" · ")) if word else ()
