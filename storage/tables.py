"""The tables, one a noun, in the order in which rows come to be."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    false,
    func,
    literal_column,
    or_,
    true,
)

from storage.columns import NAMES, Id, Moment, Prose

metadata = MetaData(naming_convention=NAMES)

meta = Table(
    "meta",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Text, nullable=False),
)

sources = Table(
    "sources",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("url", Text, nullable=False),
    Column("kind", String, nullable=False),
    Column("title", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("language", String, nullable=False),
    Column("countries", JSON, nullable=False),
    Column("trust", String, nullable=False),
    Column("every", Integer, nullable=False),
    Column("selectors", JSON, nullable=False),
    Column("state", String, nullable=False),
    Column("detail", Text, nullable=False),
    Column("etag", Text, nullable=False),
    Column("last_modified", Text, nullable=False),
    Column("body_hash", String, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("last_polled", Moment),
    Column("last_success", Moment),
    Column("next_due", Moment, index=True),
    Column("watched", Boolean, nullable=False),
    Column("address", Text, nullable=False, server_default=""),
    Column("moved_to", Text, nullable=False, server_default=""),
    Column("moved_since", Moment),
    Column("hints", JSON, nullable=False, server_default="{}"),
    Column("unread_due", Moment),
    Column("newest", Moment),
    Column("habit", BigInteger, nullable=False, server_default="0"),
    Column("silent_since", Moment),
    Column("marks", LargeBinary),
    Column("hub", Text, nullable=False, server_default=""),
    Column("topic", Text, nullable=False, server_default=""),
    Column("since", Moment),
    Column("unreached_since", Moment),
    Column("told", String, nullable=False, server_default=""),
    Column("told_at", Moment),
    Column("unsteady", Boolean, nullable=False, server_default=false()),
    Column("halted", Moment),
    Column("given_until", Moment),
    Column("reread_due", Moment),
    Column("added", Moment),
    Column("on_trial", Moment),
    Column("chosen", JSON, nullable=False, server_default="{}"),
)
"""`watched` says what the configuration names; what was `added` in a chat is asked as well."""
WATCHED = or_(sources.c.watched, sources.c.added.is_not(None))
"""What is asked, wherever it stands."""
PUSHED = or_(sources.c.watched, and_(sources.c.added.is_not(None), sources.c.on_trial.is_(None)))
"""What hubs may push: not what is on trial, as the program of before would hold none of it back."""

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source_id", ForeignKey("sources.id"), nullable=False, index=True),
    Column("hub", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("base", Text, nullable=False),
    Column("token_trace", String(64), nullable=False, unique=True),
    Column("token_sealed", LargeBinary, nullable=False),
    Column("secret_sealed", LargeBinary, nullable=False),
    Column("state", String, nullable=False),
    Column("detail", Text, nullable=False),
    Column("asked", Moment),
    Column("lease_until", Moment),
    Column("due", Moment, nullable=False, index=True),
    Column("failures", Integer, nullable=False),
)

nodes = Table(
    "nodes",
    metadata,
    Column("name", String, primary_key=True),
    Column("place", String, nullable=False),
    Column("version", String, nullable=False),
    Column("roles", JSON, nullable=False),
    Column("began", Moment, nullable=False),
    Column("seen", Moment, nullable=False),
)

senders = Table(
    "senders",
    metadata,
    Column("name", String, primary_key=True),
    Column("term", BigInteger, nullable=False),
    Column("place", String, nullable=False, server_default=""),
    Column("link", Text, nullable=False, server_default=""),
    Column("mark", String, nullable=False, server_default=""),
)

pauses = Table(
    "pauses",
    metadata,
    Column("place", Text, primary_key=True),
    Column("until", Moment, nullable=False),
)

entries = Table(
    "entries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source_id", ForeignKey("sources.id"), nullable=False),
    Column("uid", String, nullable=False),
    Column("title", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("text", Prose, nullable=False),
    Column("language", String, nullable=False),
    Column("published", Moment),
    Column("updated", Moment),
    Column("date_only", Boolean, nullable=False),
    Column("enclosures", JSON, nullable=False),
    Column("excerpt", Boolean, nullable=False),
    Column("note", Text, nullable=False),
    Column("fetched", Moment, nullable=False),
    Column("shown", String, nullable=False, server_default=""),
    Column("fingerprint", String, nullable=False, server_default=""),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("again_at", Moment),
    UniqueConstraint("source_id", "uid"),
    Index("ix_entries_shown", "source_id", "shown"),
    Index("ix_entries_fingerprint", "source_id", "fingerprint"),
    Index("ix_entries_again_at", "source_id", "again_at"),
)

rereads = Table(
    "rereads",
    metadata,
    Column("entry_id", ForeignKey("entries.id"), primary_key=True, autoincrement=False),
    Column("source_id", ForeignKey("sources.id"), nullable=False),
    Column("said", String, nullable=False),
    Column("etag", Text, nullable=False),
    Column("last_modified", Text, nullable=False),
    Column("looks", Integer, nullable=False),
    Column("missed", Integer, nullable=False),
    Column("due", Moment),
    Column("file", Text, nullable=False, server_default=""),
    Column("file_said", String, nullable=False, server_default=""),
    Column("file_etag", Text, nullable=False, server_default=""),
    Column("file_modified", Text, nullable=False, server_default=""),
    Index("ix_rereads_due", "source_id", "due"),
)

cases = Table(
    "cases",
    metadata,
    Column("id", Id, primary_key=True),
    Column("title", Text, nullable=False),
    Column("state", String, nullable=False),
    Column("opened", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
)

statements = Table(
    "statements",
    metadata,
    Column("id", Id, primary_key=True),
    Column("entry_id", ForeignKey("entries.id"), nullable=False, index=True),
    Column("case_id", ForeignKey("cases.id"), index=True),
    Column("relation", String, nullable=False),
    Column("title", Text, nullable=False),
    Column("kind", String, nullable=False),
    Column("language", String, nullable=False),
    Column("url", Text, nullable=False),
    Column("text", Prose, nullable=False),
    Column("date_written", Date),
    Column("date_posted", Date),
    Column("deadline", Date),
    Column("msg_type", String, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("urgency", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("certainty", String, nullable=False),
    Column("reading", JSON, nullable=False),
    Column("voices", Text, nullable=False),
    Column("published", Moment),
    Column("fetched", Moment, nullable=False),
    Column("day", Date, nullable=False),
    Column("external_id", String, nullable=False, index=True),
    Column("gone", Moment),
    Column("gone_as", String),
    Column("taken_down", Moment),
    Column("deferred", Boolean, nullable=False, server_default=false()),
    Column("drill", Boolean, nullable=False, server_default=false()),
    Index("ix_statements_kind_day", "kind", "day"),
    Index("ix_statements_day", "day"),
    Index("ix_statements_url", "url"),
)
_DEFERRED = statements.c.deferred.is_(true())
Index("ix_statements_deferred", statements.c.id, sqlite_where=_DEFERRED, postgresql_where=_DEFERRED)
_DATED = statements.c.deadline.is_not(None)
Index("ix_statements_deadline", statements.c.deadline, sqlite_where=_DATED, postgresql_where=_DATED)

statement_countries = Table(
    "statement_countries",
    metadata,
    Column("statement_id", ForeignKey("statements.id"), primary_key=True),
    Column("country", String(2), primary_key=True),
    Column("position", Integer, nullable=False),
    Index("ix_statement_countries_country", "country"),
)

demands = Table(
    "demands",
    metadata,
    Column("statement_id", ForeignKey("statements.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("addressee", Text, nullable=False),
    Column("country", String(2)),
    Column("quote", Text, nullable=False),
    Column("verb", String, nullable=False),
    Column("condition", Text),
    Column("deadline", Date),
    Index("ix_demands_country", "country"),
)

parties = Table(
    "parties",
    metadata,
    Column("key", String, primary_key=True),
    Column("name", Text, nullable=False),
    Column("acronym", String, nullable=False),
    Column("issued", Integer, nullable=False),
    Column("signed", Integer, nullable=False),
    Column("newest", Date),
    Index("ix_parties_issued", "issued"),
)

statement_parties = Table(
    "statement_parties",
    metadata,
    Column("statement_id", ForeignKey("statements.id"), primary_key=True),
    Column("role", String, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("key", String, nullable=False),
    Index("ix_statement_parties_key", "key", "role"),
)

versions = Table(
    "versions",
    metadata,
    Column("statement_id", ForeignKey("statements.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("title", Text, nullable=False),
    Column("text", Prose, nullable=False),
    Column("url", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("rewritten", Boolean, nullable=False),
)

takedowns = Table(
    "takedowns",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("statement_id", ForeignKey("statements.id"), index=True),
)

redactions = Table(
    "redactions",
    metadata,
    Column("statement_id", ForeignKey("statements.id"), primary_key=True),
    Column("words_sealed", LargeBinary, nullable=False),
    Column("undecided_sealed", LargeBinary),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("identifier", String, nullable=False, unique=True),
    Column("statement_id", ForeignKey("statements.id"), nullable=False, index=True),
    Column("source_id", ForeignKey("sources.id"), nullable=False, index=True),
    Column("case_id", ForeignKey("cases.id"), index=True),
    Column("msg_type", String, nullable=False),
    Column("status", String, nullable=False),
    Column("sent", Moment, nullable=False, index=True),
    Column("expires", Moment, index=True),
    Column("references", JSON, nullable=False),
    Column("cause", String, nullable=False, server_default=""),
    Column("changes", JSON, nullable=False, server_default="[]"),
    Column("understood", Moment),
    Column("queued", Moment),
    Column("first_sent", Moment),
    Column("last_sent", Moment),
)

recipients = Table(
    "recipients",
    metadata,
    Column("id", Id, primary_key=True),
    Column("transport", String, nullable=False),
    Column("address_trace", String(64), nullable=False, unique=True),
    Column("chat_trace", String(64), index=True),
    Column("address_sealed", LargeBinary, nullable=False),
    Column("language", String, nullable=False),
    Column("state", String, nullable=False),
    Column("since", Date, nullable=False),
    Column("drills", Boolean, nullable=False, server_default=false()),
    Column("zone", String, nullable=False, server_default=""),
    Column("digest_at", Integer),
    Column("quiet_from", Integer),
    Column("quiet_until", Integer),
    Column("wakes", Boolean, nullable=False, server_default=true()),
    Column("discreet", Boolean, nullable=False, server_default=false()),
    Column("lost", Date, index=True),
    Column("rests", Moment),
    Column("narrowed", Date),
    Column("counts", Boolean, nullable=False, server_default=false()),
    Column("lately", JSON(none_as_null=True)),
    Column("sender", String),
    Column("mark", String(32)),
)
forgotten = Table("forgotten", metadata, Column("tombstone", String(64), primary_key=True))
"""Of whoever was forgotten, a hash under the number that stood in their row alone (`storage.tombstones`)."""

SENDER: ColumnElement[str] = func.coalesce(recipients.c.sender, recipients.c.transport)
"""The account that writes to a recipient: the first of its transport, which goes by its name, or another."""

OWN_CLOCK = or_(
    recipients.c.zone != literal_column("''"),
    recipients.c.digest_at.is_not(None),
    recipients.c.quiet_from.is_not(None),
)
"""Whoever set anything about their time: few, and asked for with each alert."""
Index(
    "ix_recipients_clock",
    *(recipients.c[name] for name in ("zone", "digest_at", "quiet_from", "quiet_until", "wakes")),
    sqlite_where=OWN_CLOCK,
    postgresql_where=OWN_CLOCK,
)

for _name, _by in (("rests", "rests"), ("narrowed", "narrowed"), ("lately", "id")):
    _SET = recipients.c[_name].is_not(None)
    Index(f"ix_recipients_{_name}", recipients.c[_by], sqlite_where=_SET, postgresql_where=_SET)

routes = Table(
    "routes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("recipient_id", ForeignKey("recipients.id"), nullable=False, index=True),
    Column("countries", JSON, nullable=False),
    Column("kinds", JSON, nullable=False),
    Column("languages", JSON, nullable=False),
    Column("words_sealed", LargeBinary),
    Column("least_urgency", String),
    Column("digest", String, nullable=False),
)

stances = Table(
    "stances",
    metadata,
    Column("recipient_id", ForeignKey("recipients.id"), primary_key=True),
    Column("case_id", ForeignKey("cases.id"), primary_key=True, index=True),
    Column("stance", String, nullable=False),
)

route_countries = Table(
    "route_countries",
    metadata,
    Column("route_id", ForeignKey("routes.id", ondelete="CASCADE"), primary_key=True),
    Column("country", String, primary_key=True),
    Column("named", Boolean, nullable=False),
    Index("ix_route_countries_country", "country", "named", "route_id"),
)

notices = Table(
    "notices",
    metadata,
    Column("id", Id, primary_key=True),
    Column("made", Moment, nullable=False),
    Column("events", JSON, nullable=False),
)

requests = Table(
    "requests",
    metadata,
    Column("trace", String(64), primary_key=True),
    Column("day", Date, nullable=False, index=True),
)

updates = Table(
    "updates",
    metadata,
    Column("id", Id, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("day", Date, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("alert_id", ForeignKey("alerts.id")),
    Column("notice_id", ForeignKey("notices.id")),
    Column("recipient_id", ForeignKey("recipients.id"), nullable=False),
    Column("transport", String, nullable=False),
    Column("state", String, nullable=False),
    Column("lane", Integer, nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("begun", Boolean, nullable=False),
    Column("tried", Moment),
    Column("reference", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("amend_by", BigInteger),
    Column("amend_at", Moment),
    Column("erase_by", BigInteger),
    Column("erase_at", Moment),
    Column("erased", String),
    Column("over", Boolean, nullable=False, server_default=false()),
    Column("seen", Integer, nullable=False, server_default="0"),
    UniqueConstraint("alert_id", "recipient_id"),
    UniqueConstraint("notice_id", "recipient_id"),
    Index("ix_deliveries_queue", "transport", "state", "lane", "not_before", "id"),
    Index("ix_deliveries_recipient", "recipient_id", "state"),
)
_TO_AMEND = deliveries.c.amend_at.is_not(None)
Index("ix_deliveries_amend_at", deliveries.c.amend_at, sqlite_where=_TO_AMEND, postgresql_where=_TO_AMEND)
_TO_ERASE = deliveries.c.erase_at.is_not(None)
Index("ix_deliveries_erase_at", deliveries.c.erase_at, sqlite_where=_TO_ERASE, postgresql_where=_TO_ERASE)
_ERASED = deliveries.c.erase_by.is_not(None)
Index("ix_deliveries_erase_by", deliveries.c.erase_by, sqlite_where=_ERASED, postgresql_where=_ERASED)

IS_HELD = deliveries.c.state == literal_column("'held'")
"""What waits for an admin: few of all deliveries, found by an index of their own where it is asked for so."""
Index("ix_deliveries_held", deliveries.c.alert_id, sqlite_where=IS_HELD, postgresql_where=IS_HELD)

appeals = Table(
    "appeals",
    metadata,
    Column("id", Id, primary_key=True),
    Column("state", String, nullable=False, index=True),
    Column("author", String(64), nullable=False),
    Column("words_sealed", LargeBinary),
    Column("digest", String(64), nullable=False),
    Column("changed", Moment, nullable=False),
    Column("due", Moment),
    Column("alert_id", ForeignKey("alerts.id"), index=True),
    Column("audience", Integer, nullable=False),
    Column("drill", Boolean, nullable=False, server_default=false()),
)

approvals = Table(
    "approvals",
    metadata,
    Column("appeal_id", ForeignKey("appeals.id"), primary_key=True),
    Column("admin", String(64), primary_key=True),
)

pictures = Table(
    "pictures",
    metadata,
    Column("appeal_id", ForeignKey("appeals.id"), primary_key=True),
    Column("digest", String(64), nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
)

sendings = Table(
    "sendings",
    metadata,
    Column("id", Id, primary_key=True),
    Column("appeal_id", ForeignKey("appeals.id"), nullable=False, index=True),
    Column("alert_id", ForeignKey("alerts.id")),
    Column("notice_id", ForeignKey("notices.id")),
    Column("corrects", Boolean, nullable=False),
    Column("expected", Integer, nullable=False),
    Column("seconds", Integer, nullable=False),
    Column("began", Moment),
    Column("ended", Moment),
    Column("shown", JSON, nullable=False),
)

retractions = Table(
    "retractions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("alert_id", ForeignKey("alerts.id"), nullable=False),
    Column("notice_id", ForeignKey("notices.id")),
    Column("expected", Integer, nullable=False),
    Column("seconds", Integer, nullable=False),
    Column("began", Moment, nullable=False),
    Column("ended", Moment),
    Column("shown", JSON, nullable=False),
)

removals = Table(
    "removals",
    metadata,
    Column("id", Id, primary_key=True),
    Column("statement_id", ForeignKey("statements.id"), nullable=False),
    Column("began", Moment, nullable=False),
    Column("ended", Moment),
)

delays = Table(
    "delays",
    metadata,
    Column("alert_id", ForeignKey("alerts.id"), primary_key=True),
    Column("transport", String, primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("messages", Integer, nullable=False),
)

sent = Table(
    "sent",
    metadata,
    Column("alert_id", ForeignKey("alerts.id"), primary_key=True),
    Column("transport", String, primary_key=True),
    Column("messages", Integer, nullable=False),
)

staff = Table(
    "staff",
    metadata,
    Column("id", Id, primary_key=True),
    Column("mark", String(64), nullable=False, unique=True),
    Column("mark_sealed", LargeBinary),
    Column("address_trace", String(64), unique=True),
    Column("transport", String, nullable=False),
    Column("address_sealed", LargeBinary),
    Column("role", String),
    Column("since", Date, nullable=False),
    Column("suspended", Date),
)

invitations = Table(
    "invitations",
    metadata,
    Column("trace", String(64), primary_key=True),
    Column("role", String, nullable=False),
    Column("expires", Moment, nullable=False),
)

handovers = Table(
    "handovers",
    metadata,
    Column("recipient_id", ForeignKey("recipients.id"), primary_key=True),
    Column("trace", String(64), nullable=False, unique=True),
    Column("expires", Moment, nullable=False),
)

looks = Table(
    "looks",
    metadata,
    Column("id", Id, primary_key=True),
    Column("recipient_id", ForeignKey("recipients.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("source_id", Id),
    Column("asked", Moment, nullable=False),
    Column("taken", Moment),
    Column("done", Moment),
    Column("address_sealed", LargeBinary, nullable=False),
    Column("found_sealed", LargeBinary),
)

identities = Table(
    "identities",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_trace", String(64), nullable=False, unique=True),
    Column("account_sealed", LargeBinary, nullable=False),
    Column("keys_sealed", LargeBinary, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("admin", String(64), nullable=False),
    Column("act", String, nullable=False),
    Column("matter", Integer, nullable=False),
    Column("people", Integer, nullable=False),
    Column("chain", String(64), nullable=False),
)
