"""The demonstration lets a person in with what it prints and nothing else, is truly sealed, and spares other folders.

Source: the first milestone's command `make demo`; HOUSE (portal/demo: beside services the only importer of crypto).
Everything here is opened from the printed table alone: an officer by passphrase and code, a reporter by receipt.
"""

import base64
import hashlib
import io
import re
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import docx
import pytest
from flask import Flask
from PIL import Image

from crypto.grant import check_grant, open_grant
from crypto.keys import Party, Recipient, Root
from crypto.records import verify_channel_chain
from crypto.wrap import officer_keys, unwrap_officer, unwrap_pins
from portal import create_app
from portal.demo import keeping, stories, table
from portal.demo.filling import Demonstration, Person, Told
from portal.demo.officer_hand import Hand
from portal.demo.people import PeopledPortal, Staff, Team, stretch
from portal.demo.stories import Story
from portal.domain import taxonomy
from portal.domain.register import Kind
from portal.services import channels, desk_list, keyring, mailbox, officers, register, sessions, totp
from portal.services.attachments import open_file
from portal.services.officers import Credentials
from portal.services.parts import Clock, Parts
from portal.settings import SECRET_FILES, load
from portal.store import desk_queries
from portal.store.desk_list import Band, CaseRow
from portal.web.parts import EXTENSION

TOLD = stories.stories()
KAREN, ANNA, SOLVEIG = "Karen Lund", "Anna Holm", "Solveig Nes"


@dataclass
class Filled:
    """A demonstration, as a start after the one that made it finds it."""

    app: Flask
    parts: Parts
    printed: Demonstration

    def person(self, name: str) -> Person:
        """One of the staff, as printed."""
        return next(one for one in self.printed.people if one.name == name)

    def report(self, key: str) -> Told:
        """The receipt of a story's reporter, as printed."""
        return self.printed.reports[[story.key for story in TOLD].index(key)]


def started(folder: Path) -> Flask:
    """The portal on `folder`, as `flask --app wsgi` makes it."""
    return create_app(load({"PORTAL_MIN_FREE_BYTES": "0"}, instance=folder))


def closed(app: Flask) -> None:
    """No connection is left open."""
    parts = app.extensions[EXTENSION]
    parts.database.close()
    parts.volatile.close()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """One demonstration for all that only look at it."""
    folder = tmp_path_factory.mktemp("demo") / "demo"
    first = started(folder)
    made = keeping.make(first.extensions[EXTENSION])
    closed(first)
    app = started(folder)
    yield Filled(app, app.extensions[EXTENSION], made)
    closed(app)


@dataclass
class SignedIn:
    """An officer at work, who knew name, passphrase and second factor, and nothing more."""

    staff: Staff
    teams: dict[str, Team]
    parts: Parts

    def rows(self) -> dict[str, CaseRow]:
        """The officer's list by reference."""
        return {row.reference: row for row in desk_list.page(self.parts, self.staff.id, None).rows}

    def at(self, told: Told) -> Hand:
        """The officer working on one case."""
        organisation = channels.organisation(self.parts)
        assert organisation
        portal = PeopledPortal(self.parts, organisation.id)
        return Hand(portal, self.staff, self.teams[told.channel], self.rows()[told.reference].id)


def sign_in(parts: Parts, person: Person) -> SignedIn:
    """What a browser does with one line of the table: stretch, sign in, unwrap, check records, pins and grants."""
    auth, wrap_key = officer_keys(stretch(person.passphrase, officers.salt_for(parts, person.name)))
    secret = base64.b32decode(person.totp)
    code = totp.code_of(secret, totp.step_at(int(parts.clock.now().timestamp())))
    opened = officers.sign_in(parts, Credentials(person.name, auth, code))
    party = Party(Recipient.parse(opened.officer.recipient), opened.officer.verify_key)
    root = unwrap_officer(wrap_key, opened.wrapped_root, officer_id=opened.officer.id, party=party)
    staff = Staff(opened.officer.id, person.name, person.role, root)
    live, _cookie = sessions.resume(parts, "desk", opened.cookie.value)
    ring = keyring.key_ring(parts, live)
    assert ring.pins
    pins = unwrap_pins(root, ring.pins, officer_id=staff.id)["channels"]
    return SignedIn(
        staff, {keys.name: confirmed(keys, root, pins[keys.id.hex()]) for keys in ring.channels}, parts
    )


