"""Rule: the desk takes no key on the server's word; what does not fit the signed records stops the page.

Sources: SPEC 7 and 8; PROTOCOL of the roots ("no record, no match, or a number lower than already seen: refused").
`openChannels` runs in Chromium on what GET /desk/api/keys would answer, honest once and then in every dishonest way.
"""

import base64
import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from crypto.grant import Grant, seal_grant
from crypto.keys import Root
from crypto.records import ChannelRecord
from crypto.wrap import unwrap_pins, wrap_pins
from tests.browser.sealing_page import served
from tests.builders import SetClock
from tests.setup_hand import FirstPerson

pytestmark = pytest.mark.browser

OPEN = """async ([secret, keys]) => {
  const { openChannels } = await import("/portal/static/js/desk/keys.js");
  const { fromBase64, Root, toHex } = await import("/portal/static/js/seal/index.js");
  const sent = [];
  globalThis.fetch = async (path, { body }) => {
    sent.push([path, JSON.parse(body)]);
    return new Response(null, { status: 204 });
  };
  try {
    const channels = await openChannels(new Root(fromBase64(secret)), keys);
    const opened = [...channels.values()].map(({ words, epochs, newest, name }) => ({
      name, words: [...words], newest: newest.number,
      epochs: [...epochs].map(([epoch, root]) => [epoch, toHex(root.secret)]),
    }));
    return { opened, sent };
  } catch (error) {
    return { breach: error.code, channel: error.channel, name: error.name, sent };
  }
}"""
ME, OTHER = FirstPerson(SetClock()), FirstPerson(SetClock(), name="Mallory")
FIRST = ME.record()
SECOND = ME.record(number=1, previous=FIRST.hash)


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """A page under the portal's policy, with the sources of its scripts."""
    with served() as address:
        opened = browser.new_page()
        opened.goto(address)
        yield opened
        opened.close()


def to_base64(raw: bytes) -> str:
    """As in JSON."""
    return base64.b64encode(raw).decode()


def pinned(**changes: Any) -> str:
    """Pins that hold my channel as it is, but for `changes`."""
    pin = {"anchor": ME.anchor.party.hash.hex(), "number": 0, "record": FIRST.hash.hex()}
    pin = {**pin, "keepers": [ME.id.hex()], **changes}
    pins = {"v": 1, "channels": {ME.channel_id.hex(): pin}}
    return to_base64(wrap_pins(ME.officer, pins, officer_id=ME.id))


def granted(root: Root, record: ChannelRecord, **changes: Any) -> str:
    """A grant of `root` to me; `changes` are its fields."""
    fields = {"channel": ME.channel_id, "case": None, "number": 0, "record": record.hash}
    grant = Grant(**{"purpose": "channel", "to": ME.officer.party.hash, "root": root, **fields, **changes})
    return to_base64(seal_grant(grant, ME.officer.party.recipient))


def honest() -> dict[str, Any]:
    """What an honest server answers."""
    channel = {
        "id": ME.channel_id.hex(),
        "name": "Whistleblowing",
        "slug": "whistleblowing",
        "records": [to_base64(FIRST.raw)],
        "anchor_recipient": str(ME.anchor.party.recipient),
        "grants": [granted(ME.channel, FIRST)],
        "keeper": True,
        "keepers": [ME.id.hex()],
        "sheet_confirmed": True,
    }
    return {"officer": {"id": ME.id.hex()}, "pins": pinned(), "channels": [channel]}


def outcome(page: Page, keys: dict[str, Any]) -> dict[str, Any]:
    """What `openChannels` makes of `keys`."""
    found: dict[str, Any] = page.evaluate(OPEN, [to_base64(ME.officer.secret), keys])
    return found


def test_honest_keys_open_and_nothing_is_sent(page: Page) -> None:
    found = outcome(page, honest())
    epochs = [[0, ME.channel.secret.hex()]]
    words = list(ME.anchor.party.words)
    assert found == {
        "opened": [{"name": "Whistleblowing", "words": words, "newest": 0, "epochs": epochs}],
        "sent": [],
    }


def test_a_newer_record_is_pinned_at_once(page: Page) -> None:
    keys = honest()
    keys["channels"][0]["records"].append(to_base64(SECOND.raw))
    found = outcome(page, keys)
    assert found["opened"][0]["newest"] == 1
    ((path, body),) = found["sent"]
    pins = unwrap_pins(ME.officer, base64.b64decode(body["pins"]), officer_id=ME.id)
    assert path == "/desk/api/pins"
    assert pins["channels"][ME.channel_id.hex()]["record"] == SECOND.hash.hex()


@pytest.mark.parametrize(
    "pins",
    [None, to_base64(wrap_pins(ME.officer, {"v": 1, "channels": {}}, officer_id=ME.id))],
    ids=["no pins", "pins without it"],
)
def test_a_channel_that_was_never_confirmed_is_left_out(page: Page, pins: str | None) -> None:
    assert outcome(page, {**honest(), "pins": pins}) == {"opened": [], "sent": []}


