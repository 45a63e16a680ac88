"""How far an appeal's sending is, what was expected of it, and how long the messages of an alert took."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What this version adds."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "sendings",
        sa.Column("id", number, nullable=False),
        sa.Column("appeal_id", number, nullable=False),
        sa.Column("alert_id", number),
        sa.Column("notice_id", number),
        sa.Column("corrects", sa.Boolean(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("began", sa.DateTime(timezone=True)),
        sa.Column("ended", sa.DateTime(timezone=True)),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sendings")),
        sa.ForeignKeyConstraint(["appeal_id"], ["appeals.id"], name=op.f("fk_sendings_appeal_id_appeals")),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_sendings_alert_id_alerts")),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_sendings_notice_id_notices")),
    )
    op.create_index(op.f("ix_sendings_appeal_id"), "sendings", ["appeal_id"])
    op.create_table(
        "delays",
        sa.Column("alert_id", number, nullable=False),
        sa.Column("transport", sa.String(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("alert_id", "transport", "step", name=op.f("pk_delays")),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_delays_alert_id_alerts")),
    )


def downgrade() -> None:
    """The way back."""
    op.drop_table("delays")
    op.drop_table("sendings")
