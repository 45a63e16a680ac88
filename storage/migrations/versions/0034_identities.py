"""The keys by which an account signs its devices (Matrix), sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What this version adds."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "identities",
        sa.Column("id", number, nullable=False),
        sa.Column("account_trace", sa.String(64), nullable=False),
        sa.Column("account_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("keys_sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identities")),
        sa.UniqueConstraint("account_trace", name=op.f("uq_identities_account_trace")),
    )


def downgrade() -> None:
    """The way back."""
    op.drop_table("identities")
