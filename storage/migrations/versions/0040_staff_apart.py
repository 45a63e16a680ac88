"""Who works at the desk is known there by a hash of its own: the audit's, and a subscriber's, is another.

What was hashed before is hashed anew by `storage.closing`, which has the key that a migration has not.
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What this version adds."""
    op.add_column("staff", sa.Column("mark_sealed", sa.LargeBinary()))


def downgrade() -> None:
    """The way back: what only the key opens is not known to it any more."""
    op.execute("DELETE FROM staff WHERE mark_sealed IS NOT NULL")
    with op.batch_alter_table("staff") as batch:
        batch.drop_column("mark_sealed")
