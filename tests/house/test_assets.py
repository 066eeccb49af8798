"""Rule: browser files are made by `make assets` and by nothing else; their bytes are pinned (house, browser files).

A changed file in dist/ or vendor/ that the manifest does not name would be code that nobody built or read.
"""

import base64
import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.left_out import left_out

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "portal" / "static"
MANIFEST = STATIC / "dist" / "manifest.json"


def manifest() -> dict[str, dict[str, str | int]]:
    """Every built file's entry, by its path below static/."""
    read: dict[str, dict[str, str | int]] = json.loads(MANIFEST.read_text(encoding="utf-8"))
    return read


def test_every_built_file_is_pinned_and_nothing_else_lies_there() -> None:
    built = {
        path.relative_to(STATIC).as_posix()
        for folder in ("dist", "vendor")
        for path in (STATIC / folder).rglob("*")
        if path != MANIFEST
    }
    assert set(manifest()) == built


@pytest.mark.parametrize("name", manifest())
def test_a_built_file_has_the_bytes_that_are_pinned(name: str) -> None:
    body = (STATIC / name).read_bytes()
    entry = manifest()[name]
    assert hashlib.sha256(body).hexdigest() == entry["sha256"]
    digest = base64.b64encode(hashlib.sha384(body).digest()).decode()
    assert entry["integrity"] == f"sha384-{digest}"


def test_the_sealing_library_keeps_its_budget() -> None:
    assert int(manifest()["vendor/seal.js"]["gzip_bytes"]) <= 50_000


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["node", "build.mjs", "--check"], id="rebuilding gives the same bytes"),
        pytest.param(["node", "types.mjs"], id="the types of every script hold"),
    ],
)
def test_the_tools_of_the_browser_files_find_nothing(command: list[str]) -> None:
    if shutil.which("node") is None or not (ROOT / "assets" / "node_modules").exists():
        left_out("Node or assets/node_modules is missing")
    run = subprocess.run(command, cwd=ROOT / "assets", capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_a_page_names_the_integrity_of_its_script(client: FlaskClient) -> None:
    page = client.get("/en/").text
    assert f'integrity="{manifest()["dist/public.js"]["integrity"]}"' in page


def test_a_page_names_the_integrity_of_every_library_that_its_script_imports(client: FlaskClient) -> None:
    page = client.get("/en/desk/sign-in").text
    for name in ("dist/sign_in.js", "vendor/seal.js", "vendor/words.js"):
        assert f'integrity="{manifest()[name]["integrity"]}"' in page, name
