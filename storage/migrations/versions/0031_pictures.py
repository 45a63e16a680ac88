"""Pictures of appeals, enciphered until they are sent."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """What this version adds."""
    op.create_table(
        "pictures",
        sa.Column("appeal_id", _ID, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["appeal_id"], ["appeals.id"], name=op.f("fk_pictures_appeal_id_appeals")),
        sa.PrimaryKeyConstraint("appeal_id", name=op.f("pk_pictures")),
    )
    op.create_index("ix_pictures_digest", "pictures", ["digest"], unique=False)


def downgrade() -> None:
    """The way back."""
    op.drop_table("pictures")
