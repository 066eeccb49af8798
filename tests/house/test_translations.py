"""Rule: every text for people exists in every language, with the same holes to fill (docs/translations.md).

English is the message itself. A half translated page is worse than one in English: nobody knows which half is missing.
"""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
CATALOGUES = ROOT / "portal" / "translations"
LANGUAGES = ("da", "nl", "nb")
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None}
HOLES = re.compile(r"%\(\w+\)[sd]|\{\w+\}")

Id = str | tuple[str, ...]


def texts() -> dict[Id, str]:
    """Every text in templates and code, with the file that it stands in."""
    options = {"jinja2": {"trimmed": "true", "silent": "false"}}
    found: dict[Id, str] = {}
    for folder, method, suffix in (
        ("templates", "jinja2", "html"),
        ("templates", "jinja2", "txt"),
        ("portal", "python", "py"),
    ):
        for name, _line, message, _comments, _context in extract_from_dir(
            ROOT / folder,
            method_map=[(f"**.{suffix}", method)],
            options_map={f"**.{suffix}": options.get(method, {})},
            keywords=KEYWORDS,
        ):
            found[message if isinstance(message, str) else tuple(message)] = f"{folder}/{name}"
    return found


def translated(lang: str) -> dict[Id, Message]:
    """The catalogue of `lang`, by text."""
    with (CATALOGUES / lang / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return {_key(message.id): message for message in read_po(file, locale=lang) if message.id}


def whole(message: Message) -> bool:
    """Whether every form is there, none is doubtful, and each has the holes of the English one."""
    forms, given = _forms(message.string), _forms(message.id)
    same_holes = all(_holes(form) in {_holes(one) for one in given} for form in forms)
    return bool(forms) and all(forms) and not message.fuzzy and same_holes


def test_there_are_texts_of_both_kinds() -> None:
    files = set(texts().values())
    assert "templates/public/report.html" in files
    assert "templates/mail/notice.txt" in files
    assert "portal/web/public/forms.py" in files


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_text_is_translated_into(lang: str) -> None:
    catalogue = translated(lang)
    missing = {
        text: file for text, file in texts().items() if text not in catalogue or not whole(catalogue[text])
    }
    assert not missing


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_is_kept_that_nobody_shows_any_more_in(lang: str) -> None:
    assert set(translated(lang)) <= set(texts())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_catalogue_compiles_for(lang: str, tmp_path: Path) -> None:
    with (CATALOGUES / lang / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale=lang)
    compiled = tmp_path / "messages.mo"
    with compiled.open("wb") as file:
        write_mo(file, catalogue)
    with compiled.open("rb") as file:
        assert len(read_mo(file)) == len(catalogue)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (Message("Up to %(n)s", "Op til %(n)s"), True),
        (Message("Up to %(n)s", ""), False),
        (Message("Up to %(n)s", "Op til %(m)s"), False),
        (Message("Up to {n}", "Op til"), False),
        (Message(("%(num)d day", "%(num)d days"), ("%(num)d dag", "%(num)d dage")), True),
        (Message(("%(num)d day", "%(num)d days"), ("%(num)d dag", "")), False),
        (Message("Yes", "Ja", flags={"fuzzy"}), False),
    ],
    ids=["whole", "empty", "another hole", "no hole", "plural", "half a plural", "doubtful"],
)
def test_a_translation_counts_only_when_it_is(given: Message, expected: bool) -> None:  # noqa: FBT001 - a table
    assert whole(given) is expected


def _key(message_id: str | list[str] | tuple[str, ...]) -> Id:
    return message_id if isinstance(message_id, str) else tuple(message_id)


def _forms(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (text or "",) if isinstance(text, str | None) else tuple(text)


def _holes(text: str) -> tuple[str, ...]:
    return tuple(sorted(HOLES.findall(text)))
