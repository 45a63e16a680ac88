"""What was said: statements, their cases, who is asked for what, and what became of their words."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    false,
    true,
)

from storage.columns import Id, Moment, Prose, metadata

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
    Column("packed", LargeBinary),
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
