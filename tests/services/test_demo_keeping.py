"""A demonstration is kept between starts and made anew on demand, and no other folder is ever taken for one.

Source: the first milestone's command `make demo` (`FRESH=1` starts anew).
"""

import hashlib
import json
from pathlib import Path

import pytest

from portal import create_app
from portal.demo import keeping
from portal.demo.filling import Demonstration, Person
from portal.services import channels
from portal.services.parts import Clock, Parts
from portal.settings import load
from portal.store import models
from portal.web.parts import EXTENSION
from tests.builders import Portal
from tests.services.test_demo import closed, content_of, started
from tests.store.databases import ON_SQLITE


def test_fresh_erases_the_demonstration_and_makes_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = started(tmp_path)
    marks = iter(("first", "second"))
    monkeypatch.setattr(keeping, "fill", lambda parts: barely_filled(parts, next(marks)))
    assert "first" in app.test_cli_runner().invoke(args=["demo"]).output
    before = content_of(tmp_path)
    (tmp_path / "settings.toml").write_text("")
    assert "first" in app.test_cli_runner().invoke(args=["demo"]).output
    shown = app.test_cli_runner().invoke(args=["demo", "--fresh"])
    assert shown.exit_code == 0, shown.output
    assert "first" not in shown.output
    assert "second" in shown.output
    after = content_of(tmp_path)
    assert [name for name in before if before[name] == after[name]] == []
    assert (tmp_path / "settings.toml").exists()
    closed(app)


def barely_filled(parts: Parts, mark: str) -> Demonstration:
    """A demonstration with nobody but one officer whose passphrase is `mark`, in place of a whole one."""
    with parts.database.write() as session:
        session.add(organisation_called(mark))
    person = Person(mark, "", administrator=False, channels=(), passphrase=mark, totp="A" * 32)
    return Demonstration(parts.clock.today(), (person,), ())


def organisation_called(name: str) -> models.Organisation:
    """A row to tell one filling from another."""
    return models.Organisation(
        id=hashlib.sha256(name.encode()).digest()[:16], name=name, languages="en", default_language="en",
        country="DK", created_on=Clock().today(),
    )  # fmt: skip


def test_a_filling_that_was_cut_short_is_erased_and_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class CutShort(Exception):
        pass

    def half(parts: Parts) -> Demonstration:
        barely_filled(parts, "half")
        raise CutShort

    app = started(tmp_path)
    monkeypatch.setattr(keeping, "fill", half)
    with pytest.raises(CutShort):
        keeping.make(app.extensions[EXTENSION])
    assert keeping.kept(app.extensions[EXTENSION].settings) is None
    monkeypatch.setattr(keeping, "fill", lambda parts: barely_filled(parts, "whole"))
    shown = app.test_cli_runner().invoke(args=["demo"])
    assert shown.exit_code == 0, shown.output
    anew = started(tmp_path)
    found = channels.organisation(anew.extensions[EXTENSION])
    assert found
    assert found.name == "whole"
    closed(app)
    closed(anew)


@ON_SQLITE
@pytest.mark.parametrize("arguments", [["demo"], ["demo", "--fresh"]], ids=["filling", "fresh"])
def test_a_portal_that_is_no_demonstration_is_left_as_it_was(portal: Portal, arguments: list[str]) -> None:
    portal.team(portal.staff("Anna Holm"))
    folder = portal.parts.settings.instance
    portal.close()
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    shown = portal.app.test_cli_runner().invoke(args=arguments)
    assert shown.exit_code == 1
    assert "not a demonstration" in shown.output
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


def test_somebody_elses_demo_json_makes_no_folder_a_demonstration(tmp_path: Path) -> None:
    (tmp_path / "demo.json").write_text(json.dumps({"name": "my own notes", "complete": True}))
    app = started(tmp_path)
    shown = app.test_cli_runner().invoke(args=["demo", "--fresh"])
    assert shown.exit_code == 1
    assert "my own notes" in (tmp_path / "demo.json").read_text()
    closed(app)


def test_another_database_than_the_folders_own_is_never_filled(tmp_path: Path) -> None:
    elsewhere = {"PORTAL_DATABASE_URL": f"sqlite:///{tmp_path / 'other.sqlite'}"}
    app = create_app(load(elsewhere, instance=tmp_path / "demo"))
    shown = app.test_cli_runner().invoke(args=["demo", "--fresh"])
    assert shown.exit_code == 1
    assert (tmp_path / "other.sqlite").stat().st_size == 0
    closed(app)


def test_the_folder_of_a_real_portal_never_becomes_a_demonstration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "ROOT", tmp_path)
    app = started(tmp_path / "instance")
    shown = app.test_cli_runner().invoke(args=["demo"])
    assert shown.exit_code == 1
    assert "PORTAL_INSTANCE=instance/demo" in shown.output
    closed(app)
