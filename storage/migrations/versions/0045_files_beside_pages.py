"""The file beside a page that is asked for again: it may be replaced under its address.

What the program of before reads leaves these empty, and asks for the page alone, as it did.
"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_NEW = ("file", "file_said", "file_etag", "file_modified")


def upgrade() -> None:
    """What this version adds."""
    for name in _NEW:
        kind = sa.String() if name == "file_said" else sa.Text()
        op.add_column("rereads", sa.Column(name, kind, nullable=False, server_default=""))


def downgrade() -> None:
    """The way back: a file that is replaced is not seen any more."""
    with op.batch_alter_table("rereads") as batch:
        for name in reversed(_NEW):
            batch.drop_column(name)
