"""Routes with words of their own have an index: they are few, and all others were read through for them.

Programs of before take no notice of it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What this version adds."""
    worded = sa.text("words_sealed IS NOT NULL")
    op.create_index("ix_routes_worded", "routes", ["id"], sqlite_where=worded, postgresql_where=worded)


def downgrade() -> None:
    """The way back."""
    op.drop_index("ix_routes_worded", "routes")
