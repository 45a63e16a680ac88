"""Sources that an admin adds in a chat, and the looks at addresses that are asked for there.

For the program of before `watched` is all there is: what was added in a chat it neither asks nor rings for,
as it knows of no trial.
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What this version adds."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    moment = sa.DateTime(timezone=True)
    op.add_column("sources", sa.Column("added", moment))
    op.add_column("sources", sa.Column("on_trial", moment))
    op.create_table(
        "looks",
        sa.Column("id", number, nullable=False),
        sa.Column("recipient_id", number, nullable=False),
        sa.Column("source_id", number),
        sa.Column("asked", moment, nullable=False),
        sa.Column("taken", moment),
        sa.Column("done", moment),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("found_sealed", sa.LargeBinary()),
        sa.ForeignKeyConstraint(
            ["recipient_id"],
            ["recipients.id"],
            name=op.f("fk_looks_recipient_id_recipients"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_looks")),
    )
    op.create_index(op.f("ix_looks_recipient_id"), "looks", ["recipient_id"])


def downgrade() -> None:
    """The way back: what was added in a chat is asked no more."""
    op.drop_table("looks")
    with op.batch_alter_table("sources") as batch:
        batch.drop_column("on_trial")
        batch.drop_column("added")
