"""The lists the portal ships with hold everything they were given, in every language (Directive (EU)
2019/1937, Art. 9(1)(g); the lists as given lie in `given/`).
"""

import re
from datetime import date
from pathlib import Path

import pytest

from portal.domain import taxonomy
from portal.domain.errors import ListDamaged
from portal.domain.taxonomy import LANGUAGES

GIVEN = Path(__file__).parent / "given"
TAXONOMY = (GIVEN / "taxonomy.md").read_text("utf-8")
CHANNELS = (GIVEN / "external_channels.md").read_text("utf-8")


def table(part: str) -> list[list[str]]:
    """The rows of the table in section `part`, without its head."""
    section = TAXONOMY.split(f"### {part} ")[1].split("### ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def paragraphs(title: str) -> dict[str, str]:
    section = TAXONOMY.split(f"**{title}**")[1].split("\n\n")[0]
    return dict(re.findall(r"^- \*\*(\w\w)\*\* (.+)$", section, re.MULTILINE))


def test_every_category_is_shipped_with_its_code_and_its_four_names() -> None:
    shipped = [[one.code, *(one.name(lang) for lang in LANGUAGES)] for one in taxonomy.categories()]
    assert shipped == [row[:5] for row in table("D1")]
    assert len(shipped) == 19


def test_every_category_says_which_point_of_the_directive_it_is() -> None:
    given = [(row[5].strip("\N{EN DASH}†"), "†" in row[5]) for row in table("D1")]
    assert [(one.directive, one.unsure) for one in taxonomy.categories()] == given


def test_every_outcome_is_shipped_with_its_code_and_its_four_names() -> None:
    shipped = [[one.code, *(one.name(lang) for lang in LANGUAGES)] for one in taxonomy.outcomes()]
    assert shipped == table("D2")
    assert len(shipped) == 18


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", ["acknowledgement", "closing"])
def test_every_standard_text_is_shipped_word_for_word(kind: str, lang: str) -> None:
    assert taxonomy.standard_text(kind, lang) == paragraphs(kind.capitalize())[lang]


@pytest.mark.parametrize("kind", ["acknowledgement", "closing"])
def test_a_text_asks_for_the_same_things_in_every_language(kind: str) -> None:
    asked = [set(re.findall(r"{(\w+)}", taxonomy.standard_text(kind, lang))) for lang in LANGUAGES]
    assert asked[0]
    assert all(names == asked[0] for names in asked)


def test_a_text_is_filled_and_what_is_filled_in_stays_as_it_is() -> None:
    names = re.findall(r"{(\w+)}", taxonomy.standard_text("acknowledgement", "en"))
    values = dict.fromkeys(names, "{officer_role} <b>")
    filled = taxonomy.fill("acknowledgement", "en", values)
    assert filled.startswith("We received your report {officer_role} <b> on {officer_role} <b>.")


def test_a_text_that_is_not_filled_whole_is_refused() -> None:
    with pytest.raises(ListDamaged):
        taxonomy.fill("acknowledgement", "en", {"case_no": "2026-M4TX9"})


def test_every_country_is_shipped_in_the_order_given() -> None:
    given = re.findall(r"^\| ([A-Z]{2}) \|", CHANNELS, re.MULTILINE)
    assert [one.code for one in taxonomy.countries()] == given
    assert len(given) == 10


SURE = {
    "DK": ["Den Nationale Whistleblowerordning"],
    "NL": ["ACM", "AFM", "DNB", "ANVS", "AP", "IGJ", "NVWA", "NZa", "Huis voor Klokkenluiders"],
    "NO": ["Statens helsetilsyn", "Statsforvalteren"],
    "SE": [
        "Arbetsmiljöverket", "Finansinspektionen", "Ekobrottsmyndigheten", "IMY", "IVO",
        "Konkurrensverket", "Konsumentverket", "Livsmedelsverket", "Läkemedelsverket",
        "Naturvårdsverket", "Skatteverket", "Strålsäkerhetsmyndigheten", "Transportstyrelsen",
        "Länsstyrelserna",
    ],
    "FI": ["Oikeuskanslerinvirasto", "Finanssivalvonta", "Rahanpesun selvittelykeskus"],
    "DE": ["Externe Meldestelle des Bundes", "BaFin", "Bundeskartellamt"],
    "FR": [
        "Défenseur des droits", "AFA", "CNIL", "DGCCRF", "Autorité de la concurrence", "ANSSI", "HAS",
        "Santé publique France", "Ordres professionnels",
    ],
    "BE": [
        "Federal Ombudsman", "Committee P", "FSMA", "Ombuds service of the German-speaking Community",
    ],
    "IE": ["Prescribed persons", "Office of the Protected Disclosures Commissioner", "TI Ireland"],
    "EU": [
        "OLAF", "European Commission, DMA whistleblower tool",
        "European Commission, DSA whistleblower tool", "ESMA", "EMA", "EASA", "EMSA",
    ],
}  # fmt: skip
UNSURE = {
    "DK": ["Finanstilsynet", "Erhvervsstyrelsen", "Justitsministeriet", "Forsvarsministeriet"],
    "NL": ["Nederlandse Arbeidsinspectie"],
    "NO": [
        "Arbeidstilsynet", "Havindustritilsynet", "Finanstilsynet", "Økokrim", "Konkurransetilsynet",
        "Datatilsynet", "Mattilsynet", "Miljødirektoratet", "Skatteetaten", "Diskrimineringsnemnda",
    ],
    "SE": ["MSB"],
    "FI": [],
    "DE": [],
    "FR": ["AMF", "ACPR", "Autorité judiciaire"],
    "BE": [
        "NBB", "Data-protection authority", "Other federal regulators",
        "Regional ombuds service, Flanders", "Regional ombuds service, Wallonia",
        "Regional ombuds service, Brussels",
    ],
    "IE": [],
    "EU": [
        "EPPO", "European Commission, competition tool", "European Commission, sanctions tool", "ECB",
        "AI Office tool",
    ],
}  # fmt: skip
"""What stands behind the warning sign in the list as given."""


@pytest.mark.parametrize("code", list(SURE))
def test_every_authority_given_is_shipped_and_the_unsure_ones_are_marked(code: str) -> None:
    shipped = taxonomy.external_channels(code)
    assert [one.authority for one in shipped if not one.unsure] == SURE[code]
    assert [one.authority for one in shipped if one.unsure] == UNSURE[code]


@pytest.mark.parametrize("code", list(SURE))
def test_every_name_that_stands_out_in_the_given_list_is_shipped(code: str) -> None:
    row = next(line for line in CHANNELS.splitlines() if line.startswith(f"| {code} |"))
    shipped = " ".join(f"{one.authority} {one.scope}" for one in taxonomy.external_channels(code))
    names = [word for bold in re.findall(r"\*\*([^*]+)\*\*", row) for word in re.findall(r"\w{2,}", bold)]
    assert {word.lower() for word in names} - {"and", "no"} <= set(re.findall(r"\w+", shipped.lower())) | {
        "tools"
    }


def test_nothing_is_shipped_that_was_not_given() -> None:
    said = dict(re.findall(r"^\| ([A-Z]{2}) \| (.+) \|$", CHANNELS, re.MULTILINE))
    renamed = {
        "Ordres professionnels": "professional orders",
        "Autorité judiciaire": "judicial authority",
        "Data-protection authority": "data-protection authority",
        "Other federal regulators": "other federal regulators",
        "European Commission, competition tool": "Commission competition and sanctions tools",
        "European Commission, sanctions tool": "Commission competition and sanctions tools",
        "European Commission, DMA whistleblower tool": "DMA and DSA whistleblower tools",
        "European Commission, DSA whistleblower tool": "DMA and DSA whistleblower tools",
        "Ombuds service of the German-speaking Community": "German-speaking Community has its own",
    }
    for one in taxonomy.external_channels():
        words = renamed.get(one.authority, one.authority).removeprefix("Regional ombuds service, ")
        assert words.lower() in said[one.country].replace("**", "").lower(), one.authority


def test_every_authority_says_when_it_was_looked_at_and_where_it_was_read() -> None:
    for one in taxonomy.external_channels():
        assert one.checked_on >= date(2026, 1, 1)
        assert one.source


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_scope_and_country_has_a_text_in_every_language(lang: str) -> None:
    assert all(one.scope.strip() for one in taxonomy.external_channels(lang=lang))
    assert all(one.name(lang).strip() for one in taxonomy.countries())


def test_what_a_reader_must_know_of_a_whole_country_is_there() -> None:
    notes = {one.code: one.note("en") for one in taxonomy.countries()}
    assert "2A-7" in notes["NO"]
    assert "anonymous reports fall outside" in notes["SE"]
    assert "anonymous" in next(one.scope for one in taxonomy.external_channels("FI"))


def test_all_nine_dutch_authorities_are_named() -> None:
    assert sum(not one.unsure for one in taxonomy.external_channels("NL")) == 9


@pytest.mark.parametrize("lang", ["de", "", "EN"])
def test_a_language_that_is_not_there_is_an_error_and_not_english(lang: str) -> None:
    with pytest.raises(ListDamaged):
        taxonomy.external_channels(lang=lang)
    with pytest.raises(ListDamaged):
        taxonomy.standard_text("closing", lang)


def test_a_code_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ListDamaged):
        taxonomy.standard_text("farewell", "en")
    assert taxonomy.external_channels("XX") == ()
