"""Appeals of the admins, who approved them, and the audit of what admins did."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """What this version adds."""
    op.create_table(
        "appeals",
        sa.Column("id", _ID, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary()),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("changed", _MOMENT, nullable=False),
        sa.Column("due", _MOMENT),
        sa.Column("alert_id", _ID),
        sa.Column("audience", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_appeals_alert_id_alerts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeals")),
    )
    op.create_index("ix_appeals_state", "appeals", ["state"], unique=False)
    op.create_index("ix_appeals_alert_id", "appeals", ["alert_id"], unique=False)
    op.create_table(
        "approvals",
        sa.Column("appeal_id", _ID, nullable=False),
        sa.Column("admin", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["appeal_id"], ["appeals.id"], name=op.f("fk_approvals_appeal_id_appeals")),
        sa.PrimaryKeyConstraint("appeal_id", "admin", name=op.f("pk_approvals")),
    )
    op.create_table(
        "audit",
        sa.Column("id", _ID, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("admin", sa.String(length=64), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("matter", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )


def downgrade() -> None:
    """The way back."""
    for table in ("audit", "approvals", "appeals"):
        op.drop_table(table)
