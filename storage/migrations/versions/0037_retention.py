"""What is told is kept for a time: which alerts are past it is found by when they were sent.

On PostgreSQL the log is swept before a fifth of it is dead: of a hundred million rows that would be late.
"""

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_SWEPT = ("autovacuum_vacuum_scale_factor", "autovacuum_analyze_scale_factor")


def upgrade() -> None:
    """What this version adds."""
    op.create_index("ix_alerts_sent", "alerts", ["sent"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE deliveries SET ({', '.join(f'{name} = 0.02' for name in _SWEPT)})")


def downgrade() -> None:
    """The way back."""
    op.drop_index("ix_alerts_sent", "alerts")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE deliveries RESET ({', '.join(_SWEPT)})")
