"""When a group was written to in its last minute, so that a restart does not forget it."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What this version adds."""
    op.add_column("recipients", sa.Column("lately", sa.JSON()))


def downgrade() -> None:
    """The way back."""
    op.drop_column("recipients", "lately")
