"""WCAG 2.2 AA, as far as a machine can tell: axe-core finds nothing on a page as it stands in the browser.

Source: BUDGETS, "pages with an axe-core violation: 0". What axe can't judge is looked at by people.
"""

from functools import cache
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Page

STANDARDS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
RUN = """async (tags) => {
  const found = await axe.run(document, {runOnly: tags, resultTypes: ["violations"]});
  return found.violations.map(({id, help, nodes}) => ({id, help, nodes: nodes.map((node) => node.html)}));
}"""


def violations(page: Page) -> list[str]:
    """One sentence for each rule that the page breaks in its present state, with the elements that break it.

    The script is handed to the browser by its debugging connection, so the page's own policy stays as it is.
    The page needs JavaScript switched on.
    """
    page.wait_for_load_state()  # without its style sheet every link is too small to hit
    page.evaluate(_script())
    found: list[dict[str, Any]] = page.evaluate(RUN, list(STANDARDS))
    return [
        f"{page.url}: {breach['id']}, {breach['help']}: {' | '.join(breach['nodes'])}" for breach in found
    ]


def assert_accessible(page: Page) -> None:
    """Fails with every breach at once. Call it on each page and again in each state that a page can be in."""
    found = violations(page)
    assert not found, "\n".join(found)


@cache
def _script() -> str:
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
