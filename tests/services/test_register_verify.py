"""Rule: `flask register-verify` proves the chain, prints where it ends, and ends with 1 when it is broken.

The head is to be written down elsewhere: only that shows that the newest entries were cut off (domain/register.py).
"""

from sqlalchemy import text

from portal.services.register_end import end_of
from tests.builders import Portal, Team


def test_before_set_up_there_is_nothing_to_prove(portal: Portal) -> None:
    done = portal.app.test_cli_runner().invoke(args=["register-verify"])
    assert done.exit_code == 0
    assert done.output == f"0 entries\nhead {'0' * 64}\n"


def test_it_prints_how_many_entries_there_are_and_the_head(portal: Portal, team: Team) -> None:
    portal.report(team)
    portal.report(team)
    done = portal.app.test_cli_runner().invoke(args=["register-verify"])
    assert done.exit_code == 0
    assert done.output == f"2 entries\nhead {end_of(portal.parts).head.hex()}\n"
    assert end_of(portal.parts).head != bytes(32)


def test_a_changed_entry_is_named_and_the_exit_code_is_1(portal: Portal, team: Team) -> None:
    portal.report(team)
    portal.report(team)
    with portal.parts.database.connection() as connection:
        connection.execute(text("UPDATE register_entries SET kind = 'test-received' WHERE seq = 2"))
    done = portal.app.test_cli_runner().invoke(args=["register-verify"])
    assert done.exit_code == 1
    assert "BROKEN: register entry 2" in done.output
