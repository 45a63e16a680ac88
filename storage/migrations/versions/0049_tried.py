"""Since when a delivery may have arrived without our knowing: a homeserver knows a repetition for a day.

Where it is not known, as of what the program of before has begun, it was lately.
"""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What this version adds."""
    op.add_column("deliveries", sa.Column("tried", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """The way back."""
    with op.batch_alter_table("deliveries") as batch:
        batch.drop_column("tried")
