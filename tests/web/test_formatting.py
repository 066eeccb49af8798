"""Rule: what an administrator may format is cleaned by bleach; nothing that acts or fetches gets through."""

import pytest

from portal.web.formatting import formatted

HARMLESS = {
    "plain text": ("Staff & partners", "Staff &amp; partners"),
    "emphasis and lists": ("<p><strong>All</strong></p><ul><li>one</li></ul>",) * 2,
    "a bare address stays text": ("see https://example.org now",) * 2,
}
HARMFUL = {
    "a script": "<script>alert(1)</script>",
    "a handler": '<p onclick="alert(1)">x</p>',
    "a style": '<p style="position:fixed">x</p>',
    "a picture that calls home": '<img src="https://elsewhere.example/x.png">',
    "a script address": '<a href="javascript:alert(1)">x</a>',
    "a hidden script address": '<a href="java&#10;script:alert(1)">x</a>',
    "a data address": '<a href="data:text/html,x">x</a>',
    "a form": '<form action="https://elsewhere.example"><input name="passphrase"></form>',
    "a frame": '<iframe src="//elsewhere.example"></iframe>',
    "SVG with a script": "<svg><script>alert(1)</script></svg>",
    "broken nesting": "<<script>script>alert(1)<</script>/script>",
}


@pytest.mark.parametrize("what", HARMLESS)
def test_harmless_markup_is_kept(what: str) -> None:
    given, expected = HARMLESS[what]
    assert str(formatted(given)) == expected


@pytest.mark.parametrize("what", HARMFUL)
def test_what_acts_or_fetches_is_stripped(what: str) -> None:
    shown = str(formatted(HARMFUL[what])).lower()
    for sign in ("<script", "onclick", "style=", "<img", "href=", "<form", "<input", "<iframe", "<svg"):
        assert sign not in shown


def test_a_link_goes_out_without_a_referrer() -> None:
    assert str(formatted('<a href="https://example.org">x</a>')) == (
        '<a href="https://example.org" rel="noopener noreferrer">x</a>'
    )
