"""How far a correction of a source's call is on its way; what chats set of the sources of the file.

The program of before shows no progress of such a correction. What was chosen in a chat it takes for what the
configuration says, until its own next start undoes it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What this version adds."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    moment = sa.DateTime(timezone=True)
    op.add_column("sources", sa.Column("chosen", sa.JSON(), nullable=False, server_default="{}"))
    op.create_table(
        "retractions",
        sa.Column("id", number, nullable=False),
        sa.Column("alert_id", number, nullable=False),
        sa.Column("notice_id", number),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("began", moment, nullable=False),
        sa.Column("ended", moment),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_retractions_alert_id_alerts")),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_retractions_notice_id_notices")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retractions")),
    )


def downgrade() -> None:
    """The way back: what chats chose is undone with the next start."""
    op.drop_table("retractions")
    with op.batch_alter_table("sources") as batch:
        batch.drop_column("chosen")
