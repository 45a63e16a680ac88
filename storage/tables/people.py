"""Who is told, and of what."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    false,
    func,
    literal_column,
    or_,
    true,
)

from storage.columns import Id, Moment, metadata

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
_WORDED = routes.c.words_sealed.is_not(None)
Index("ix_routes_worded", routes.c.id, sqlite_where=_WORDED, postgresql_where=_WORDED)

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

handovers = Table(
    "handovers",
    metadata,
    Column("recipient_id", ForeignKey("recipients.id"), primary_key=True),
    Column("trace", String(64), nullable=False, unique=True),
    Column("expires", Moment, nullable=False),
)
