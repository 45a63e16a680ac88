"""What routes are found by in the database, filled from those that are there; who asked for drills."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0007"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_AT_ONCE = 500
_ANYWHERE = "*"


def upgrade() -> None:
    """What this version adds."""
    op.create_table(
        "route_countries",
        sa.Column("route_id", _ID, nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["route_id"],
            ["routes.id"],
            name=op.f("fk_route_countries_route_id_routes"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("route_id", "country", name=op.f("pk_route_countries")),
    )
    op.create_index(
        "ix_route_countries_country", "route_countries", ["country", "named", "route_id"], unique=False
    )
    op.add_column("recipients", sa.Column("drills", sa.Boolean(), nullable=False, server_default=sa.false()))
    _fill(op.get_bind())


def downgrade() -> None:
    """The way back."""
    op.drop_column("recipients", "drills")
    op.drop_table("route_countries")


def _fill(connection: sa.Connection) -> None:
    """The routes that are there already."""
    listed: tuple[sa.ColumnClause[Any], ...] = (
        sa.column("countries", sa.JSON),
        sa.column("kinds", sa.JSON),
    )
    routes = sa.table("routes", sa.column("id", sa.BigInteger), *listed)
    found = sa.table("route_countries", *map(sa.column, ("route_id", "country", "named")))
    question = sa.select(routes).order_by(routes.c.id).limit(_AT_ONCE)
    last = -1
    while rows := connection.execute(question.where(routes.c.id > last)).all():
        last = rows[-1].id
        connection.execute(
            sa.insert(found),
            [
                {"route_id": row.id, "country": country, "named": bool(row.kinds)}
                for row in rows
                for country in dict.fromkeys(map(str.upper, row.countries)) or (_ANYWHERE,)
            ],
        )
