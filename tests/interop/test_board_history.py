"""Beside a board, in a real browser: its history, looked at, brought back and undone; its name."""

import copy
import json

from tests.browser import IN_BROWSER
from tests.interop.boards import stroke
from tests.interop.drawer import drawing
from tests.live import strokes

pytestmark = IN_BROWSER
ENTRIES = "[...document.querySelectorAll('.version')]"
TOLD = "document.querySelector('.history [role=status]')?.textContent"
HAS_INK = (
    "(() => { const canvas = document.querySelector('.miniature');"
    "const all = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;"
    "return all.some((value, at) => at % 4 === 0 && value < 200) })()"
)


def click(page, selector):
    page.run(f"document.querySelector({json.dumps(selector)}).click()")


def rename(page, name):
    click(page, "h1 button")
    page.wait_for("document.activeElement.matches('h1 input')")
    page.call("Input.insertText", text=name)
    page.run("document.activeElement.blur()")


def lose(server, device, board):
    """Of a stroke's colour and a page's name the first one saved; and a stroke that a save, which
    says nothing of what it was made from, lacks."""
    first = device.get(board)
    rev = first["rev"]
    for person, color, name in ((device, "#d92d20", "Mine"), (server.sign_in(), "#1a8f4b", "Hers")):
        state = copy.deepcopy(first["state"])
        state["pages"][0]["name"] = name
        state["pages"][0]["strokes"][0]["color"] = color
        person.patch(board, state, **{"If-Match": str(rev)})
    state = device.get(board)["state"]
    del state["pages"][0]["strokes"][1]
    device.patch(board, state)


def bring_set_aside_back(server, device, ann):
    far = stroke("s2", points=[[700, 600], [740, 620]], color="#7c3aed")
    near = stroke("s1", points=[[400, 300], [500, 320]])
    page = {"id": "p1", "name": "One", "strokes": [near, far]}
    board = device.make_board({"pages": [page]})
    lose(server, device, board)

    def state():
        return device.get(board)["state"]["pages"][0]

    ann.board, page = board, ann.page
    ann.open()
    ann.wait_for_count(1)
    ann.press("h", shift=True)
    click(page, "#tab-asides")
    page.wait_for("document.querySelectorAll('li .version').length === 3")
    said = page.run("[...document.querySelectorAll('.version .what')].map(it => it.textContent)")
    assert said == ["A stroke", "A page: name", "A stroke: colour"]

    click(page, "li:nth-child(1) .version")
    page.wait_for("document.querySelector('.preview')")
    ann.wait_for_count(2)
    assert len(state()["strokes"]) == 1
    click(page, ".preview .button")
    page.wait_for("document.querySelector('li:nth-child(1) .done')")
    click(page, "li:nth-child(2) .version button")
    click(page, "li:nth-child(3) .version")
    page.wait_for("document.querySelector('.preview')")
    click(page, ".preview .button")
    page.wait_for("document.querySelectorAll('.version .done').length === 3")
    ann.wait_for_status("Saved")
    assert state()["name"] == "Mine"
    assert [one["color"] for one in state()["strokes"]] == ["#d92d20", "#7c3aed"]
    ann.press("z", control=True)
    page.wait_for("document.querySelectorAll('.version .done').length === 2")
    assert ann.complaints() == []


def test_what_was_and_what_a_merge_chose_against_is_looked_at_and_brought_back(server, device):
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

        ann.go_offline()
        rename(page, "<b>Plan</b>")
        page.wait_for("document.querySelector('.unnamed')")
        assert page.run("document.querySelector('h1').textContent") == "Untitled"
        page.run(f"{ENTRIES}.at(-1).click()")
        page.wait_for(f"{TOLD}.includes('on the server')")
        ann.go_offline(False)
        ann.wait_for_status("Saved")
        page.wait_for(f"{TOLD}.includes('again')")
        click(page, ".unnamed button")
        page.wait_for("document.title === '<b>Plan</b> · solosync'")
        assert device.get(board)["name"] == "<b>Plan</b>"
        assert page.run("document.querySelector('h1').textContent") == "<b>Plan</b>"
        click(page, ".history .head button")
        page.wait_for("!document.querySelector('.history')")
        assert page.run("document.activeElement.id") == "canvas"
        page.events.clear()  # being offline was complained of
        bring_set_aside_back(server, device, ann)
