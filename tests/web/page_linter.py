"""The rules that every page passes: `lint(html, url=…)` answers with one sentence for each breach.

It sits in the client fixture, so that a page which any test fetches is held to them. Sources: HTML (WHATWG),
WCAG 2.2 (1.1.1, 1.3.1, 2.4.1, 2.4.2, 3.1.1, 4.1.2), Content Security Policy 3, and the house's title rule.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib

REFERENCE = re.compile(r"\b\d{4}-[0-9A-HJKMNP-TV-Z]{5}\b")
LANGUAGE_IN_PATH = re.compile(r"^/(en|da|nl|nb)/")
UNNAMED_INPUTS = {"hidden", "submit", "button", "reset", "image"}
SECRETS = {"case_key", "passphrase", "password", "recovery_code"}
SECRET_ATTRIBUTES = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
FETCHED = {
    "script": ("src",),
    "link": ("href",),
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "video": ("src", "poster"),
    "audio": ("src",),
    "iframe": ("src",),
    "object": ("data",),
    "embed": ("src",),
    "use": ("href",),
    "form": ("action",),
    "button": ("formaction",),
    "input": ("src", "formaction"),
}
IDS_NAMED_BY = ("for", "aria-describedby", "aria-labelledby", "aria-controls", "form", "list")
Rule = Callable[[Element, str], Iterator[str]]


def lint(html: str, *, url: str) -> list[str]:
    """What is wrong with the page `html` that was fetched from `url`; empty when nothing is."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    page = parser.parse(html)
    found = [f"HTML: {code} at line {place[0]}" for place, code, _values in parser.errors]
    for rule in RULES:
        found.extend(rule(page, url))
    return [f"{url}: {sentence}" for sentence in found]


def states_its_language(page: Element, url: str) -> Iterator[str]:
    """`<html lang>` is there, and is the language that the address promises."""
    lang = page.get("lang", "")
    promised = LANGUAGE_IN_PATH.match(urlsplit(url).path)
    if not lang:
        yield "html has no lang"
    elif promised and lang != promised[1]:
        yield f"html says {lang}, the address says {promised[1]}"


def title_is_the_heading(page: Element, _url: str) -> Iterator[str]:
    """One h1, and the title is its text. An h1 of sealed text (`data-sealed`) has the reference as title instead."""
    title, headings = _words(page.find(".//title")), list(page.iter("h1"))
    if len(headings) != 1:
        yield f"{len(headings)} h1 instead of one"
    elif "data-sealed" in headings[0].attrib:
        if not REFERENCE.search(title):
            yield "the h1 is sealed text, but the title is not the reference"
    elif not title or title != _words(headings[0]):
        yield f"the title “{title}” is not the h1 “{_words(headings[0])}”"


def skips_to_the_content(page: Element, _url: str) -> Iterator[str]:
    """The first link goes to `main`, which can take the focus."""
    first = page.find(".//body//a")
    main = page.find(".//main")
    if first is None or first.get("href") != "#main":
        yield "the first link does not skip to #main"
    if main is None or main.get("id") != "main" or main.get("tabindex") != "-1":
        yield 'there is no <main id="main" tabindex="-1">'


def controls_have_labels(page: Element, _url: str) -> Iterator[str]:
    """Every control has a visible label, or at least a name."""
    labelled = {label.get("for") for label in page.iter("label") if label.get("for")}
    wrapped = {id(child) for label in page.iter("label") for child in label.iter()}
    for control in _controls(page):
        named = control.get("id") in labelled or id(control) in wrapped
        if not (named or control.get("aria-label") or control.get("aria-labelledby")):
            yield f"no label for {_describe(control)}"


def nothing_is_inline(page: Element, _url: str) -> Iterator[str]:
    """No inline style, script or handler: the Content-Security-Policy has no exception."""
    for element in _elements(page):
        if element.tag == "style" or "style" in element.attrib:
            yield f"inline style on {_describe(element)}"
        if element.tag == "script" and not element.get("src"):
            yield "inline script"
        if any(name.startswith("on") for name in element.attrib):
            yield f"inline handler on {_describe(element)}"
        if element.get("href", "").lower().startswith(("javascript:", "data:")):
            yield f"script address on {_describe(element)}"


