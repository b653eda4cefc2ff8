"""What a page asks of the network, the browser and the hand: nothing of strangers, little twice,
and nothing that is too small to be hit or read."""

from urllib.parse import urlsplit

import pytest

from tests.journeys.person import PHONE

pytestmark = pytest.mark.browser
PATHS = ("/", "/trash", "/links", "/devices", "/devices/add", "/settings")
SMALLEST_TARGET, SMALLEST_TEXT = 24, 12  # CSS pixels
# Links in running text may be as low as its line; what isn't shown needs no size.
TARGETS = """least => [...document.querySelectorAll("a, button, input, select, summary, textarea")]
    .filter(it => it.checkVisibility({visibilityProperty: true}) && !it.closest(".unseen"))
    .filter(it => it.tagName !== "A" || getComputedStyle(it).display !== "inline")
    .map(it => [it, it.labels?.length ? it.labels[0].getBoundingClientRect() : null,
                it.getBoundingClientRect()])
    .filter(([it, label, own]) => Math.max(own.height, label?.height ?? 0) < least ||
                                  Math.max(own.width, label?.width ?? 0) < least)
    .map(([it]) => it.outerHTML.slice(0, 120))"""
TEXTS = """least => [...document.querySelectorAll("body *")]
    .filter(it => [...it.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
    .filter(it => it.checkVisibility() && parseFloat(getComputedStyle(it).fontSize) < least)
    .map(it => it.outerHTML.slice(0, 120))"""
HEAD = """() => [document.title, document.documentElement.lang,
    document.querySelector("meta[name=description]")?.content,
    document.querySelector("meta[name=viewport]")?.content]"""

# What belongs to the page, and how much of each came over the network.
LOADED = """performance.getEntriesByType("resource")
    .filter(it => new URL(it.name).pathname.startsWith("/static/"))
    .map(it => [it.name, it.transferSize])"""


def see_page(page):
    """What holds for each page."""
    title, lang, description, viewport = page.evaluate(HEAD)
    assert title and lang and description and viewport, page.url
    assert page.evaluate(TARGETS, SMALLEST_TARGET) == [], page.url
    assert page.evaluate(TEXTS, SMALLEST_TEXT) == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def test_pages_ask_nobody_else_and_fit_a_thumb(arrive, device):
    board = device.make_board()
    ann = arrive(**PHONE)
    ann.page.goto(ann.url)
    see_page(ann.page)
    ann.sign_in()
    for path in (*PATHS, f"/boards/{board}"):
        ann.page.goto(f"{ann.url}{path}")
        see_page(ann.page)
    ann.open(board)
    ann.draw()
    see_page(ann.page)
    assert {urlsplit(address).hostname for address in ann.asked} == {"127.0.0.1"}
    assert ann.complaints == []


def test_second_visit_comes_from_the_cache(arrive, device):
    board = device.make_board()
    ann = arrive()
    ann.sign_in()
    paths = ("/", f"/boards/{board}", f"/boards/{board}/draw")
    for path in paths:
        ann.page.goto(f"{ann.url}{path}")
    for path in paths:
        ann.page.goto(f"{ann.url}{path}")
        loaded = ann.page.evaluate(LOADED)
        assert loaded, path
        for address, sent in loaded:
            assert sent == 0, address
            again = device.http.get(address)
            assert "immutable" in again.headers["cache-control"], address
            known = {"If-None-Match": again.headers["etag"]}
            assert device.http.get(address, headers=known).status_code == 304, address


def test_what_is_on_a_board_is_sent_once(arrive, device):
    points = [{"x": step, "y": step % 7} for step in range(40)]
    strokes = [{"id": f"s{number}", "tool": "pen", "points": points} for number in range(300)]
    board = device.make_board({"pages": [{"strokes": strokes}]})
    ann = arrive()
    ann.sign_in()
    sent: list[int] = []
    ann.page.on(
        "websocket",
        lambda socket: socket.on("framereceived", lambda content: sent.append(len(content))),
    )
    ann.open(board)
    ann.see_count(300)
    ann.draw()
    ann.see_count(301)
    ann.see_status("saved")
    assert len([size for size in sent if size > 10_000]) == 1, sent
