"""The closed vocabularies: kinds, CAP 1.2 values and the states of everything that has states."""

from enum import StrEnum


class Kind(StrEnum):
    """What a statement does, whatever its sender calls it."""

    URGENT_APPEAL = "urgent_appeal"
    STATEMENT = "statement"
    RESOLUTION = "resolution"
    OPEN_LETTER = "open_letter"
    CAMPAIGN = "campaign"
    EVENT = "event"
    REPORT = "report"
    OTHER = "other"


class MsgType(StrEnum):
    """CAP 1.2 section 3.2.1 `msgType`, written in lower case in code and JSON."""

    ALERT = "alert"
    UPDATE = "update"
    CANCEL = "cancel"


class Status(StrEnum):
    """CAP 1.2 section 3.2.1 `status`: only Actual is real; Exercise and Test go to volunteers."""

    ACTUAL = "Actual"
    EXERCISE = "Exercise"
    TEST = "Test"
    DRAFT = "Draft"


class Urgency(StrEnum):
    """CAP 1.2 section 3.2.2 `urgency`."""

    IMMEDIATE = "Immediate"
    EXPECTED = "Expected"
    FUTURE = "Future"
    PAST = "Past"
    UNKNOWN = "Unknown"


class Severity(StrEnum):
    """CAP 1.2 section 3.2.2 `severity`."""

    EXTREME = "Extreme"
    SEVERE = "Severe"
    MODERATE = "Moderate"
    MINOR = "Minor"
    UNKNOWN = "Unknown"


class Certainty(StrEnum):
    """CAP 1.2 section 3.2.2 `certainty`."""

    OBSERVED = "Observed"
    LIKELY = "Likely"
    POSSIBLE = "Possible"
    UNLIKELY = "Unlikely"
    UNKNOWN = "Unknown"


class SourceKind(StrEnum):
    """How a source is read."""

    FEED = "feed"
    PAGE = "page"
    DESK = "desk"
    """Not at all: what comes from there was written here, by an admin."""


class Trust(StrEnum):
    """Whose word it is: an organisation's own, or a relay of others'."""

    OFFICIAL = "official"
    RELAY = "relay"


class SourceState(StrEnum):
    """How a source answered when it was last asked."""

    NEW = "new"
    OK = "ok"
    UNCHANGED = "unchanged"
    DEGRADED = "degraded"
    THROTTLED = "throttled"
    FAILING = "failing"
    DARK = "dark"
    GONE = "gone"
    NOT_A_FEED = "not_a_feed"
    MOVED = "moved"


class SubscriptionState(StrEnum):
    """How it stands between us and a hub that pushes a source's news (WebSub)."""

    WANTED = "wanted"
    PENDING = "pending"
    ACTIVE = "active"
    DENIED = "denied"
    EXPIRED = "expired"
    LEAVING = "leaving"