def confirmed(keys: keyring.ChannelKeys, root: Root, pin: dict[str, object]) -> Team:
    """The channel as the browser takes it: its records verified, pinned, and naming the root that was granted."""
    records = verify_channel_chain(list(keys.records), channel=keys.id)
    assert (pin["number"], pin["record"]) == (records[-1].number, records[-1].hash.hex())
    (sealed,) = keys.grants
    grant = open_grant(sealed, root)
    named = next(record for record in records if record.hash == grant.record)
    check_grant(
        grant, purpose="channel", channel=keys.id, case=None, number=named.epoch,
        record_hash=named.hash, recipient=named.recipient,
    )  # fmt: skip
    return Team(keys.id, keys.slug, keys.name, Root.generate(), [grant.root], list(records))


@pytest.fixture(scope="module")
def desk(filled: Filled) -> dict[str, SignedIn]:
    """Every officer of the table, signed in."""
    return {person.name: sign_in(filled.parts, person) for person in filled.printed.people}


def visit(filled: Filled, key: str) -> tuple[mailbox.Visit, mailbox.Conversation]:
    """The mailbox of a story's reporter, opened with the printed receipt."""
    told = filled.report(key)
    cookie = mailbox.sign_in(filled.parts, told.case_key, told.passphrase)
    seen = mailbox.visit(filled.parts, cookie.value)
    return seen, mailbox.read(filled.parts, seen)


def said(told: Story, *whats: str) -> list[str]:
    """What a story's steps of these kinds say, in their order."""
    return [step.text for step in told.steps if step.what in whats]


def test_every_officer_of_the_table_signs_in_and_holds_the_keys_of_the_channels_beside_the_name(
    filled: Filled, desk: dict[str, SignedIn]
) -> None:
    for person in filled.printed.people:
        assert tuple(desk[person.name].teams) == person.channels
        assert len(person.passphrase.split()) == 6
    assert [person.administrator for person in filled.printed.people] == [True, False, False]
    assert desk[SOLVEIG].teams.keys() == {"Complaints", "Whistleblowing"}


def test_nobody_sees_a_case_of_a_channel_without_being_on_it(desk: dict[str, SignedIn]) -> None:
    assert len(desk[KAREN].rows()) == 3
    assert len(desk[ANNA].rows()) == 3
    assert desk[SOLVEIG].rows().keys() == {*desk[KAREN].rows(), *desk[ANNA].rows()}


def test_one_case_is_overdue_one_due_soon_one_new_and_one_closed(
    filled: Filled, desk: dict[str, SignedIn]
) -> None:
    rows, today = desk[SOLVEIG].rows(), filled.parts.clock.today()
    found = {one.key: rows[filled.report(one.key).reference] for one in TOLD}
    assert {key: (row.stage, row.band) for key, row in found.items()} == {
        "1_transport_da": ("in_progress", Band.DUE),
        "2_handover_nl": ("in_progress", Band.DUE),
        "3_training_nb": ("closed", Band.CLOSED),
        "4_press_en": ("in_progress", Band.OPEN),
        "5_tender_de": ("acknowledged", Band.OPEN),
        "6_exit_en": ("received", Band.NEW),
    }
    overdue, soon = found["1_transport_da"].due_on, found["2_handover_nl"].due_on
    assert overdue
    assert soon
    assert overdue < today <= soon
    assert [key for key, row in found.items() if row.card_number is None] == ["6_exit_en"]


@pytest.mark.parametrize("told", TOLD, ids=lambda told: told.key)
def test_an_officer_opens_word_for_word_what_the_reporter_wrote(
    filled: Filled, desk: dict[str, SignedIn], told: Story
) -> None:
    hand = desk[SOLVEIG].at(filled.report(told.key))
    talk = [opened.body for opened in hand.messages("talk")]
    assert (talk[0].text, talk[0].lang, talk[0].fields["mode"]) == (told.text, told.lang, told.mode)
    assert [body.text for body in talk if body.kind == "message"] == said(told, "ask", "answer")
    if told.key != "6_exit_en":
        assert hand.card() == {"v": 1, "title": told.title, "category": told.category}
        assert [opened.body.text for opened in hand.messages("desk")] == said(told, "note")


@pytest.mark.parametrize("told", TOLD, ids=lambda told: told.key)
def test_the_printed_receipt_opens_the_mailbox_and_nothing_in_it_is_damaged_or_unsigned(
    filled: Filled, told: Story
) -> None:
    _seen, shown = visit(filled, told.key)
    assert not [message.problem for message in shown.messages if message.problem]
    assert shown.reference == filled.report(told.key).reference
    sides = [message.side for message in shown.messages if message.kind == "message"]
    assert sides.count("desk") >= 2 or told.key == "6_exit_en"
    assert sides.count("reporter") == (0 if told.key == "6_exit_en" else 2)


