"""Beside a board, in a real browser: its history, looked at, brought back and undone; its name."""

import json

import pytest

from tests.browser import find_browser
from tests.interop.boards import stroke
from tests.interop.test_drawing_page import drawing
from tests.live import strokes

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(find_browser() is None, reason="needs a browser"),
]
ENTRIES = "[...document.querySelectorAll('.version')]"
TOLD = "document.querySelector('.history [role=status]')?.textContent"
HAS_INK = (
    "(() => { const canvas = document.querySelector('.miniature');"
    "const all = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;"
    "return all.some((value, at) => at % 4 === 0 && value < 200) })()"
)


@pytest.fixture
def device(server):
    return server.sign_in()


def click(page, selector):
    page.run(f"document.querySelector({json.dumps(selector)}).click()")


def rename(page, name):
    click(page, "h1 button")
    page.wait_for("document.activeElement.matches('h1 input')")
    page.call("Input.insertText", text=name)
    page.run("document.activeElement.blur()")


def test_older_version_is_looked_at_brought_back_and_that_undone(server, device):
    board = device.make_board()

    def count():
        return len(strokes(device.get(board)["state"]))

    with drawing(server, board) as ann:
        page = ann.page
        ann.draw()
        ann.wait_for_status("Saved")
        state = device.get(board)["state"]
        state["pages"][0]["strokes"].append(stroke("s1", points=[[900, 500], [940, 520]]))
        device.patch(board, state)
        ann.wait_for_count(2)
        ann.press("h", shift=True)
        page.wait_for(f"{ENTRIES}.length === 3")
        page.wait_for(HAS_INK)
        said = page.run(f"{ENTRIES}.map(it => it.querySelector('span > span').textContent)")
        assert said == ["1 added", "Changed", "Created"]

        # The first, an empty board; what others draw meanwhile goes on underneath.
        page.run(f"{ENTRIES}.at(-1).click()")
        page.wait_for("document.querySelector('.preview')")
        ann.wait_for_count(0)
        ann.draw(60)  # nothing can be drawn on what was
        ann.press("a", control=True)
        ann.press("Delete")
        state["pages"][0]["strokes"].append(stroke("s2", points=[[700, 600], [740, 620]]))
        device.patch(board, state)
        assert ann.complaints() == []
        ann.press("Escape")
        ann.wait_for_count(3)

        page.run(f"{ENTRIES}.at(-1).click()")
        page.wait_for("document.querySelector('.preview')")
        click(page, ".preview .button")
        page.wait_for(f"{TOLD}.includes('again')")
        ann.wait_for_count(0)
        assert count() == 0
        click(page, ".told .link")
        ann.wait_for_count(3)
        assert count() == 3

        server.kill()
        rename(page, "<b>Plan</b>")
        page.wait_for("document.querySelector('.unnamed')")
        assert page.run("document.querySelector('h1').textContent") == "Untitled"
        page.run(f"{ENTRIES}.at(-1).click()")
        page.wait_for(f"{TOLD}.includes('on the server')")
        server.start()
        ann.wait_for_status("Saved")
        page.wait_for(f"{TOLD}.includes('again')")
        click(page, ".unnamed button")
        page.wait_for("document.title === '<b>Plan</b> · solosync'")
        assert device.get(board)["name"] == "<b>Plan</b>"
        assert page.run("document.querySelector('h1').textContent") == "<b>Plan</b>"
        click(page, ".history .head button")
        page.wait_for("!document.querySelector('.history')")
        assert page.run("document.activeElement.id") == "canvas"
