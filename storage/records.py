"""The nouns as values: what a step takes and gives, and what a repository stores and returns.

Every record is frozen. Times are aware and in UTC; dates are calendar dates as the document
prints them. A record that has not been stored yet has the id 0.
"""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from storage.urls import without_credentials, without_secrets
from storage.words import (
    Aspect,
    CaseState,
    Cause,
    Certainty,
    Gone,
    Kind,
    MsgType,
    Relation,
    Severity,
    SourceKind,
    SourceState,
    Status,
    Trust,
    Urgency,
)


@dataclass(frozen=True, slots=True)
class Source:
    """A place that is watched, with what the last poll left behind."""

    name: str
    url: str
    kind: SourceKind = SourceKind.FEED
    title: str = ""
    organisation: str = ""
    language: str = ""
    countries: tuple[str, ...] = ()
    trust: Trust = Trust.OFFICIAL
    every: int = 600
    """Seconds between two polls."""
    selectors: dict[str, str] = field(default_factory=dict)
    """For a page: CSS-like selectors `item`, `title`, `link`, `date`, `text`; empty means guess."""
    id: int = 0
    state: SourceState = SourceState.NEW
    detail: str = ""
    """What the state means this time, for a person: "HTTP 404", "no feed in the answer: RSS ..."."""
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    failures: int = 0
    last_polled: datetime | None = None
    last_success: datetime | None = None
    next_due: datetime | None = None
    address: str = ""
    """Where it is asked since it moved there for good; "" while it is asked at `url`."""
    moved_to: str = ""
    """Where it says that it has moved to; believed when it has said so for days."""
    moved_since: datetime | None = None
    hints: dict[str, list[int]] = field(default_factory=dict)
    """What the feed says about its own rhythm: `ttl` in seconds, `skip_hours`, `skip_days`; in UTC."""
    unread_due: datetime | None = None
    """When a page that one of its entries links to, and that could not be read, is tried again."""
    reread_due: datetime | None = None
    """When a page behind one of its recent entries is asked for again: it may have been edited."""
    newest: datetime | None = None
    """When its newest entry was published."""
    habit: int = 0
    """The longest pause in seconds between its latest entries; 0 while there are too few to tell."""
    silent_since: datetime | None = None
    """When it was first found silent for far longer than is its habit."""
    marks: bytes = b""
    """Digests of the items that its last answer showed, as the parse step packs them."""
    hub: str = ""
    """Who pushes its news, as it says itself (WebSub); "" where nobody does."""
    topic: str = ""
    """The name by which the hub knows it."""
    since: datetime | None = None
    """Since when it has been well, or has been in trouble, without a break."""
    unreached_since: datetime | None = None
    """Since when its host has given no answer at all; None while it answers, with whatever."""
    told: str = ""
    """The state in which admins believe it to be in trouble; "" while they believe it well."""
    told_at: datetime | None = None
    """When it last fell ill, as far as admins are concerned."""
    halted: datetime | None = None
    """Since when an admin has it asked no more; None while it is asked."""
    unsteady: bool = False
    """True when they were told that it comes and goes, and hear no more until it has settled."""
    added: datetime | None = None
    """When an admin added it in a chat; None for what the configuration names."""
    on_trial: datetime | None = None
    """Since when an admin looks at all of its calls before they are sent, until an owner clears it."""
    chosen: dict[str, list[Any]] = field(default_factory=dict)
    """What admins chose in chats of a source of the configuration, by name: it, and what that said then."""

    @property
    def asked(self) -> str:
        """The address that a poll asks."""
        return self.address or self.url

    @property
    def in_clear(self) -> bool:
        """Whether it was configured with http: no redirect makes it less safe than that."""
        return self.url.lower().startswith("http:")

    @property
    def shown_url(self) -> str:
        """The configured address for people to see: without a user name and a password."""
        return without_credentials(self.url)

    @property
    def public_url(self) -> str:
        """The configured address for messages: without whatever opens the door to whoever holds it."""
        return without_secrets(self.url)