NEXT = Root.generate()
HANDED_OVER = ME.record(
    number=1, previous=FIRST.hash, anchor_verify_key=NEXT.verify_key,
    anchor_recipient_hash=NEXT.party.recipient.hash,
)  # fmt: skip


def test_a_channel_whose_anchor_has_handed_over_waits_until_its_new_words_are_compared(page: Page) -> None:
    keys = honest()
    keys["channels"][0]["records"].append(to_base64(HANDED_OVER.raw))
    keys["channels"][0]["anchor_recipient"] = str(NEXT.party.recipient)
    assert outcome(page, keys) == {"opened": [], "sent": []}
    assert outcome(page, {**keys, "pins": pinned(anchor=NEXT.party.hash.hex())})["opened"] != []


def test_an_anchor_that_hands_over_by_its_own_signature_stops_the_page(page: Page) -> None:
    fields = {
        name: getattr(HANDED_OVER, name) for name in HANDED_OVER.__dataclass_fields__ if name != "signature"
    }
    fields["anchor_verify_key"] = OTHER.anchor.verify_key
    fields["anchor_recipient_hash"] = OTHER.anchor.party.recipient.hash
    forged = ChannelRecord.sign(OTHER.anchor, **fields)
    keys = honest()
    keys["channels"][0]["records"].append(to_base64(forged.raw))
    keys["channels"][0]["anchor_recipient"] = str(OTHER.anchor.party.recipient)
    assert outcome(page, keys)["breach"] == "chain"


def channel(**changes: Any) -> Callable[[], dict[str, Any]]:
    """An answer whose one channel is changed."""

    def made() -> dict[str, Any]:
        keys = copy.deepcopy(honest())
        keys["channels"][0].update(changes)
        return keys

    return made


def pins(**changes: Any) -> Callable[[], dict[str, Any]]:
    """An answer to somebody who remembers something else."""
    return lambda: {**honest(), "pins": pinned(**changes)}


def damaged(record: ChannelRecord) -> str:
    """The record with one digit of its signature changed."""
    raw = record.raw
    return to_base64(raw[:-2] + (b"0" if raw[-2:-1] != b"0" else b"1") + raw[-1:])


IMPOSTOR = OTHER.record(channel=ME.channel_id)
DISHONEST = {
    "a record whose signature was changed": ("chain", channel(records=[damaged(FIRST)])),
    "no records": ("chain", channel(records=[])),
    "a record that is missing in between": ("chain", channel(records=[to_base64(SECOND.raw)])),
    "a record of another channel": ("chain", channel(records=[to_base64(OTHER.record().raw)])),
    "a next record signed by somebody else": (
        "chain",
        channel(
            records=[
                to_base64(FIRST.raw),
                to_base64(OTHER.record(channel=ME.channel_id, number=1, previous=FIRST.hash).raw),
            ]
        ),
    ),
    "a whole other team under the same name": ("rolled_back", channel(records=[to_base64(IMPOSTOR.raw)])),
    "fewer records than were seen before": ("rolled_back", pins(number=1, record=SECOND.hash.hex())),
    "another record than was seen before": ("rolled_back", pins(record="00" * 32)),
    "another anchor than was confirmed": ("anchor", pins(anchor="00" * 32)),
    "the recipient of another anchor": (
        "anchor",
        channel(anchor_recipient=str(OTHER.anchor.party.recipient)),
    ),
    "an anchor that is no key": ("anchor", channel(anchor_recipient="age1pq1x")),
    "a grant of a root that the record does not name": (
        "grant",
        channel(grants=[granted(OTHER.channel, FIRST)]),
    ),
    "a grant of another epoch": ("grant", channel(grants=[granted(ME.channel, FIRST, number=1)])),
    "a grant for another channel": (
        "grant",
        channel(grants=[granted(ME.channel, FIRST, channel=OTHER.channel_id)]),
    ),
    "a grant for another purpose": ("grant", channel(grants=[granted(ME.channel, FIRST, purpose="anchor")])),
    "a grant that names no record of the chain": ("grant", channel(grants=[granted(ME.channel, SECOND)])),
    "a grant meant for somebody else": (
        "grant",
        channel(grants=[granted(ME.channel, FIRST, to=OTHER.officer.party.hash)]),
    ),
    "a grant that is cut short": ("grant", channel(grants=[granted(ME.channel, FIRST)[:-40]])),
    "pins that were changed": ("pins", lambda: {**honest(), "pins": to_base64(bytes(200))}),
    "pins of somebody else": (
        "pins",
        lambda: {
            **honest(),
            "pins": to_base64(wrap_pins(OTHER.officer, {"v": 1, "channels": {}}, officer_id=ME.id)),
        },
    ),
}


@pytest.mark.parametrize("case", DISHONEST)
def test_dishonest_keys_stop_the_page_and_nothing_is_pinned(page: Page, case: str) -> None:
    code, keys = DISHONEST[case]
    found = outcome(page, keys())
    assert (found.get("name"), found.get("breach")) == ("Breach", code)
    assert found["sent"] == []
