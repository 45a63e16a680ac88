"""When an alert was understood, queued, and first and last sent."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_COLUMNS = ("understood", "queued", "first_sent", "last_sent")


def upgrade() -> None:
    """What this version adds."""
    for name in _COLUMNS:
        op.add_column("alerts", sa.Column(name, sa.DateTime(timezone=True)))


def downgrade() -> None:
    """The way back."""
    for name in reversed(_COLUMNS):
        op.drop_column("alerts", name)
