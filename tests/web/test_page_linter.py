"""Each rule of the page linter refuses a page that breaks it, and a good page passes them all.

Source: HOUSE, "Every page any test fetches passes the page linter". A guard that never refuses guards nothing.
"""

import html5lib
import pytest

from tests.web.page_linter import RULES, Rule, lint

GOOD = """<!doctype html>
<html lang="da"><head><meta charset="utf-8"><title>Send en besked</title>
<link rel="stylesheet" href="/static/x/css/a.css">
<script type="module" src="/static/x/a.js" integrity="sha384-x"></script></head>
<body><a class="skip" href="#main">Spring over</a><a href="https://example.org/">Et andet sted</a>
<main id="main" tabindex="-1"><h1>Send en <em>besked</em></h1><img src="/a.png" alt="">
<form method="post" action="/da/x" enctype="multipart/form-data">
<label for="a">Ord</label><input id="a" name="passphrase" autocomplete="off" spellcheck="false" autocapitalize="none">
<label><input type="radio" name="b"> Ja</label><input type="file" name="c" aria-label="Filer">
<button type="submit">Send</button></form></main></body></html>
"""

BREACHES = {
    "HTML that is not closed": ("</form>", "", "HTML:"),
    "HTML without a doctype": ("<!doctype html>\n", "", "HTML:"),
    "an attribute given twice": ('id="a"', 'id="a" id="b"', "HTML:"),
    "no language": ('<html lang="da">', "<html>", "html has no lang"),
    "another language than the address": ('lang="da"', 'lang="en"', "the address says da"),
    "two headings of the first rank": ("</form>", "</form><h1>Send en besked</h1>", "2 h1"),
    "no heading of the first rank": ("h1>", "h2>", "0 h1"),
    "a title that is not the heading": ("<title>Send", "<title>Sender", "is not the h1"),
    "a sealed heading without the reference as title": ("<h1>", "<h1 data-sealed>", "not the reference"),
    "no skip link": ('href="#main"', 'href="/"', "skip to #main"),
    "a main part that can't take the focus": (' tabindex="-1"', "", "no <main"),
    "a control without a label": ('<label for="a">Ord</label>', "", "no label for <input a>"),
    "an empty label attribute": ('aria-label="Filer"', 'aria-label=""', "no label for <input c>"),
    "a style attribute": ("<em>", '<em style="color:red">', "inline style"),
    "a style element": ("</head>", "<style>em{}</style></head>", "inline style"),
    "a script in the page": ("</head>", "<script>1</script></head>", "inline script"),
    "a handler attribute": ("<em>", '<em onclick="x()">', "inline handler"),
    "a script address": ("https://example.org/", "javascript:x()", "script address"),
    "a style sheet from elsewhere": (
        "/static/x/css/a.css",
        "https://cdn.example/a.css",
        "goes to another place",
    ),
    "a picture from elsewhere without a scheme": ("/a.png", "//cdn.example/a.png", "goes to another place"),
    "a form that sends elsewhere": ('action="/da/x"', 'action="https://x.example/"', "goes to another place"),
    "a script without its hash": (' integrity="sha384-x"', "", "no integrity"),
    "an id that stands twice": ('class="skip"', 'class="skip" id="a"', "stands 2 times"),
    "a description that is not there": ('id="a"', 'id="a" aria-describedby="q"', "names #q"),
    "a fragment that is not there": ("https://example.org/", "#q", "names #q"),
    "a form without a method": ('method="post" ', "", "no method"),
    "files in a form that is not multipart": (' enctype="multipart/form-data"', "", "not multipart"),
    "a button without a type": ('<button type="submit">', "<button>", "no type on the button"),
    "a secret that the browser may keep": ('autocomplete="off"', 'autocomplete="on"', "lacks autocomplete"),
    "a secret that is sent to a spelling service": (' spellcheck="false"', "", "lacks spellcheck"),
    "a picture without words": (' alt=""', "", "no alt"),
    "a text with a hole in it": ("Spring over", "Spring over %(count)s", "the text shows %(count)s"),
}


def test_a_good_page_passes_every_rule() -> None:
    assert lint(GOOD, url="/da/x") == []


def test_a_sealed_heading_goes_with_the_reference_as_title() -> None:
    page = GOOD.replace("<title>Send en besked", "<title>2026-M4TX9").replace("<h1>", "<h1 data-sealed>")
    assert lint(page, url="/da/x") == []


@pytest.mark.parametrize(("good", "bad", "expected"), BREACHES.values(), ids=BREACHES.keys())
def test_a_page_is_refused_for(good: str, bad: str, expected: str) -> None:
    assert good in GOOD
    found = lint(GOOD.replace(good, bad), url="/da/x")
    assert any(expected in sentence for sentence in found), found


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_rule_has_a_page_that_breaks_it(rule: Rule) -> None:
    broken = (GOOD.replace(good, bad) for good, bad, _expected in BREACHES.values())
    pages = (html5lib.HTMLParser(namespaceHTMLElements=False).parse(html) for html in broken)
    assert any(list(rule(page, "/da/x")) for page in pages)
