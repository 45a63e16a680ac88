"""Who speaks and signs, what statements said before, and what is gone at its source or was taken down."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.naming import LONGEST, acronym, party_key

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_MOST_NAMES = 500
_AT_ONCE = 500
_NEW = ("deferred", "taken_down", "gone_as", "gone")
_Row = dict[str, Any]
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """What this version adds."""
    op.add_column("statements", sa.Column("gone", sa.DateTime(timezone=True), nullable=True))
    op.add_column("statements", sa.Column("gone_as", sa.String(), nullable=True))
    op.add_column("statements", sa.Column("taken_down", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "statements", sa.Column("deferred", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    deferred = sa.column("deferred").is_(sa.true())
    op.create_index(
        "ix_statements_deferred",
        "statements",
        ["id"],
        unique=False,
        sqlite_where=deferred,
        postgresql_where=deferred,
    )
    op.create_table(
        "parties",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("acronym", sa.String(), nullable=False),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.Column("signed", sa.Integer(), nullable=False),
        sa.Column("newest", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_parties")),
    )
    op.create_index("ix_parties_issued", "parties", ["issued"], unique=False)
    op.create_table(
        "statement_parties",
        sa.Column("statement_id", _ID, nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        _refers("statement_parties"),
        sa.PrimaryKeyConstraint("statement_id", "role", "position", name=op.f("pk_statement_parties")),
    )
    op.create_index("ix_statement_parties_key", "statement_parties", ["key", "role"], unique=False)
    op.create_table(
        "versions",
        sa.Column("statement_id", _ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rewritten", sa.Boolean(), nullable=False),
        _refers("versions"),
        sa.PrimaryKeyConstraint("statement_id", "number", name=op.f("pk_versions")),
    )
    op.create_table(
        "takedowns",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("statement_id", _ID, nullable=True),
        _refers("takedowns"),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_takedowns")),
    )
    op.create_index("ix_takedowns_statement_id", "takedowns", ["statement_id"], unique=False)
    _fill(op.get_bind())


def downgrade() -> None:
    """The way back."""
    for name in ("takedowns", "versions", "statement_parties", "parties"):
        op.drop_table(name)
    op.drop_index("ix_statements_deferred", table_name="statements")
    for name in _NEW:
        op.drop_column("statements", name)


def _refers(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_statement_id_statements")
    return sa.ForeignKeyConstraint(["statement_id"], ["statements.id"], name=name)


def _fill(connection: sa.Connection) -> None:
    """The names in the statements that are there already."""
    dates: tuple[sa.ColumnClause[Any], ...] = tuple(
        map(sa.column, ("published", "date_posted", "date_written"))
    )
    of: tuple[sa.ColumnClause[Any], ...] = (
        sa.column("id"),
        sa.column("entry_id"),
        sa.column("reading", sa.JSON),
        sa.column("day", sa.Date),
    )
    statements = sa.table("statements", *of, *dates)
    entries = sa.table("entries", sa.column("id"), sa.column("source_id"))
    sources = sa.table("sources", sa.column("id"), sa.column("organisation"))
    tied = sa.table("statement_parties", *map(sa.column, ("statement_id", "role", "position", "key")))
    parties = sa.table(
        "parties",
        *map(sa.column, ("key", "name", "acronym", "issued", "signed")),
        sa.column("newest", sa.Date),
    )
    question = (
        sa.select(
            statements.c.id,
            statements.c.reading,
            sa.case((sa.or_(*(one.is_not(None) for one in dates)), statements.c.day)).label("day"),
            sources.c.organisation,
        )
        .join(entries, entries.c.id == statements.c.entry_id)
        .join(sources, sources.c.id == entries.c.source_id)
        .order_by(statements.c.id)
    )
    known: dict[str, _Row] = {}
    last = -1
    while rows := connection.execute(question.where(statements.c.id > last).limit(_AT_ONCE)).all():
        last = rows[-1].id
        found = [row for one in rows for row in _tied(one, known)]
        if found:
            connection.execute(sa.insert(tied), found)
    everybody = list(known.values())
    for start in range(0, len(everybody), _AT_ONCE):
        connection.execute(sa.insert(parties), everybody[start : start + _AT_ONCE])


def _tied(row: Any, known: dict[str, _Row]) -> Iterator[_Row]:  # noqa: ANN401 - a row
    issuers = row.reading.get("issuers") or [row.organisation]
    signed = row.reading.get("signatories", {}).get("names", [])
    for role, names in (("issuer", issuers), ("signatory", signed)):
        keys = {key: name for name in names[:_MOST_NAMES] if (key := party_key(name))}
        for position, (key, name) in enumerate(keys.items()):
            yield {"statement_id": row.id, "role": role, "position": position, "key": key}
            shown = " ".join(name.split())[:LONGEST]
            blank = {"key": key, "name": shown, "acronym": acronym(name), "issued": 0, "signed": 0}
            party = known.setdefault(key, blank | {"newest": None})
            party["issued" if role == "issuer" else "signed"] += 1
            if role == "issuer" and row.day:
                party["newest"] = max(party["newest"] or row.day, row.day)
