"""Sessions and unfinished uploads."""

import sqlalchemy as sa
from alembic import op

revision = "v0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _pending_uploads()
    _sessions()


def _pending_uploads() -> None:
    op.create_table(
        "pending_uploads",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("owner", sa.LargeBinary(), nullable=False),
        sa.Column("case_id", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_size", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("created_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pending_uploads"),
    )
    op.create_index("ix_pending_uploads_owner", "pending_uploads", ["owner"], unique=False)


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("row", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("owner", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("touched_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("row", name="pk_sessions"),
    )
    op.create_index("ix_sessions_owner", "sessions", ["kind", "owner"], unique=False)
    op.create_index("ix_sessions_touched_at", "sessions", ["touched_at"], unique=False)
