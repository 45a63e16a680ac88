"""Who is told: recipients, what they asked for and what waits; and what admins are told."""

from dataclasses import dataclass, field
from datetime import date, datetime

from storage.words import (
    DeliveryState,
    Digest,
    EventKind,
    Kind,
    RecipientState,
    SourceState,
    Urgency,
)


@dataclass(frozen=True, slots=True)
class Recipient:
    """A chat, group, channel, topic or room on one transport. The address is secret."""

    transport: str
    address: str = field(repr=False)
    language: str = "en"
    state: RecipientState = RecipientState.ACTIVE
    id: int = 0
    zone: str = ""
    """An IANA name or an offset, "+05:45"; "" for the operator's."""
    digest_at: int | None = None
    """When digests come: minutes after midnight on the recipient's clock; None for the usual hour."""
    quiet: tuple[int, int] | None = None
    """From and until when nothing makes a sound: minutes after midnight on the recipient's clock."""
    wakes: bool = True
    """Whether what is Extreme and Immediate comes in quiet hours all the same."""
    discreet: bool = False
    """Whether messages say only that there is something."""
    drills: bool = False
    """Whether they asked for drills; nobody else is ever sent one."""
    counts: bool = False
    """Whether reactions to what is sent there are counted, as "seen"."""
    narrowed: date | None = None
    """The day on which they last took a wish back, or muted a case: no time, which would tell more."""
    sender: str = ""
    """The account that writes to them, by the name of its sender (`storage.senders`)."""


@dataclass(frozen=True, slots=True)
class Route:
    """What a recipient asked for. Empty tuples mean "any"."""

    countries: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    languages: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    keywords: tuple[str, ...] = field(default=(), repr=False)
    without: tuple[str, ...] = field(default=(), repr=False)
    least_urgency: Urgency | None = None
    digest: Digest = Digest.NONE
    id: int = 0
    recipient_id: int = 0


@dataclass(frozen=True, slots=True)
class Words:
    """What of a route a person typed, deciphered; secret, never logged."""

    sources: tuple[str, ...] = field(default=(), repr=False)
    keywords: tuple[str, ...] = field(default=(), repr=False)
    without: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that admins should hear, with all that a message about it needs."""

    kind: EventKind
    at: datetime
    """When it was found."""
    source: str = ""
    """The name of the source that it is about; "" for what concerns all of them."""
    title: str = ""
    """What people see of the source."""
    url: str = ""
    """Its address, without credentials."""
    state: SourceState | None = None
    detail: str = ""
    """What the answer, or the lack of one, looked like."""
    since: datetime | None = None
    last_success: datetime | None = None
    next_due: datetime | None = None
    newest: datetime | None = None
    habit: int = 0
    """As the source's: seconds of its longest usual pause."""
    counts: dict[str, int] = field(default_factory=dict)
    """Numbers by name: how many sources, entries, alerts."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What admins are told in one message: everything of one minute."""

    events: tuple[Event, ...]
    made: datetime
    id: int = 0


@dataclass(frozen=True, slots=True)
class Delivery:
    """One alert, or one notice, for one recipient: the id of the other is 0."""

    alert_id: int
    recipient_id: int
    state: DeliveryState = DeliveryState.QUEUED
    lane: int = 0
    """Lower goes first: 0 corrections, 1 Immediate, 2 updates, 3 the rest at once, 4 digests."""
    not_before: datetime | None = None
    attempts: int = 0
    reference: str = ""
    """The platform's id of the message that was sent."""
    detail: str = ""
    begun: bool = False
    """While sending: whether the message may have left."""
    tried: datetime | None = None
    """Since when it may have arrived without our knowing: its first attempt that nothing is known of."""
    notice_id: int = 0
    seen: int = 0
    """How many reacted to it, where the chat wants that counted."""
    id: int = 0
