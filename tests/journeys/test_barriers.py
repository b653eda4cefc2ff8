"""No page keeps out those who can't see it, or see it badly, by what axe-core knows of."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.person import Person
from tests.live import PASSWORD, PREFIX
from tests.nodejs import npm_install

pytestmark = pytest.mark.browser
AXE = Path(__file__).parent.parent / "interop" / "axe"
PAGES = (
    "/",
    "/trash",
    "/links",
    "/devices",
    "/devices/add",
    "/settings",
    "/admin/people",
    "/nowhere",
)
STAFF_PAGES = ("/admin/people", "/settings")
RUN = "axe.run().then(found => JSON.stringify(found.violations))"


@pytest.fixture(scope="session")
def axe() -> str:
    npm_install(AXE)
    return (AXE / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def serious(page: Page, axe: str) -> list[str]:
    page.evaluate(f"{axe}; undefined")
    page.evaluate("document.querySelectorAll('details').forEach(it => it.open = true)")
    return [
        f"{page.url}: {entry['id']}: {entry['help']}: {[node['html'] for node in entry['nodes']]}"
        for entry in json.loads(page.evaluate(RUN))
        if entry["impact"] in ("serious", "critical")
    ]


def of_the_board(ann: Person, board: str, axe: str) -> list[str]:
    """Its page as it opens, and with each of its panels open."""
    page = ann.page
    ann.open(board)
    ann.draw()
    ann.see_count(1)
    found = serious(page, axe)
    page.keyboard.press("?")
    for name in (None, "Saved", "This page: name, place, paper"):
        if name:
            page.get_by_role("button", name=name).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        found += serious(page, axe)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
    page.locator("#canvas").focus()
    page.keyboard.press("Control+a")
    expect(page.get_by_role("toolbar", name="What is selected")).to_be_visible()
    found += serious(page, axe)
    page.locator("#canvas").focus()
    page.keyboard.press("Shift+F10")
    expect(page.get_by_role("menuitem", name="Cut")).to_be_focused()
    found += serious(page, axe)
    page.keyboard.press("Escape")
    expect(page.get_by_role("menu")).to_have_count(0)
    page.get_by_role("button", name="History").click()
    for name in ("Set aside", "Versions"):
        page.get_by_role("tab", name=name).click()
        found += serious(page, axe)
    page.get_by_role("tabpanel").get_by_role("listitem").last.get_by_role("button").click()
    expect(page.get_by_text("You look at the board as of")).to_be_visible()
    found += serious(page, axe)
    page.get_by_role("button", name="Back", exact=True).click()
    page.get_by_role("complementary").get_by_role("button", name="Close").click()
    page.keyboard.press("t")
    page.mouse.click(400, 300)
    expect(page.get_by_role("textbox", name="Text")).to_be_focused()
    found += serious(page, axe)
    page.keyboard.press("Escape")
    return found


def of_staff(arrive, server, axe: str, scheme: str) -> list[str]:
    """What only those see who administer the server."""
    server.solosync(
        "users", "add", "eve@example.org", "--staff", "--password-stdin", stdin=PASSWORD
    )
    eve = arrive(color_scheme=scheme)
    eve.sign_in("eve@example.org")
    found = []
    for path in STAFF_PAGES:
        eve.page.goto(f"{eve.url}{path}")
        expect(eve.page.get_by_role("link", name="People")).to_be_visible()
        found += serious(eve.page, axe)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_serious_barrier(arrive, server, device, axe, scheme):
    board, gone = device.make_board(), device.make_board()
    device.http.delete(f"{PREFIX}{gone}/")
    links = [
        device.share(board, allow_download=True),
        device.share(device.make_board(), password="12345678"),
        device.share(device.make_board(), may_edit=True, allow_download=True),
    ]
    ann = arrive(color_scheme=scheme)
    ann.page.goto(ann.url)
    found = serious(ann.page, axe)
    for link in links:
        ann.page.goto(link["url"])
        expect(ann.page.get_by_text(re.compile("^(Live|Saved)$|protected"))).to_be_visible()
        found += serious(ann.page, axe)
    ann.sign_in()
    for path in (*PAGES, f"/boards/{board}"):
        ann.page.goto(f"{ann.url}{path}")
        found += serious(ann.page, axe)
    found += of_the_board(ann, board, axe)
    found += of_staff(arrive, server, axe, scheme)
    assert found == []
