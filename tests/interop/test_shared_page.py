"""The page of a shared board in a real browser: it follows the board, and runs nothing of it."""

import json

import pytest

from tests.browser import browsing, find_browser
from tests.interop.boards import stroke
from tests.live import PREFIX, LiveServer

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(find_browser() is None, reason="needs a browser"),
]

MARKUP = '</h1>"><script>document.title = "run"</script><img src=x onerror=alert(1)>'
TEXT = {"id": "t1", "type": "text", "text": MARKUP, "x": 10, "y": 10, "color": "#000000"}
SHOWN = "document.querySelector('#board img')"
TOLD = "document.querySelector('#told').textContent"


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
    return ann.http.post(f"{PREFIX}{board}/share/", json=fields).json()["url"]


def views(ann, board):
    return ann.http.get(f"{PREFIX}{board}/share/").json()["view_count"]


def test_page_follows_the_board_until_the_link_is_revoked(ann, page, board):
    url = share(ann, board, max_views=1)
    page.open(url)
    page.wait_for(SHOWN)
    page.open(url)
    page.wait_for(f"{SHOWN} && {TOLD}.startsWith('Live')")
    assert views(ann, board) == 1
    before = json.dumps(page.run(f"{SHOWN}.src"))
    ann.patch(board, state(stroke("s1")))
    page.wait_for(f"{SHOWN}.src !== {before}")
    assert views(ann, board) == 1
    ann.http.delete(f"{PREFIX}{board}/share/")
    page.wait_for(f"!{SHOWN} && {TOLD}.startsWith('This link')")


def test_nothing_of_a_board_runs_or_breaks_the_policy(ann, page, board):
    begun = len(page.events)
    url = share(ann, board, allow_download=True)
    page.open(url)
    page.wait_for(SHOWN)
    assert page.run("document.title") == MARKUP
    assert page.run("document.querySelector('h1').textContent") == MARKUP
    assert page.run("document.querySelectorAll('script').length") == 1
    assert page.run("document.querySelectorAll('#board *').length") == 1
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
