"""What is told, and to whom: alerts, notices, and the notification log."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    literal_column,
)

from storage.columns import Id, Moment, metadata

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
    Column("urgent", Boolean),
)

notices = Table(
    "notices",
    metadata,
    Column("id", Id, primary_key=True),
    Column("made", Moment, nullable=False),
    Column("events", JSON, nullable=False),
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
