"""What the program keeps of itself: its nodes, its accounts and their keys, and what it was asked."""

from sqlalchemy import JSON, BigInteger, Column, Date, LargeBinary, String, Table, Text

from storage.columns import Id, Moment, metadata

meta = Table(
    "meta",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Text, nullable=False),
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

identities = Table(
    "identities",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_trace", String(64), nullable=False, unique=True),
    Column("account_sealed", LargeBinary, nullable=False),
    Column("keys_sealed", LargeBinary, nullable=False),
)
