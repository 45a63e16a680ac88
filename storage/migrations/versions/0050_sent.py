"""How many messages of each alert were sent, counted as they are: the log is too long to be counted.

What was sent before is not counted anew, which would read the log through under locks; of that, what told
at once stands in `delays`.
"""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What this version adds."""
    op.create_table(
        "sent",
        sa.Column("alert_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("transport", sa.String(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("alert_id", "transport", name=op.f("pk_sent")),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_sent_alert_id_alerts")),
    )


def downgrade() -> None:
    """The way back."""
    op.drop_table("sent")
