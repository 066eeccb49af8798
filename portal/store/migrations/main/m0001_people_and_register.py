"""Organisations, channels, officers, channel records and the register."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "m0001"
down_revision = None
branch_labels = None
depends_on = None

LATE: dict[str, Any] = {"deferrable": True, "initially": "DEFERRED"}


def upgrade() -> None:
    _organisations()
    _channels()
    _officers()
    _register_entries()
    _register_heads()
    _running_numbers()
    _channel_records()
    _keepers()
    _recovery_codes()


def _organisations() -> None:
    op.create_table(
        "organisations",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("languages", sa.String(length=40), nullable=False),
        sa.Column("default_language", sa.String(length=8), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("created_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organisations"),
    )


def _channels() -> None:
    op.create_table(
        "channels",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("organisation_id", sa.LargeBinary(), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("audience", sa.String(length=500), nullable=False),
        sa.Column("acknowledge_days", sa.Integer(), nullable=False),
        sa.Column("feedback_months", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sheet_confirmed_on", sa.Date(), nullable=True),
        sa.Column("anchor_recipient", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_channels_organisation_id", **LATE
        ),
        sa.PrimaryKeyConstraint("id", name="pk_channels"),
        sa.UniqueConstraint("organisation_id", "slug", name="uq_channels_organisation_id_slug"),
    )


def _officers() -> None:
    op.create_table(
        "officers",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("organisation_id", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_folded", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=200), nullable=False),
        sa.Column("is_officer", sa.Boolean(), nullable=False),
        sa.Column("is_administrator", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("verify_key", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("kdf", sa.Integer(), nullable=False),
        sa.Column("wrapped_root", sa.LargeBinary(), nullable=False),
        sa.Column("auth_hash", sa.LargeBinary(), nullable=False),
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("totp_last_step", sa.Integer(), nullable=False),
        sa.Column("totp_retry_at", sa.BigInteger(), nullable=False),
        sa.Column("pins", sa.LargeBinary(), nullable=True),
        sa.Column("enrolled_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_officers_organisation_id", **LATE
        ),
        sa.PrimaryKeyConstraint("id", name="pk_officers"),
        sa.UniqueConstraint("name_folded", name="uq_officers_name_folded"),
    )
    op.create_index("ix_officers_organisation_id", "officers", ["organisation_id"], unique=False)


def _register_entries() -> None:
    op.create_table(
        "register_entries",
        sa.Column("organisation_id", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("running_number", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.LargeBinary(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_register_entries_organisation_id", **LATE
        ),
        sa.PrimaryKeyConstraint("organisation_id", "seq", name="pk_register_entries"),
    )
    op.create_index("ix_register_case", "register_entries", ["case_id"], unique=False)
    op.create_index(
        "uq_register_running", "register_entries", ["organisation_id", "year", "running_number"], unique=True
    )


def _register_heads() -> None:
    op.create_table(
        "register_heads",
        sa.Column("organisation_id", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_register_heads_organisation_id", **LATE
        ),
        sa.PrimaryKeyConstraint("organisation_id", name="pk_register_heads"),
    )


def _running_numbers() -> None:
    op.create_table(
        "running_numbers",
        sa.Column("organisation_id", sa.LargeBinary(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_running_numbers_organisation_id", **LATE
        ),
        sa.PrimaryKeyConstraint("organisation_id", "year", name="pk_running_numbers"),
    )


def _channel_records() -> None:
    op.create_table(
        "channel_records",
        sa.Column("channel_id", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("party", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channels.id"], name="fk_channel_records_channel_id", **LATE
        ),
        sa.PrimaryKeyConstraint("channel_id", "number", name="pk_channel_records"),
        sa.UniqueConstraint("hash", name="uq_channel_records_hash"),
    )


def _keepers() -> None:
    op.create_table(
        "keepers",
        sa.Column("channel_id", sa.LargeBinary(), nullable=False),
        sa.Column("officer_id", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name="fk_keepers_channel_id", **LATE),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officers.id"], name="fk_keepers_officer_id", ondelete="CASCADE", **LATE
        ),
        sa.PrimaryKeyConstraint("channel_id", "officer_id", name="pk_keepers"),
    )
    op.create_index("ix_keepers_officer_id", "keepers", ["officer_id"], unique=False)


def _recovery_codes() -> None:
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("officer_id", sa.LargeBinary(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officers.id"], name="fk_recovery_codes_officer_id", ondelete="CASCADE", **LATE
        ),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_codes"),
    )
    op.create_index("ix_recovery_codes_officer_id", "recovery_codes", ["officer_id"], unique=False)
