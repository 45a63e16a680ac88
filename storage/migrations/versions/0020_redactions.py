"""What was taken out of statements for somebody's safety."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What this version adds."""
    op.create_table(
        "redactions",
        sa.Column("statement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statements.id"], name=op.f("fk_redactions_statement_id_statements")
        ),
        sa.PrimaryKeyConstraint("statement_id", name=op.f("pk_redactions")),
    )


def downgrade() -> None:
    """The way back."""
    op.drop_table("redactions")
