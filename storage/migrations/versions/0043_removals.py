"""What is taken down leaves the chats, too: which messages have to, and what became of each."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What this version adds."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "removals",
        sa.Column("id", number, nullable=False),
        sa.Column("statement_id", number, nullable=False),
        sa.Column("began", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_removals")),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statements.id"], name=op.f("fk_removals_statement_id_statements")
        ),
    )
    op.add_column("deliveries", sa.Column("erase_by", sa.BigInteger()))
    op.add_column("deliveries", sa.Column("erase_at", sa.DateTime(timezone=True)))
    op.add_column("deliveries", sa.Column("erased", sa.String()))
    op.create_index(op.f("ix_alerts_statement_id"), "alerts", ["statement_id"])
    if op.get_bind().dialect.name == "postgresql":
        return  # made afterwards, while everybody goes on (`storage.migrate.LONG`)
    for name in ("erase_at", "erase_by"):
        some = sa.text(f"{name} IS NOT NULL")
        op.create_index(f"ix_deliveries_{name}", "deliveries", [name], sqlite_where=some)


def downgrade() -> None:
    """The way back."""
    for name in ("erase_by", "erase_at"):
        op.drop_index(f"ix_deliveries_{name}", table_name="deliveries", if_exists=True)
    op.drop_index(op.f("ix_alerts_statement_id"), table_name="alerts")
    for name in ("erased", "erase_at", "erase_by"):
        op.drop_column("deliveries", name)
    op.drop_table("removals")
