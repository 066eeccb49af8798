"""Invitations, and removals that wait for a channel's next epoch."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "m0003"
down_revision = "m0002"
branch_labels = None
depends_on = None

LATE: dict[str, Any] = {"deferrable": True, "initially": "DEFERRED"}


def upgrade() -> None:
    _invitations()
    _removals()


def _invitations() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("organisation_id", sa.LargeBinary(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=200), nullable=False),
        sa.Column("is_officer", sa.Boolean(), nullable=False),
        sa.Column("is_administrator", sa.Boolean(), nullable=False),
        sa.Column("invited_by", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_invitations_organisation_id", **LATE
        ),
        sa.ForeignKeyConstraint(
            ["invited_by"], ["officers.id"], name="fk_invitations_invited_by", ondelete="CASCADE", **LATE
        ),
        sa.PrimaryKeyConstraint("id", name="pk_invitations"),
        sa.UniqueConstraint("token_hash", name="uq_invitations_token_hash"),
    )
    op.create_index("ix_invitations_organisation_id", "invitations", ["organisation_id"], unique=False)


def _removals() -> None:
    op.create_table(
        "removals",
        sa.Column("channel_id", sa.LargeBinary(), nullable=False),
        sa.Column("officer_id", sa.LargeBinary(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name="fk_removals_channel_id", **LATE),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officers.id"], name="fk_removals_officer_id", ondelete="CASCADE", **LATE
        ),
        sa.PrimaryKeyConstraint("channel_id", "officer_id", name="pk_removals"),
    )
    op.create_index("ix_removals_officer_id", "removals", ["officer_id"], unique=False)
