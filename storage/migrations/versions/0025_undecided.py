"""What readers are not shown until a person has decided; an index of what is held."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_HELD = sa.text("state = 'held'")


def upgrade() -> None:
    """What this version adds."""
    op.add_column("redactions", sa.Column("undecided_sealed", sa.LargeBinary()))
    op.create_index(
        "ix_deliveries_held", "deliveries", ["alert_id"], sqlite_where=_HELD, postgresql_where=_HELD
    )


def downgrade() -> None:
    """The way back."""
    op.drop_index("ix_deliveries_held", table_name="deliveries")
    op.drop_column("redactions", "undecided_sealed")
