"""What the deliverer asks of a transport: to put something before one recipient, and say what came of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from jobs.amend import Changed
from jobs.manner import Manner
from jobs.outcome import Outcome
from jobs.removals import Erased
from storage.people import Notice, Recipient
from storage.records import Alert


class Voice(Protocol):
    """How one transport puts something before one recipient; `key` is the same for every repetition."""

    @property
    def name(self) -> str:
        """The transport's name, as deliveries know it."""

    @property
    def remembers(self) -> timedelta:
        """For how long the platform recognises a repetition by its key; zero: it never does."""

    async def tell(
        self, alerts: Sequence[Alert], recipient: Recipient, key: str, now: datetime, manner: Manner
    ) -> Outcome:
        """Sends one alert, or a digest of some, in this manner."""

    async def notify(self, notice: Notice, recipient: Recipient, key: str, now: datetime) -> Outcome:
        """Sends an admin a notice."""

    @property
    def changes(self) -> bool:
        """Whether the reader would see a change where a message stands."""

    async def amend(self, change: Changed, recipient: Recipient, now: datetime) -> Outcome:
        """Shows what a message has to say now, in its place."""

    async def erase(self, told: Erased, recipient: Recipient, now: datetime) -> Outcome:
        """Takes a message away for somebody's safety, or what it must not say any more out of it."""

    async def renew(self, notice: Notice, recipient: Recipient, reference: str, key: str) -> Outcome:
        """Shows an admin a notice as it stands now, in place of the message of this reference."""

    async def ping(self) -> Outcome:
        """Whether the platform is there, asked with what no reader sees: Sent, or as for a message."""
