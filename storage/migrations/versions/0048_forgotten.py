"""Tombstones of those who were forgotten, and the number in each row by which a backup is compared with them.

For the program of before both are of no account: whom it forgets a backup brings back, as before. The numbers
are drawn at the next start (`Tombstones.number_all`).
"""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What this version adds."""
    op.add_column("recipients", sa.Column("mark", sa.String(32)))
    op.create_table(
        "forgotten",
        sa.Column("tombstone", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("tombstone", name=op.f("pk_forgotten")),
    )


def downgrade() -> None:
    """The way back: from then on a backup brings everybody back."""
    op.drop_table("forgotten")
    with op.batch_alter_table("recipients") as batch:
        batch.drop_column("mark")
