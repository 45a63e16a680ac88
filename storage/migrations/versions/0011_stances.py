"""What recipients want of one case: to follow it, or to hear no more of it."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """What this version adds."""
    op.create_table(
        "stances",
        sa.Column("recipient_id", _ID, nullable=False),
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("stance", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["recipients.id"], name=op.f("fk_stances_recipient_id_recipients")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_stances_case_id_cases")),
        sa.PrimaryKeyConstraint("recipient_id", "case_id", name=op.f("pk_stances")),
    )
    op.create_index("ix_stances_case_id", "stances", ["case_id"], unique=False)


def downgrade() -> None:
    """The way back."""
    op.drop_table("stances")
