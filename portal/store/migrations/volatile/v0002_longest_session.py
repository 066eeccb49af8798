"""The hour at which a session ends however busy it is. Sessions from before have none, and are over."""

import sqlalchemy as sa
from alembic import op

revision = "v0002"
down_revision = "v0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sessions", sa.Column("ends_at", sa.BigInteger(), nullable=True))
