"""10,000 cases in Chromium: how soon the first page can be read, and how soon everything can be searched."""

import time

from playwright.sync_api import sync_playwright

from benchmarks.many_cases import add_cases
from benchmarks.reports import Figures
from benchmarks.stage import Stage, stage
from tests.browser.desk_browser import Running
from tests.browser.live import CHROMIUM, chromium
from tests.builders import PASSWORD

CASES = 10_000
LOADS = 3
LONGEST_MS = 120_000


def measure() -> Figures:
    """Medians of three loads of the list by an officer who is signed in; empty where there is no Chromium."""
    if not CHROMIUM.exists():
        return {}
    with stage(password=PASSWORD) as place:
        add_cases(place.portal, place.team, CASES)
        first, search = _loads(place)
    return {"list_10000_first_s": round(first, 2), "list_10000_search_s": round(search, 2)}


def _loads(place: Stage) -> tuple[float, float]:
    """The median load, counted from the click to the titles of 50 rows, and to the last of all titles."""
    waits = []
    with sync_playwright() as driver, chromium(driver, CHROMIUM) as browser:
        desk = Running(place.portal, place.officer, place.team, place.server.url, browser)
        with desk.window() as window:
            tab = desk.sign_in(window)
            for _ in range(LOADS):
                began = time.perf_counter()
                tab.goto(f"{desk.address}/en/desk", wait_until="commit")
                tab.wait_for_selector("html[data-opened]", timeout=LONGEST_MS)
                first = time.perf_counter() - began
                tab.wait_for_selector(f"#search[data-ready='{CASES}']", timeout=LONGEST_MS)
                waits.append((first, time.perf_counter() - began))
    return sorted(waits)[LOADS // 2]
