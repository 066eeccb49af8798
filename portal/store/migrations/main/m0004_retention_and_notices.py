"""How long closed cases are kept, holds, erasures under way; the worker's lease, and notices by mail."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "m0004"
down_revision = "m0003"
branch_labels = None
depends_on = None

LATE: dict[str, Any] = {"deferrable": True, "initially": "DEFERRED"}


def upgrade() -> None:
    op.add_column(
        "channels", sa.Column("retention_days", sa.Integer(), server_default=sa.text("90"), nullable=False)
    )
    _holds()
    _erasure_marks()
    op.create_table(
        "erasures",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("is_case", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_erasures"),
    )
    _leases()
    _notice_addresses()
    _mail_results()


def _holds() -> None:
    op.create_table(
        "holds",
        sa.Column("case_id", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("set_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name="fk_holds_case_id", ondelete="CASCADE", **LATE
        ),
        sa.PrimaryKeyConstraint("case_id", name="pk_holds"),
    )
    op.create_index("ix_holds_review_on", "holds", ["review_on"], unique=False)


def _erasure_marks() -> None:
    op.create_table(
        "erasure_marks",
        sa.Column("case_id", sa.LargeBinary(), nullable=False),
        sa.Column("seen_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name="fk_erasure_marks_case_id", ondelete="CASCADE", **LATE
        ),
        sa.PrimaryKeyConstraint("case_id", name="pk_erasure_marks"),
    )


def _leases() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.LargeBinary(), nullable=False),
        sa.Column("held_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )


def _notice_addresses() -> None:
    op.create_table(
        "notice_addresses",
        sa.Column("officer_id", sa.LargeBinary(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("told_seq", sa.Integer(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=True),
        sa.Column("send_at", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officers.id"], name="fk_notice_addresses_officer_id", ondelete="CASCADE", **LATE
        ),
        sa.PrimaryKeyConstraint("officer_id", name="pk_notice_addresses"),
    )
    op.create_index("ix_notice_addresses_send_at", "notice_addresses", ["send_at"], unique=False)


def _mail_results() -> None:
    op.create_table(
        "mail_results",
        sa.Column("name", sa.String(length=8), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("failure", sa.String(length=40), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_mail_results"),
    )