@pytest.mark.parametrize("told", [one for one in TOLD if one.key != "6_exit_en"], ids=lambda told: told.key)
def test_each_acknowledgement_is_the_standard_text_in_the_reporters_language(
    filled: Filled, told: Story
) -> None:
    _seen, shown = visit(filled, told.key)
    (sent,) = [message for message in shown.messages if message.kind == "acknowledgement"]
    lang = told.lang if told.lang in taxonomy.LANGUAGES else "en"
    begins = taxonomy.standard_text("acknowledgement", lang).split("{received_date}")[0]
    assert sent.text.startswith(begins.format(case_no=shown.reference))
    assert "{" not in sent.text
    assert sent.text.endswith(" ".join(shown.channel.words))


def test_only_the_named_reporter_gave_a_name_and_its_opening_is_in_the_register(
    filled: Filled, desk: dict[str, SignedIn]
) -> None:
    for told in TOLD:
        hand = desk[SOLVEIG].at(filled.report(told.key))
        names = [opened.body.text for opened in hand.messages("talk") if opened.body.kind == "identity"]
        with filled.parts.database.read() as session:
            entries = desk_queries.entries(session, hand.case_id, Kind.IDENTITY_OPENED.value)
        assert names == ([told.name] if told.mode == "confidential" else [])
        assert len(entries) == len(names)
    assert Counter(told.mode for told in TOLD)["confidential"] == 1


def test_files_come_out_as_they_were_handed_in_from_both_sides(filled: Filled) -> None:
    given = {
        (told.key, name): content
        for told in TOLD
        for step in told.steps
        for name, content in stories.attached(step).items()
    }
    taken = {}
    for told in TOLD:
        seen, shown = visit(filled, told.key)
        for file in (file for message in shown.messages for file in message.files):
            root, item = mailbox.file(seen, file.id)
            taken[told.key, file.name] = b"".join(open_file(filled.parts, root, item))
    assert taken == given
    assert sorted(name for _key, name in given) == ["bilag.jpg", "opplaeringsplan.docx", "timeliste.pdf"]


def test_the_files_are_small_and_real(filled: Filled) -> None:
    assert filled
    content = {
        name: data for told in TOLD for step in told.steps for name, data in stories.attached(step).items()
    }
    assert sum(map(len, content.values())) < 60_000
    assert Image.open(io.BytesIO(content["bilag.jpg"])).format == "JPEG"
    assert docx.Document(io.BytesIO(content["opplaeringsplan.docx"])).paragraphs[0].text
    assert re.match(rb"%PDF-1\.\d", content["timeliste.pdf"])


def test_the_register_holds_and_numbers_the_reports_in_the_order_they_came(filled: Filled) -> None:
    organisation = channels.organisation(filled.parts)
    assert organisation
    with filled.parts.database.read() as session:
        assert register.verify(session, organisation.id).entries > 60


def test_every_story_goes_forward_in_time_and_ends_before_today() -> None:
    for told in TOLD:
        moments = [(-step.days_ago, step.at) for step in told.steps]
        assert moments == sorted(set(moments)), told.key
        assert told.steps[0].what == "report"
        assert told.steps[-1].days_ago >= 1


def test_the_passphrases_stay_in_a_file_that_only_its_owner_reads(filled: Filled) -> None:
    path = filled.parts.settings.instance / keeping.NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_second_start_prints_the_same_table_and_fills_nothing(filled: Filled) -> None:
    before = content_of(filled.parts.settings.instance)
    shown = filled.app.test_cli_runner().invoke(args=["demo"])
    assert shown.exit_code == 0, shown.output
    for person in filled.printed.people:
        assert person.passphrase in shown.output
        assert person.totp in shown.output
    for report in filled.printed.reports:
        assert f"case key {report.case_key}   passphrase   {report.passphrase}" in shown.output
    assert content_of(filled.parts.settings.instance) == before


def test_the_printed_code_is_that_of_this_moment(filled: Filled) -> None:
    person, clock = filled.person(ANNA), Clock()
    before, shown, after = (
        totp.code_of(base64.b32decode(person.totp), totp.step_at(int(clock.now().timestamp()))),
        "\n".join(table.lines(filled.parts.settings, clock, filled.printed)),
        totp.code_of(base64.b32decode(person.totp), totp.step_at(int(clock.now().timestamp()))),
    )
    assert f"code now {before}" in shown or f"code now {after}" in shown


def content_of(folder: Path) -> dict[str, str]:
    """SHA-256 of the files in a folder that a portal's data lies in, by name."""
    names = ("fortrolig.sqlite", "demo.json", *(f"{name}.key" for name in SECRET_FILES))
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
