"""The page of a shared board in a real browser: it follows the board, and runs nothing of it."""

import json

import pytest

from tests.browser import IN_BROWSER, browsing
from tests.interop.boards import stroke
from tests.live import PREFIX, LiveServer

pytestmark = IN_BROWSER

MARKUP = '</h1>"><script>document.title = "run"</script><img src=x onerror=alert(1)>'
TEXT = {"id": "t1", "type": "text", "text": MARKUP, "x": 10, "y": 10, "color": "#000000"}
SHOWN = "document.querySelector('#board img')"
TOLD = "document.querySelector('#told')?.textContent"
CANVAS = "document.querySelector('#canvas')"
LABEL = f"{CANVAS}?.ariaLabel"
BUTTON = "document.querySelector('nav button[aria-current]')"
PHONE = {"width": 390, "height": 780, "deviceScaleFactor": 1, "mobile": True}
BOX = {"id": "e", "type": "rectangle", "x": 1, "y": 1, "width": 50, "height": 50, "version": 1}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with LiveServer(tmp_path_factory.mktemp("shared") / "data") as server:
        yield server


@pytest.fixture(scope="module")
def page():
    with browsing() as page:
        yield page


@pytest.fixture
def ann(server):
    return server.sign_in()


@pytest.fixture
def board(ann):
    made = ann.make_board(state())
    ann.http.patch(f"{PREFIX}{made}/", json={"name": MARKUP})
    return made


def state(*strokes):
    return {"pages": [{"id": "p1", "name": MARKUP, "strokes": [*strokes], "texts": [TEXT]}]}


def share(ann, board, **fields):
    return ann.share(board, **fields)["url"]


def views(ann, board):
    return ann.http.get(f"{PREFIX}{board}/share/").json()["view_count"]


def has_ink(page):
    """Whether the canvas shows more than its paper."""
    return page.run(
        "(() => { const canvas = document.querySelectorAll('#canvas canvas')[1];"
        "return canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)"
        ".data.some(value => value > 0) })()"
    )


def test_board_is_followed_on_the_canvas_until_the_link_is_revoked(ann, page, board):
    url = share(ann, board, max_views=1, allow_download=True)
    page.open(url)
    page.wait_for(f"{TOLD} === 'Live'")
    page.open(f"{url}?page=2")
    page.wait_for(f"{TOLD} === 'Live' && {LABEL}.includes('On this page: 1.')")
    assert views(ann, board) == 1
    ann.patch(board, state(stroke("s1")))
    page.wait_for(f"{LABEL}.includes('On this page: 2.')")
    assert has_ink(page)
    assert page.run(f"{CANVAS}.getAttribute('role')") == "application"
    for change, size in (("set", PHONE), ("clear", {})):
        page.call(f"Emulation.{change}DeviceMetricsOverride", **size)
        page.wait_for(f"{CANVAS}.clientWidth === innerWidth")
        assert page.run("document.documentElement.scrollWidth <= innerWidth")
    assert "download?format=png&page=1" in page.run("document.querySelector('.files a').href")
    ann.http.delete(f"{PREFIX}{board}/share/")
    page.wait_for(f"{CANVAS}.hidden && {TOLD} === 'Not shared any more'")
    told = page.run("document.querySelector('[role=alert]').textContent")
    assert told.startswith("This link doesn't lead anywhere")


def test_pages_are_turned_by_buttons_and_keys_beginning_with_the_one_that_was_open(ann, page):
    pages = [{"id": name, "name": name, "strokes": [stroke(name)]} for name in "pqr"]
    made = ann.make_board({"pages": pages, "activePageId": "q"})
    page.open(share(ann, made))
    page.wait_for(f"{BUTTON}?.textContent === 'q'")
    page.run("document.querySelector('nav button').click()")
    page.wait_for(f"{BUTTON}.textContent === 'p'")
    for key in ("PageDown", "PageDown", "PageDown"):
        page.run(f"dispatchEvent(new KeyboardEvent('keydown', {{key: {key!r}}}))")
    page.wait_for(f"{BUTTON}.textContent === 'r'")


def test_excalidraw_board_is_a_picture_that_follows_it(ann, page):
    made = ann.make_board({"type": "excalidraw", "elements": [BOX]})
    page.open(share(ann, made))
    page.wait_for(f"{SHOWN} && {TOLD}.startsWith('Live')")
    before = json.dumps(page.run(f"{SHOWN}.src"))
    moved = BOX | {"x": 70, "version": 2}
    ann.patch(made, {"type": "excalidraw", "elements": [moved]})
    page.wait_for(f"{SHOWN}.src !== {before}")
    ann.http.delete(f"{PREFIX}{made}/share/")
    page.wait_for(f"!{SHOWN} && {TOLD}.startsWith('This link')")


def test_nothing_of_a_board_runs_or_breaks_the_policy(ann, page, board):
    begun = len(page.events)
    url = share(ann, board, allow_download=True)
    page.open(url)
    page.wait_for(f"{TOLD} === 'Live' && {LABEL}.includes('On this page: 1.')")
    assert page.run("document.title") == MARKUP
    assert page.run("document.querySelector('h1').textContent") == MARKUP
    assert page.run("document.querySelectorAll('script').length") == 1
    assert page.run("document.querySelectorAll('#board img, #board script').length") == 0
    told = [p["entry"] for name, p in page.events[begun:] if name == "Log.entryAdded"]
    assert [entry for entry in told if entry["level"] == "error"] == []


def test_without_scripts_the_picture_is_there_and_counted_once(ann, page, board):
    url = share(ann, board)
    page.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        for _ in range(2):
            page.open(url)  # its load waits for the picture
            assert views(ann, board) == 1
    finally:
        page.call("Emulation.setScriptExecutionDisabled", value=False)
