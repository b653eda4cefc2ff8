"""The same pages on a phone, in the dark, in another language, and without a mouse."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.person import PHONE
from tests.live import EMAIL, PASSWORD, PREFIX, strokes

pytestmark = pytest.mark.browser
KEYS = {"Ctrl", "Shift", "Delete", "Page", "Down", "Alt", "Enter", "Escape", "Tab", "null"}
# Neighbours in the bar at the top, of which one covers the other.
OVERLAPPING = """() => [...document.querySelectorAll("header > *")].filter(it =>
    it.checkVisibility()).filter((it, at, all) => {
    const own = [...it.querySelectorAll("*"), it].map(one => one.getBoundingClientRect().right);
    return at + 1 < all.length && Math.max(...own) > all[at + 1].getBoundingClientRect().left + 1;
}).map(it => it.outerHTML)"""
# What has the focus: its name, and whether one sees that it has it.
FOCUSED = """() => {
    const at = document.activeElement;
    if (at === document.body) return ["", true]; // from the last to the first
    const style = getComputedStyle(at);
    const ring = parseFloat(style.outlineWidth) > 0 && style.outlineStyle !== "none";
    const name = at.ariaLabel ?? at.labels?.[0]?.innerText ?? at.innerText;
    return [name, ring || style.boxShadow !== "none"];
}"""


def test_one_finger_draws_on_a_phone_and_two_move_the_page(arrive, device):
    board = device.make_board()
    device.http.patch(f"{PREFIX}{board}/", json={"name": "Ідеї на літо та на осінь"})
    ann = arrive(**PHONE, color_scheme="dark", locale="uk-UA")
    ann.sign_in()
    ann.open(board)
    assert ann.page.evaluate(OVERLAPPING) == []
    red = ann.page.get_by_role("button", name="Червоний", exact=True)
    red.tap()
    expect(red).to_have_attribute("aria-pressed", "true")
    ann.touch("touchStart", (100, 200))
    for step in range(1, 9):
        ann.touch("touchMove", (100 + 20 * step, 200 + 8 * step * (step % 3)))
    ann.touch("touchEnd")
    ann.see_count(1)
    ann.touch("touchStart", (150, 300))
    ann.touch("touchStart", (150, 300), (250, 300))
    ann.touch("touchMove", (150, 300), (350, 300))
    ann.touch("touchEnd")
    expect(ann.page.locator("output")).to_have_text("200 %")
    ann.touch("touchStart", (100, 500))
    ann.touch("touchMove", (300, 520))
    ann.touch("touchEnd")
    ann.see_count(2)
    ann.see_status("saved")
    assert strokes(device.get(board)["state"])[0]["color"] == "#d92d20"
    ann.look("phone-dark")
    assert ann.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert ann.complaints == []


def test_whoever_chose_ukrainian_reads_nothing_else(arrive, device):
    board = device.make_board()
    device.http.patch(f"{PREFIX}{board}/", json={"name": "План"})
    ann = arrive(locale="uk-UA", color_scheme="dark")
    ann.page.goto(ann.url)
    expect(ann.page.locator("html")).to_have_attribute("lang", "uk")
    ann.page.locator("#email").fill(EMAIL)
    ann.page.locator("#password").fill(PASSWORD)
    ann.page.locator("#password").press("Enter")
    expect(ann.page.get_by_role("heading", level=1)).to_have_text("Ваші дошки")
    ann.open(board)
    expect(ann.page.locator("#status")).to_have_text("Збережено")
    ann.draw()
    ann.page.keyboard.press("?")
    expect(ann.page.get_by_role("dialog")).to_be_visible()
    ann.look("ukrainian-dark")
    labels = (
        "[...document.querySelectorAll('[aria-label], [title]')].map(it => it.ariaLabel + it.title)"
    )
    told = ann.page.locator("body").inner_text() + " ".join(ann.page.evaluate(labels))
    words = set(re.findall("[A-Za-z]{3,}", told))
    assert words - KEYS == set()
    assert ann.complaints == []


def go_to(page: Page, name: str) -> None:
    """By Tab alone, and every stop on the way can be seen."""
    for _ in range(80):
        page.keyboard.press("Tab")
        focused, is_seen = page.evaluate(FOCUSED)
        assert is_seen, f"{focused!r} doesn't show that it has the focus"
        if (focused or "").strip() == name:
            return
    raise AssertionError(f"Tab never comes to {name!r}")


def test_a_keyboard_is_enough(arrive, device):
    ann = arrive()
    page = ann.page
    page.goto(ann.url)
    go_to(page, "Email")
    page.keyboard.type(EMAIL)
    go_to(page, "Password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your boards")
    expect(page.get_by_role("button", name="New board")).to_be_focused()
    page.keyboard.press("Enter")
    ann.see_status("saved")
    go_to(page, "The board. On this page: 0. Draw with a pen, a finger or the mouse.")
    page.keyboard.press("t")
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Text")).to_be_focused()
    page.keyboard.type("By hand")
    page.keyboard.press("Control+Enter")
    ann.see_count(1)
    page.keyboard.press("Control+a")
    ann.see_status("saved")
    board = page.url.split("/")[-2]
    [before] = texts(device, board)
    page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()
    ann.see_status("saved")
    [moved] = texts(device, board)
    assert (moved["text"], moved["x"] - before["x"]) == ("By hand", 10)
    page.keyboard.press("Control+z")
    ann.see_status("saved")
    assert texts(device, board) == [before]
    page.keyboard.press("Escape")  # or Tab would go from one thing on the board to the next
    go_to(page, "Add a page")
    ann.look("keyboard")
    page.keyboard.press("Enter")
    ann.see_count(0)
    page.keyboard.press("PageUp")
    ann.see_count(1)
    assert ann.complaints == []


def texts(device, board):
    return device.get(board)["state"]["pages"][0]["texts"]
