"""What the admins' desk goes by: its rules, as the operator set them, and why it refuses something."""

from dataclasses import dataclass
from datetime import UTC, timedelta, tzinfo
from enum import StrEnum

from jobs.limits import USUAL as POLICY
from jobs.limits import Policy
from jobs.notices import Admins
from jobs.unanswered import REMIND_AFTER

NOBODY = Admins()


class Refusal(StrEnum):
    """Why something was not done."""

    UNKNOWN = "unknown"
    """There is no such appeal."""
    COOLING = "cooling"
    """It is approved, and about to be sent."""
    SENT = "sent"
    STOPPED = "stopped"
    CORRECTED = "corrected"
    DRAFT = "draft"
    """It was not approved yet."""
    STALE = "stale"
    """Its words are not those that were approved."""
    OWN = "own"
    """Who wrote it approved it."""
    TWICE = "twice"
    """The same admin approved it before."""
    NEW = "new"
    """Who approved it joined the desk only now."""
    NOT_YET = "not_yet"
    """Who would take it back joined the desk only now."""
    NOBODY = "nobody"
    """It would reach nobody."""
    AN_END = "an_end"
    """It calls something off itself."""
    UNHEARD = "unheard"
    """Nobody has got it."""
    OVER = "over"
    """The day by which it asks for something has passed."""
    FINISHED = "finished"
    """Nothing of it waits any more."""
    PAST = "past"
    """The moment at which it was to go out has passed."""
    UNFINISHED = "unfinished"
    """In one of its languages there is a headline without a text."""
    ENOUGH = "enough"
    """Whoever approves it stands for as many on that day as one admin may."""
    ENOUGH_OF_OTHERS = "enough_of_others"
    """The same of its author, or of another who approved it."""
    FULL = "full"
    """Its author has as many drafts as one admin may."""


class Refused(Exception):
    """Something is not done, and nothing was changed; `why` says the reason."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Rules:
    """How appeals are sent here, and what is looked at before it is."""

    approvals: int = 2
    """How many people stand for an appeal, its author counted."""
    per_day: int = 5
    """For how many appeals that go out within a day of each other one admin may stand; drills count apart."""
    cooling_off: timedelta = timedelta(minutes=1)
    per_second: float = 30.0
    """Messages that may leave in a second, for estimates."""
    organisation: str = ""
    """Who runs this watch, as people know them; "" where that was not said."""
    admins: Admins = NOBODY
    review: Policy = POLICY
    remind_after: timedelta = REMIND_AFTER
    """What waits for somebody's look is first told of again after so long."""
    zone: tzinfo = UTC
    """The clock of those who named none."""

    def lasts(self, recipients: int, *, shows: bool = False) -> int:
        """Seconds until so many have a message; a picture is one of its own."""
        return -(-recipients * (2 if shows else 1) // max(1, int(self.per_second)))


USUAL = Rules()
