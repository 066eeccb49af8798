"""Rule: everybody of the staff says where notices go, if anywhere; an administrator sees how mail goes, and can try it.

Sources: REQUIREMENTS AC-09; portal/services/notices.py. Mail goes to a server on 127.0.0.1.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import Portal, Staff
from tests.smtp_server import MailHouse
from tests.web.desk_client import DeskClient

ADDRESS = "ida@havblik.example"


@pytest.fixture
def house() -> Iterator[MailHouse]:
    """Where the portal hands in its mail."""
    with MailHouse() as made:
        yield made


@pytest.fixture
def portal(tmp_path: Path, house: MailHouse) -> Iterator[Portal]:
    """A portal with a mail server."""
    made = Portal(tmp_path, None, **house.settings)
    yield made
    made.close()


@pytest.fixture
def desk(portal: Portal) -> DeskClient:
    """The browser of an officer who administers too."""
    return DeskClient(portal, portal.staff("Ida", administrator=True))


def keep(desk: DeskClient, address: str) -> int:
    """The status of asking for notices at `address`."""
    data = {"csrf_token": desk.token, "address": address}
    return desk.client.post("/en/desk/account/address", data=data).status_code


def test_an_address_is_kept_shown_and_taken_away(desk: DeskClient) -> None:
    assert "stored in clear" in desk.page("/en/desk/account/address")
    assert keep(desk, ADDRESS) == 303
    assert f'value="{ADDRESS}"' in desk.page("/en/desk/account/address")
    assert keep(desk, "") == 303
    assert ADDRESS not in desk.page("/en/desk/account/address")


def test_what_is_no_address_is_shown_again(desk: DeskClient) -> None:
    assert keep(desk, "ida at home") == 400


def test_a_test_mail_goes_to_oneself_and_the_page_says_so(desk: DeskClient, house: MailHouse) -> None:
    keep(desk, ADDRESS)
    assert "Nothing has been sent yet." in desk.page("/en/desk/notices")
    done = desk.client.post("/da/desk/notices", data={"csrf_token": desk.token})
    assert (done.status_code, done.location) == (303, "/da/desk/notices?said=sent")
    (mail,) = house.mails
    assert mail.to == ADDRESS
    assert mail.text.startswith("This is a test."), "in the language of the officer, not of the page"
    assert "Test mail" in desk.page("/en/desk/notices?said=sent")


def test_a_test_mail_that_fails_says_at_what(desk: DeskClient, house: MailHouse) -> None:
    without = desk.client.post("/en/desk/notices", data={"csrf_token": desk.token})
    assert without.status_code == 400
    assert "You have no address of your own yet." in without.text
    keep(desk, ADDRESS)
    house.refuses["RCPT"] = "550 Ida does not live here"
    refused = desk.client.post("/en/desk/notices", data={"csrf_token": desk.token})
    assert refused.status_code == 502
    assert "did not accept the address" in refused.text
    assert "live here" not in refused.text
    assert "1 attempt has failed since one went well." in desk.page("/en/desk/notices")


def test_without_the_token_nothing_is_sent(desk: DeskClient, house: MailHouse) -> None:
    keep(desk, ADDRESS)
    assert desk.client.post("/en/desk/notices").status_code == 403
    assert house.mails == []


def test_only_an_administrator_sees_how_mail_goes(portal: Portal) -> None:
    olaf: Staff = portal.staff("Olaf")
    desk = DeskClient(portal, olaf)
    assert desk.get("/en/desk/notices").status_code == 403
    assert desk.get("/en/desk/account/address").status_code == 200


def test_a_portal_without_a_mail_server_says_that_notices_are_off(tmp_path: Path) -> None:
    portal = Portal(tmp_path / "another")
    desk = DeskClient(portal, portal.staff("Ida", administrator=True))
    assert "Notices are off" in desk.page("/en/desk/notices")
    assert "Notices are off" in desk.page("/en/desk/account/address")
    portal.close()


@pytest.mark.parametrize("lang", ["da", "nl", "nb"])
def test_the_pages_are_there_in_every_language(desk: DeskClient, lang: str) -> None:
    for path in ("account/address", "notices"):
        page = desk.page(f"/{lang}/desk/{path}")
        assert "Notices" not in page
