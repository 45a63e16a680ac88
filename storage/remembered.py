"""What is remembered of those outside: what a hub was asked, how a page was read last, what a chat has heard.

Values as those of `storage.records`, which know nothing of them.
"""

from dataclasses import dataclass, field
from datetime import datetime

from storage.words import Severity, SubscriptionState, Urgency


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a hub was asked for: to push what one source publishes to an address of ours, for a time."""

    source_id: int
    hub: str
    topic: str
    base: str
    """Our public address, as the hub was told."""
    token: str = field(repr=False)
    """The part of the callback address that nobody can guess: who knows it, speaks for the hub."""
    secret: str = field(repr=False)
    """What the hub signs its pushes with."""
    due: datetime
    """When something is to be done next: asked, renewed, given up."""
    state: SubscriptionState = SubscriptionState.WANTED
    detail: str = ""
    """What went wrong last, for an operator."""
    asked: datetime | None = None
    """When the hub was asked what it has not confirmed yet."""
    lease_until: datetime | None = None
    failures: int = 0
    id: int = 0


@dataclass(frozen=True, slots=True)
class Reread:
    """The page behind a recent entry, as it was read last; it is asked for again."""

    said: str
    """A digest of its words."""
    etag: str = ""
    last_modified: str = ""
    looks: int = 0
    """How often it was asked for again."""
    missed: int = 0
    """How often in a row its server answered that there is no such page."""
    due: datetime | None = None
    """When it is asked for next; None where it is not."""
    entry_id: int = 0
    file: str = ""
    """A file beside it whose text is the entry's as well: it may be replaced under its address."""
    file_said: str = ""
    """A digest of the file's words."""
    file_etag: str = ""
    file_modified: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """One message on a case that a chat was sent, or may have been."""

    reference: str
    """"" where no answer came, or the chat has moved since."""
    urgency: Urgency
    severity: Severity
    at_once: bool
    """False for a line in a digest."""