DESK = Source(name="the admins of this watch", url="", kind=SourceKind.DESK, title="Vigil")
"""As whose word an appeal of the admins stands in the archive."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One item as the source published it. Texts are plain: no markup, no control characters."""

    uid: str
    """The feed's id, else derived from link, title and date: the same item has the same uid."""
    title: str
    url: str = ""
    text: str = ""
    """The item's own text: the longest of content and summary, or of the page it links to."""
    language: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    date_only: bool = False
    """True when `published` came without a time of day: the day is known, the hour is not."""
    enclosures: tuple[str, ...] = ()
    excerpt: bool = False
    """True when the source shows only the beginning, so that the linked page should be read."""
    note: str = ""
    """What went wrong with this item, for an admin: "linked page answered 404"."""
    fetched: datetime | None = None
    shown: str = ""
    """A digest of the words that the source itself showed: when it differs, the item was edited."""
    fingerprint: str = ""
    """A digest of title and link: with it an item is known again under another uid."""
    tries: int = 0
    """How often the linked page could not be read."""
    again_at: datetime | None = None
    """When the linked page is tried again; None when it was read or given up."""
    id: int = 0
    source_id: int = 0


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a statement was judged so: the rule's name and the very words it saw."""

    rule: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """The CAP view of one statement, with its reasons."""

    msg_type: MsgType = MsgType.ALERT
    urgent: bool = False
    urgency: Urgency = Urgency.UNKNOWN
    severity: Severity = Severity.UNKNOWN
    certainty: Certainty = Certainty.UNKNOWN
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who is asked, or formally addressed. `country` is ISO 3166-1 alpha-2 or None."""

    name: str
    country: str | None = None
    demands: int = 0


@dataclass(frozen=True, slots=True)
class Demand:
    """One thing that one addressee is asked to do. `quote` stands verbatim in the text."""

    to: str
    quote: str
    verb: str = ""
    condition: str | None = None
    deadline: date | None = None


@dataclass(frozen=True, slots=True)
class Dropped:
    """What an addressee was asked for until the source rewrote its statement."""

    to: str
    country: str | None
    quote: str
    until: str
    """The day on which it was found to stand there no more, as YYYY-MM-DD."""


@dataclass(frozen=True, slots=True)
class Signatories:
    """Who signed: what is listed was counted, what is claimed was read."""

    organisations: int = 0
    persons: int = 0
    countries: int = 0
    claimed_organisations: int | None = None
    claimed_persons: int | None = None
    claimed_countries: int | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonsAtRisk:
    """How many persons are in danger, as far as the text counts them; None is "not said"."""

    count: int | None = None
    minors: int | None = None
    named: int | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """What is told of a picture without looking at it; its bytes are kept beside (`storage.pictures`)."""

    digest: str
    """SHA-256 of its bytes, in hex."""
    kind: str
    """"image/jpeg" or "image/png"."""
    width: int
    height: int
    size: int
    """Bytes."""

    @classmethod
    def of(cls, data: bytes, kind: str, width: int, height: int) -> "Picture":
        """What is told of these bytes."""
        return cls(hashlib.sha256(data).hexdigest(), kind, width, height, len(data))

    @property
    def name(self) -> str:
        """As a file; the one it had may have told too much."""
        return "appeal.png" if self.kind == "image/png" else "appeal.jpg"


@dataclass(frozen=True, slots=True)
class Plot(Picture):
    """A picture that was drawn for an answer, and belongs to no appeal."""

    @property
    def name(self) -> str:
        """As a file."""
        return "stats.png"


@dataclass(frozen=True, slots=True)
class Wording:
    """What an appeal of the admins says in one more language than its first."""

    language: str
    """ISO 639-1."""
    title: str = field(repr=False)
    text: str = field(default="", repr=False)
    to: str = field(default="", repr=False)
    """Who is asked to do something; "" where that is said as in the first language."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A document understood."""

    title: str
    kind: Kind = Kind.OTHER
    language: str = ""
    url: str = ""
    text: str = ""
    issuers: tuple[str, ...] = ()
    date_written: date | None = None
    date_posted: date | None = None
    deadline: date | None = None
    signatories: Signatories = Signatories()
    addressees: tuple[Addressee, ...] = ()
    demands: tuple[Demand, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    """Demands of former versions that the present one does not hold."""
    persons_at_risk: PersonsAtRisk = PersonsAtRisk()
    countries: tuple[str, ...] = ()
    """ISO 3166-1 alpha-2, the principal one first."""
    places: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    alert: Assessment = Assessment()
    id: int = 0
    entry_id: int = 0
    case_id: int | None = None
    relation: Relation = Relation.NEW
    link: tuple[Reason, ...] = ()
    """Why it joined its case; empty for the one that opened it."""
    source_name: str = ""
    external_id: str = ""
    """The id under which it was imported, where there was one."""
    published: datetime | None = None
    fetched: datetime | None = None
    gone: datetime | None = None
    """When it was found that its source does not show it any more."""
    gone_as: Gone | None = None
    withheld: bool = False
    """Whether words of it were taken out for somebody's safety; a mark stands in their place."""
    taken_down: datetime | None = None
    """When an admin took it down: then nothing but its number, its kind and its case is known."""
    wordings: tuple[Wording, ...] = ()
    """The same in other languages; only an appeal has any."""
    picture: Picture | None = None
    """What an appeal shows."""

    @property
    def languages(self) -> tuple[str, ...]:
        """Those that it has words in, its own first."""
        return tuple(dict.fromkeys((self.language, *(one.language for one in self.wordings))))

    def worded(self, language: str) -> "Statement":
        """As whoever reads this language reads it: in its words where there are any, else as it stands."""
        found = next((one for one in self.wordings if one.language == language), None)
        if found is None or language == self.language:
            return self
        asked = (Addressee(found.to),) if found.to else self.addressees
        return replace(self, title=found.title, text=found.text, language=language, addressees=asked)


@dataclass(frozen=True, slots=True)
class Version:
    """What a statement said before it was rewritten at its source."""

    number: int
    """From 1; where numbers are missing, versions in between were not kept."""
    title: str
    text: str
    url: str
    since: datetime
    until: datetime
    rewritten: bool = True
    """False where nobody edited it: a page that could not be read before was read."""


@dataclass(frozen=True, slots=True)
class Case:
    """The matter that statements are about."""

    title: str
    state: CaseState = CaseState.OPEN
    opened: datetime | None = None
    updated: datetime | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that an edit changed, in values as code writes them: "9", "2026-03-14", "KP"."""

    aspect: Aspect
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Alert:
    """A CAP message on a case, as it will be told. It carries what a message needs to be drawn."""

    identifier: str
    """CAP 1.2 `identifier`: unique, and the same again when the same poll is repeated."""
    statement: Statement
    source: Source
    sent: datetime
    msg_type: MsgType = MsgType.ALERT
    status: Status = Status.ACTUAL
    expires: datetime | None = None
    references: tuple[str, ...] = ()
    """CAP 1.2 `references`: identifiers of the earlier alerts on the case."""
    also: tuple[str, ...] = ()
    """Names of the other sources that carried the same call."""
    case_id: int | None = None
    cause: Cause = Cause.NEWS
    changes: tuple[Change, ...] = ()
    """What its source changed since the case rang."""
    id: int = 0
