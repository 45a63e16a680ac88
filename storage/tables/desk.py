"""What admins do, and who they are."""

from sqlalchemy import JSON, Boolean, Column, Date, ForeignKey, Integer, LargeBinary, String, Table, false

from storage.columns import Id, Moment, metadata

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
