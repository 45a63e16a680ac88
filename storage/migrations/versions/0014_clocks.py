"""Who lives by a clock of their own is found without looking at everybody: it is asked with each alert."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_COLUMNS = ["zone", "digest_at", "quiet_from", "quiet_until", "wakes"]


def upgrade() -> None:
    """What this version adds."""
    own = sa.or_(
        sa.column("zone") != sa.literal_column("''"),
        sa.column("digest_at").is_not(None),
        sa.column("quiet_from").is_not(None),
    )
    op.create_index(
        "ix_recipients_clock", "recipients", _COLUMNS, unique=False, sqlite_where=own, postgresql_where=own
    )


def downgrade() -> None:
    """The way back."""
    op.drop_index("ix_recipients_clock", table_name="recipients")
