"""How soon a page can be used: `make bench BENCH=bench_pages.py`, while `make demo` serves (URL names another service).

A new window of Chromium, with nothing cached, opens each page ROUNDS times. Told are milliseconds from the navigation
until what a person came for is there and can be clicked; what was transferred; and how many requests that took.
"""

import os
import shutil
import statistics

import typer
from playwright.sync_api import Browser, sync_playwright

URL = os.environ.get("URL", "http://127.0.0.1:8000")
USER = os.environ.get("USER_ID", "196")
ROUNDS = int(os.environ.get("ROUNDS", "10"))
PAGES = {
    "/": "form button",
    f"/#user={USER}": ".item .says button",
    f"/me#user={USER}": ".interest input",
}
"""What can be clicked once the page can be used."""
_SIZES = "performance.getEntriesByType('resource').map((each) => each.transferSize)"


def test_how_soon_a_page_can_be_used() -> None:
    chromium = os.environ.get("PENCHANT_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for path, usable in PAGES.items():
            rounds = [_opened(browser, path, usable) for _ in range(ROUNDS + 1)][1:]  # the first starts processes
            spent = [each[0] for each in rounds]
            typer.echo(
                f"{path}: median {statistics.median(spent):.0f} ms, worst {max(spent):.0f} ms; "
                f"{sum(rounds[0][1]) / 1024:.0f} KiB in {len(rounds[0][1])} requests"
            )
        browser.close()


def _opened(browser: Browser, path: str, usable: str) -> tuple[float, list[int]]:
    context = browser.new_context()
    page = context.new_page()
    page.goto(URL + path, wait_until="commit")
    page.locator(usable).first.wait_for()
    measured = page.evaluate("performance.now()"), page.evaluate(_SIZES)
    context.close()
    return measured
