"""What a platform answered to one attempt to send, in the six ways that are treated differently."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sent:
    """Delivered; `reference` is the platform's own id of the message.

    `bare`: why it was taken only without its markup, which is our fault. `left`: what of a message that was
    to be taken away stays all the same, and why.
    """

    reference: str = ""
    bare: str = ""
    left: str = ""


@dataclass(frozen=True, slots=True)
class RetryLater:
    """Not delivered, and it is safe to try again after `seconds`.

    `everyone` is True when the whole account must wait, False when only this chat must. `guessed`: the
    platform did not say how long, so the wait grows while it goes on; else it is obeyed to the second.
    `ours`: what is refused is our own account, so a new start, with what was missing, need not wait.
    `perhaps`: it may have arrived, and is safe to be repeated for as long as the platform remembers its key.
    """

    seconds: float
    detail: str
    everyone: bool = False
    guessed: bool = False
    ours: bool = False
    perhaps: bool = False


@dataclass(frozen=True, slots=True)
class Gone:
    """The recipient cannot be reached any more: blocked, kicked, deleted."""

    detail: str


@dataclass(frozen=True, slots=True)
class Migrated:
    """The chat has another address now; send there."""

    address: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """The platform will never take this message: our fault, an admin must see it."""

    detail: str


@dataclass(frozen=True, slots=True)
class Uncertain:
    """It may or may not have been delivered: the answer did not arrive."""

    detail: str


Outcome = Sent | RetryLater | Gone | Migrated | Rejected | Uncertain
