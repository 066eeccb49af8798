"""Cases, and what belongs to one."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "m0002"
down_revision = "m0001"
branch_labels = None
depends_on = None

LATE: dict[str, Any] = {"deferrable": True, "initially": "DEFERRED"}
DUE_ON = "CASE stage WHEN 'received' THEN acknowledge_due_on WHEN 'closed' THEN NULL ELSE feedback_due_on END"


def upgrade() -> None:
    _cases()
    _attachments()
    _cards()
    _case_records()
    _grants()
    _messages()
    _wraps()


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("organisation_id", sa.LargeBinary(), nullable=False),
        sa.Column("channel_id", sa.LargeBinary(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("acknowledge_due_on", sa.Date(), nullable=False),
        sa.Column("acknowledged_on", sa.Date(), nullable=True),
        sa.Column("feedback_due_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column(
            "lane",
            sa.Integer(),
            sa.Computed("CASE stage WHEN 'received' THEN 0 WHEN 'closed' THEN 2 ELSE 1 END", persisted=True),
            nullable=False,
        ),
        sa.Column("due_on", sa.Date(), sa.Computed(DUE_ON, persisted=True), nullable=True),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column("locator", sa.LargeBinary(), nullable=False),
        sa.Column("auth_hash", sa.LargeBinary(), nullable=True),
        sa.Column("notebook_version", sa.Integer(), nullable=False),
        sa.Column("notebook", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name="fk_cases_channel_id", **LATE),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_cases_organisation_id", **LATE
        ),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sa.UniqueConstraint("locator", name="uq_cases_locator"),
        sa.UniqueConstraint("organisation_id", "reference", name="uq_cases_organisation_id_reference"),
    )
    op.create_index("ix_cases_closed", "cases", ["channel_id", "lane", "closed_on", "id"], unique=False)
    op.create_index("ix_cases_list", "cases", ["channel_id", "lane", "due_on", "id"], unique=False)


def _attachments() -> None:
    op.create_table(
        "attachments",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("case_id", sa.LargeBinary(), nullable=False),
        sa.Column("scope", sa.String(length=4), nullable=False),
        sa.Column("n", sa.Integer(), nullable=True),
        sa.Column("sealed_size", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name="fk_attachments_case_id", ondelete="CASCADE", **LATE
        ),
        sa.PrimaryKeyConstraint("id", name="pk_attachments"),
    )
    op.create_index("ix_attachments_case_id", "attachments", ["case_id"], unique=False)


def _cards() -> None:
    op.create_table(
        "cards",
        sa.Column("case_id", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name="fk_cards_case_id", ondelete="CASCADE", **LATE
        ),
        sa.PrimaryKeyConstraint("case_id", name="pk_cards"),
        sqlite_with_rowid=False,
    )


def _case_records() -> None:
    op.create_table(
        "case_records",
        sa.Column("case_id", sa.LargeBinary(), nullable=False),
        sa.Column("scope", sa.String(length=4), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name="fk_case_records_case_id", ondelete="CASCADE", **LATE
        ),
        sa.PrimaryKeyConstraint("case_id", "scope", "number", name="pk_case_records"),
    )


def _grants() -> None:
    op.create_table(
        "grants",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.String(length=8), nullable=False),
        sa.Column("channel_id", sa.LargeBinary(), nullable=False),
        sa.Column("case_id", sa.LargeBinary(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("receiver", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name="fk_grants_case_id", ondelete="CASCADE", **LATE
        ),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name="fk_grants_channel_id", **LATE),
        sa.PrimaryKeyConstraint("id", name="pk_grants"),
    )
    op.create_index("ix_grants_case_id", "grants", ["case_id"], unique=False)
    op.create_index("ix_grants_receiver", "grants", ["receiver", "purpose"], unique=False)
    op.create_index(
        "uq_grants_of_case",
        "grants",
        ["purpose", "channel_id", "case_id", "number", "receiver"],
        unique=True,
        sqlite_where=sa.text("case_id IS NOT NULL"),
        postgresql_where=sa.text("case_id IS NOT NULL"),
    )
    op.create_index(
        "uq_grants_of_channel",
        "grants",
        ["purpose", "channel_id", "number", "receiver"],
        unique=True,
        sqlite_where=sa.text("case_id IS NULL"),
        postgresql_where=sa.text("case_id IS NULL"),
    )


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("case_id", sa.LargeBinary(), nullable=False),
        sa.Column("scope", sa.String(length=4), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name="fk_messages_case_id", ondelete="CASCADE", **LATE
        ),
        sa.PrimaryKeyConstraint("case_id", "scope", "n", name="pk_messages"),
    )


def _wraps() -> None:
    op.create_table(
        "wraps",
        sa.Column("case_id", sa.LargeBinary(), nullable=False),
        sa.Column("scope", sa.String(length=4), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("holder", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name="fk_wraps_case_id", ondelete="CASCADE", **LATE
        ),
        sa.PrimaryKeyConstraint("case_id", "scope", "number", "holder", name="pk_wraps"),
        sqlite_with_rowid=False,
    )
