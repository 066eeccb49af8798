"""Rule: no visitor waits for a page to be compiled, and none gets a page of before its template was changed."""

import shutil
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import Environment

from portal import create_app
from portal.settings import ROOT, load
from portal.web import compiled_pages

LANDING = "<h1>Ask first</h1>"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Templates of one's own, compiled."""
    made = tmp_path / "templates"
    made.mkdir()
    (made / "page.html").write_text(LANDING)
    assert compiled_pages.compile_all(Flask("portal", template_folder=str(made))) == 1
    return made


def app_of(folder: Path) -> Flask:
    app = Flask("portal", template_folder=str(folder))
    compiled_pages.init_app(app)
    return app


def never(*_: object, **__: object) -> str:
    raise AssertionError("a template was compiled")


def test_a_page_that_was_compiled_is_taken_as_it_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Environment, "_generate", never)
    assert app_of(folder).jinja_env.get_template("page.html").render() == LANDING


def test_who_serves_the_pages_may_read_what_another_user_compiled(folder: Path) -> None:
    assert [one.stat().st_mode & 0o777 for one in (folder / compiled_pages.FOLDER).iterdir()] == [0o644]


def test_a_template_that_changed_is_compiled_anew_and_nothing_is_written(folder: Path) -> None:
    (folder / "page.html").write_text("<h1>Changed</h1>")
    before = {one: one.read_bytes() for one in (folder / compiled_pages.FOLDER).iterdir()}
    assert app_of(folder).jinja_env.get_template("page.html").render() == "<h1>Changed</h1>"
    assert {one: one.read_bytes() for one in (folder / compiled_pages.FOLDER).iterdir()} == before


def test_without_the_folder_pages_are_compiled_as_ever(folder: Path) -> None:
    shutil.rmtree(folder / compiled_pages.FOLDER)
    assert app_of(folder).jinja_env.get_template("page.html").render() == LANDING
    assert not (folder / compiled_pages.FOLDER).exists()


def test_what_make_compiles_is_what_the_portal_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = create_app(load({}, instance=tmp_path))
    assert any((ROOT / "templates" / compiled_pages.FOLDER).iterdir()), "`make ready` compiles them"
    monkeypatch.setattr(Environment, "_generate", never)
    for name in app.jinja_env.list_templates():
        if compiled_pages.FOLDER not in name:
            assert app.jinja_env.get_template(name)
