"""What has no erase key yet is found by an index: the worker looks each minute, and mostly there is nothing."""

from alembic import op
from sqlalchemy import text

from portal.store.models.keys import BARE_GRANT, BARE_WRAP

revision = "m0005"
down_revision = "m0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, table, bare in (
        ("ix_wraps_bare", "wraps", BARE_WRAP),
        ("ix_grants_bare", "grants", BARE_GRANT),
    ):
        op.create_index(
            name,
            table,
            ["case_id"],
            sqlite_where=text(bare["sqlite"]),
            postgresql_where=text(bare["postgresql"]),
        )