class EventKind(StrEnum):
    """What admins are told of."""

    ILL = "ill"
    """A source does not answer as it should, and will not by itself."""
    UNSTEADY = "unsteady"
    """It was well and ill again within a day."""
    WELL = "well"
    MOVED = "moved"
    """It has another address for good."""
    SILENT = "silent"
    """It answers, and has shown nothing new for far longer than is its habit."""
    SPEAKS = "speaks"
    VANISHED = "vanished"
    """Many items that it had listed vanished from its list with one answer."""
    WITHHELD = "withheld"
    """An item was not taken in, since it is much the same as what was taken down."""
    OFFLINE = "offline"
    """No source at all can be reached: rather our own network than all of theirs."""
    ONLINE = "online"
    CLOCK = "clock"
    """This machine's clock is wrong, as most servers say."""
    CLOCK_RIGHT = "clock_right"
    OUTAGE = "outage"
    """Vigil itself was not at work."""
    AWAY = "away"
    """A platform took no message at all for a while, and does again."""
    REJECTED = "rejected"
    """A platform would not take a message as it was drawn."""
    EXPIRED = "expired"
    """Alerts were over before they could be sent."""
    REVIEW = "review"
    """A call waits until an admin has looked at it."""
    REVIEW_WAITS = "review_waits"
    """The same, and nobody has looked for a while."""
    STAFF = "staff"
    """Somebody joined the desk, was taken from it, suspended, or let back: `detail` says which (an Act).

    Or what is watched was changed there; or, with a `look` among its counts, an address was looked at for
    somebody. The program of before knows no kind that is new, and must read all that is told.
    """
    VERIFYING = "verifying"
    """Somebody compares the bot's keys: `title` are the pictures that they must see, `detail` the numbers."""
    REVIEW_ASKED = "review_asked"
    """An admin asks the others to look."""
    HELD = "held"
    """More would have rung than may within an hour: an admin is to look."""
    CALLED_OFF = "called_off"
    """A source has called off a call, and those who were told of it hear so."""
    STORM = "storm"
    """The same, as those hear it who would have been rung."""
    APPEAL_WAITS = "appeal_waits"
    """An appeal, or a drill, was written: somebody else has to read and approve it."""
    APPEAL_SCHEDULED = "appeal_scheduled"
    """An appeal was approved, and goes out at a moment that its author named."""
    APPEAL_COOLING = "appeal_cooling"
    """An appeal was approved, and goes out unless somebody stops it."""
    APPEAL_SENDING = "appeal_sending"
    APPEAL_STOPPED = "appeal_stopped"
    APPEAL_RETURNED = "appeal_returned"
    """It was to go out and did not: nobody would have got it, or it was approved too long ago."""
    APPEAL_CORRECTED = "appeal_corrected"
    REMOVED = "removed"
    """What was taken down has left the chats, as far as it does; told once, at the end."""
    CALL_CORRECTED = "call_corrected"
    """A call of a source was taken back at the desk."""
    APPEAL_REPORT = "appeal_report"
    """An appeal has gone out: to how many, and what became of the others."""
    STOP_REPORT = "stop_report"
    """The same of one that was halted."""
    CORRECTION_REPORT = "correction_report"
    """The same of what takes one back."""


class Role(StrEnum):
    """What a name has to do with a statement."""

    ISSUER = "issuer"
    SIGNATORY = "signatory"


class Gone(StrEnum):
    """What is known of a statement that its source does not show any more."""

    PAGE = "page"
    """Its page answered that there is none (HTTP 404 or 410), after it left the source's list, or twice."""
    LIST = "list"
    """It left the source's list while older items stayed, and has no page of its own."""


class Relation(StrEnum):
    """How a statement stands to the case it is about."""

    NEW = "new"
    DUPLICATE = "duplicate"
    UPDATE = "update"


class CaseState(StrEnum):
    """What has become of a case."""

    OPEN = "open"
    UPDATED = "updated"
    RESOLVED = "resolved"
    STOPPED = "stopped"
    WITHDRAWN = "withdrawn"


class Stance(StrEnum):
    """What a recipient wants of one case, whatever else it asked for."""

    FOLLOW = "follow"
    MUTE = "mute"


class DeliveryState(StrEnum):
    """Where one alert for one recipient is."""

    QUEUED = "queued"
    HELD = "held"
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Erased(StrEnum):
    """What became of a message that was to leave its chat, or to lose words."""

    GONE = "gone"
    CHANGED = "changed"
    """It stands there still, and does not say it any more."""
    KEPT = "kept"
    """It could not be removed, or not all of it."""


