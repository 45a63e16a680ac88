"""What waits is found in its order; what is over while it is sent; since when somebody is lost."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_QUEUE = ["transport", "state", "lane", "not_before"]


def upgrade() -> None:
    """What this version adds."""
    op.add_column("deliveries", sa.Column("over", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("recipients", sa.Column("lost", sa.Date(), nullable=True))
    op.drop_index("ix_deliveries_queue", table_name="deliveries")
    op.drop_index("ix_deliveries_recipient_id", table_name="deliveries")
    op.create_index("ix_deliveries_queue", "deliveries", [*_QUEUE, "id"], unique=False)
    op.create_index("ix_deliveries_recipient", "deliveries", ["recipient_id", "state"], unique=False)
    op.create_index("ix_alerts_expires", "alerts", ["expires"], unique=False)
    op.create_index("ix_recipients_lost", "recipients", ["lost"], unique=False)


def downgrade() -> None:
    """The way back."""
    op.drop_index("ix_recipients_lost", table_name="recipients")
    op.drop_index("ix_alerts_expires", table_name="alerts")
    op.drop_index("ix_deliveries_recipient", table_name="deliveries")
    op.drop_index("ix_deliveries_queue", table_name="deliveries")
    op.create_index("ix_deliveries_recipient_id", "deliveries", ["recipient_id"], unique=False)
    op.create_index("ix_deliveries_queue", "deliveries", _QUEUE, unique=False)
    op.drop_column("recipients", "lost")
    op.drop_column("deliveries", "over")