def nothing_is_fetched_from_elsewhere(page: Element, _url: str) -> Iterator[str]:
    """Whatever the browser fetches or sends to by itself has an address of this portal."""
    for element in _elements(page):
        for attribute in FETCHED.get(str(element.tag).rpartition("}")[2], ()):
            address = urlsplit(element.get(attribute, ""))
            if address.scheme or address.netloc:
                yield f"{_describe(element)} goes to another place: {address.geturl()}"


def scripts_are_pinned(page: Element, _url: str) -> Iterator[str]:
    """A script carries the hash that the browser checks before it runs."""
    for script in page.iter("script"):
        if script.get("src") and not script.get("integrity"):
            yield f"no integrity on {script.get('src')}"


def ids_are_unique_and_found(page: Element, _url: str) -> Iterator[str]:
    """An id stands once, and whoever names one finds it."""
    ids = Counter(element.get("id") for element in _elements(page) if "id" in element.attrib)
    yield from (f"id {name} stands {count} times" for name, count in ids.items() if count > 1)
    for element in _elements(page):
        named = [part for name in IDS_NAMED_BY for part in element.get(name, "").split()]
        fragment = element.get("href", "")
        if fragment.startswith("#") and len(fragment) > 1:
            named.append(fragment[1:])
        yield from (
            f"{_describe(element)} names #{name}, which is not there" for name in named if name not in ids
        )


def forms_say_what_they_do(page: Element, _url: str) -> Iterator[str]:
    """A form has a method; one with files is multipart; every button has a type."""
    for form in page.iter("form"):
        if form.get("method", "").lower() not in {"get", "post", "dialog"}:
            yield f"no method on {_describe(form)}"
        files = [control for control in form.iter("input") if control.get("type") == "file"]
        if files and form.get("enctype") != "multipart/form-data":
            yield f"files in {_describe(form)}, which is not multipart"
    for button in page.iter("button"):
        if button.get("type") not in {"submit", "button", "reset"}:
            yield f"no type on the button “{_words(button)}”"


def secrets_are_not_remembered(page: Element, _url: str) -> Iterator[str]:
    """A field for a secret tells the browser not to keep, correct or capitalise it."""
    for control in _controls(page):
        if control.get("name") in SECRETS or control.get("type") == "password":
            for name, value in SECRET_ATTRIBUTES.items():
                allowed = {value, "new-password", "current-password"} if name == "autocomplete" else {value}
                if control.get(name) not in allowed:
                    yield f"{_describe(control)} lacks {name}={value}"


def pictures_have_words(page: Element, _url: str) -> Iterator[str]:
    """An image says what it shows, or that it shows nothing."""
    yield from (f"no alt on {_describe(image)}" for image in page.iter("img") if "alt" not in image.attrib)


def words_are_whole(page: Element, _url: str) -> Iterator[str]:
    """No text shows a hole that should have been filled: `%(name)s`, `{{ … }}`, `Undefined`."""
    shown = _words(page.find(".//body"))
    yield from (f"the text shows {hole}" for hole in re.findall(r"%\(\w+\)[sd]|\{\{|\bUndefined\b", shown))


RULES: tuple[Rule, ...] = (
    states_its_language,
    title_is_the_heading,
    skips_to_the_content,
    controls_have_labels,
    nothing_is_inline,
    nothing_is_fetched_from_elsewhere,
    scripts_are_pinned,
    ids_are_unique_and_found,
    forms_say_what_they_do,
    secrets_are_not_remembered,
    pictures_have_words,
    words_are_whole,
)


def _elements(page: Element) -> Iterator[Element]:
    return (element for element in page.iter() if isinstance(element.tag, str))


def _controls(page: Element) -> Iterator[Element]:
    for element in _elements(page):
        named = element.tag == "input" and element.get("type", "text") not in UNNAMED_INPUTS
        if named or element.tag in {"select", "textarea"}:
            yield element


def _words(element: Element | None) -> str:
    return "" if element is None else " ".join("".join(element.itertext()).split())


def _describe(element: Element) -> str:
    name = element.get("id") or element.get("name") or element.get("class") or ""
    return f"<{element.tag}{' ' if name else ''}{name}>"
