"""The recovery sheet once more: a keeper, who holds the anchor, prints it again and shows that it can be read.

The anchor stays the same, and so do its 8 words: an older sheet goes on working. What is on the sheet never comes
here; the keeper's browser says which anchor it printed, so that a sheet of one that has handed over meanwhile
does not count.
"""

from portal.domain.register import Kind
from portal.services import channel_change
from portal.services.desk_errors import Changed
from portal.services.parts import Parts
from portal.services.staff import enter


def confirm(parts: Parts, keeper_id: bytes, channel_id: bytes, anchor: bytes) -> None:
    """Somebody has read two words of the channel's sheet just now, so the desk warns no more that there is none.

    `anchor` is the verify key of the anchor printed. Raises NotFound unless a keeper of the channel asks,
    Changed when the channel has another anchor. Register: `sheet-confirmed`, as `again`.
    """
    with parts.database.write() as session:
        team = channel_change.team_for(session, keeper_id, channel_id)
        if anchor != team.newest.anchor_verify_key:
            raise Changed
        team.channel.sheet_confirmed_on = parts.clock.today()
        enter(parts, session, team.keeper, Kind.SHEET_CONFIRMED, channel=channel_id.hex(), again=1)
