"""Of what has come to its end only the day stays: the time could tell when somebody was online."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_DAY = {
    "sqlite": "strftime('%Y-%m-%d 00:00:00.000000', not_before)",
    "postgresql": "date_trunc('day', not_before, 'UTC')",
}


def upgrade() -> None:
    """What this version forgets."""
    day = _DAY[op.get_bind().dialect.name]
    op.get_bind().exec_driver_sql(
        f"UPDATE deliveries SET not_before = {day} "  # noqa: S608 - one of two texts above
        "WHERE state IN ('sent', 'uncertain', 'failed', 'cancelled')"
    )


def downgrade() -> None:
    """There is no way back to what was forgotten, and nothing misses it."""
