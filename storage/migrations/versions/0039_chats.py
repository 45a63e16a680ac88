"""By which keyed hash a chat is found with its topics: `Database.prepare`, which has the key, fills it."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What this version adds."""
    op.add_column("recipients", sa.Column("chat_trace", sa.String(64)))
    op.create_index("ix_recipients_chat_trace", "recipients", ["chat_trace"])


def downgrade() -> None:
    """The way back."""
    op.drop_index("ix_recipients_chat_trace", "recipients")
    op.drop_column("recipients", "chat_trace")
