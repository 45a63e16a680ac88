"""Who works at the admins' desk besides those whom the configuration names, and who is kept from it."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What this version adds."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "staff",
        sa.Column("id", number, nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("address_trace", sa.String(64)),
        sa.Column("transport", sa.String(), nullable=False),
        sa.Column("address_sealed", sa.LargeBinary()),
        sa.Column("role", sa.String()),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("suspended", sa.Date()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("mark", name=op.f("uq_staff_mark")),
        sa.UniqueConstraint("address_trace", name=op.f("uq_staff_address_trace")),
    )
    op.create_table(
        "invitations",
        sa.Column("trace", sa.String(64), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("trace", name=op.f("pk_invitations")),
    )


def downgrade() -> None:
    """The way back."""
    op.drop_table("invitations")
    op.drop_table("staff")
