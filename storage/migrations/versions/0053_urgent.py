"""Whether an alert was urgent when it rang: its source may edit that away, and is counted all the same.

Where it is not known, as of what the program of before rings, it is as urgent as its statement is now.
"""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What this version adds."""
    op.add_column("alerts", sa.Column("urgent", sa.Boolean()))


def downgrade() -> None:
    """The way back."""
    with op.batch_alter_table("alerts") as batch:
        batch.drop_column("urgent")