class RecipientState(StrEnum):
    """Whether a recipient can be reached."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class Cause(StrEnum):
    """Why an alert rang."""

    NEWS = ""
    EDIT = "edit"
    """Its source rewrote what had rung: who, where, what or when."""
    REMINDER = "reminder"
    """A date that it names is near."""
    FALSE = "false"
    """Admins take back their appeal: what it says is not true."""
    OUTDATED = "outdated"
    DETAILS = "details"
    """Something in it was wrong, and nobody is to act on it as it stands."""
    SAFETY = "safety"
    """It endangered somebody."""


class Aspect(StrEnum):
    """What an edit may change of a call, so far that who was told must hear of it."""

    PERSONS = "persons"
    CHILDREN = "children"
    NAMES = "names"
    """Who is in danger, by name: only those who came. Who was taken out is not told again."""
    COUNTRIES = "countries"
    PLACES = "places"
    ADDRESSEES = "addressees"
    DEADLINE = "deadline"
    DEMANDS = "demands"
    URGENCY = "urgency"
    SEVERITY = "severity"


class AppealState(StrEnum):
    """How far an appeal of the admins is."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    """Approved, and to go out at a moment that its author named."""
    COOLING = "cooling"
    """Approved: it goes out when its cooling-off is over, unless somebody stops it."""
    SENT = "sent"
    """Queued for everybody whom it reaches."""
    STOPPED = "stopped"
    """What still waited of it was cancelled."""
    CORRECTED = "corrected"


class Act(StrEnum):
    """What is noted in the audit of the admins' desk."""

    WRITTEN = "written"
    EDITED = "edited"
    DROPPED = "dropped"
    APPROVED = "approved"
    COOLING = "cooling"
    SCHEDULED = "scheduled"
    SENT = "sent"
    STOPPED = "stopped"
    RETURNED = "returned"
    CORRECTED = "corrected"
    TAKEN_DOWN = "taken_down"
    """What a statement said was removed for somebody's safety."""
    RETRACTED = "retracted"
    """A call of a source that was sent was taken back by the desk."""
    RELEASED = "released"
    """An alert that was held was sent as it was."""
    REDACTED = "redacted"
    """It was sent without what may endanger somebody."""
    KEPT = "kept"
    """Somebody looked at it, and it goes on waiting."""
    REFUSED = "refused"
    """It was not sent."""
    EXPIRED = "expired"
    """It was over before anybody had decided, and was not sent."""
    INVITED = "invited"
    """A code was made, by which somebody may join the desk."""
    JOINED = "joined"
    REVOKED = "revoked"
    """Somebody is no longer at the desk."""
    SUSPENDED = "suspended"
    """Somebody is kept from the desk, whatever their role."""
    REINSTATED = "reinstated"
    HALTED = "halted"
    """A source is asked no more."""
    RESUMED = "resumed"
    ADDED = "added"
    """A source was added in a chat, and is on trial."""
    REMOVED = "removed"
    TRUSTED = "trusted"
    """A source is taken for an organisation's own word."""
    DOUBTED = "doubted"
    """It is taken for a relay of others' words."""
    PACED = "paced"
    """It is asked at another interval."""
    DESCRIBED = "described"
    """Whose a source is, or which countries it is about, was set in a chat."""
    CLEARED = "cleared"
    """Its calls go out as those of any other: it is on trial no more."""
    TRIED = "tried"
    """It is on trial again."""


OF_SOURCES = frozenset(
    {
        *(Act.HALTED, Act.RESUMED, Act.ADDED, Act.REMOVED),
        *(Act.TRUSTED, Act.DOUBTED, Act.PACED, Act.DESCRIBED, Act.CLEARED, Act.TRIED),
    }
)
"""Acts whose matter is the number of a source."""


class DeskRole(StrEnum):
    """What somebody may do at the admins' desk; which command is whose, the table of commands says."""

    OWNER = "owner"
    """All of it, and who else may: first those whom the configuration names."""
    ADMIN = "admin"
    """Appeals, reviews, sources, and to suspend another."""
    REVIEWER = "reviewer"
    """To decide on what waits."""
    KEEPER = "keeper"
    """To look after the sources."""


class Concern(StrEnum):
    """Why a person looks at a call before it is sent."""

    MINOR = "minor"
    """It names somebody under 18."""
    HIDING = "hiding"
    """It tells exactly where people hide, or by which way they flee."""
    NAME = "name"
    """It names a private person, and is not an organisation's own word."""
    DOUBT = "doubt"
    """What is feared is grave, and little speaks for it."""
    NEW = "new"
    """Its source has never rung before."""
    TRIAL = "trial"
    """Its source was added in a chat, and no owner has cleared it. No policy lets that go."""


class Digest(StrEnum):
    """When a route wants what it asked for."""

    NONE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"
