"""What is drawn is selected on a board's page, in a real browser: made larger, turned, laid over
others, copied. Only the fields that change are set, and each is one step to undo."""

import json

import pytest

from tests.browser import IN_BROWSER
from tests.interop.drawer import drawing
from tests.node_client import NodeClient

pytestmark = IN_BROWSER
BOX = {"id": "box", "type": "rectangle", "size": 4, "color": "#d92d20", "odd": {"kept": [1]}}
DOT = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
PICTURE = {"type": "image", "src": DOT, "x": 200, "y": 0, "width": 40, "height": 40}
FLAT = {"id": "flat", "tool": "pen", "size": 2, "width": 3, "height": "odd"}
STATE = {
    "pages": [
        {
            "id": "p1",
            "name": "One",
            "strokes": [
                {**FLAT, "points": [[300, 100], [340, 100, 0.5]]},
                {"id": "numbers", "tool": "pen", "points": [300, 200, 340, 220]},
            ],
            "shapes": [
                {**BOX, "startX": 0, "startY": 0, "endX": 100, "endY": 80},
                {"id": "disc", "type": "circle", "x": 60, "y": 60, "radius": 40, "fill": "#bbf7d0"},
                {"id": "far", "type": "line", "startX": 400, "startY": 0, "endX": 400, "endY": 60},
            ],
            "texts": [{"id": "tea", "text": "Tea", "x": 100, "y": 200, "fontSize": 20}],
            "assets": [
                {**PICTURE, "id": "low", "zIndex": 1},
                {**PICTURE, "id": "high", "zIndex": 7},
                {**PICTURE, "id": "fixed", "x": 500, "locked": True, "zIndex": 9},
            ],
        },
        {"id": "p2", "name": "Two", "strokes": [], "shapes": [], "texts": [], "assets": []},
    ]
}
SAID = "document.querySelector('.unseen').textContent"
CANVAS = "document.querySelector('#canvas')"
ALT, CONTROL, SHIFT = 1, 2, 8


class Selecting:
    """Somebody who selects; places are those of the board."""

    def __init__(self, drawer, device):
        self.drawer, self.page, self.device = drawer, drawer.page, device
        drawer.wait_for_count(9)
        self.page.run(f"{CANVAS}.focus()")

    def shown(self, page=0):
        """The page as the server has it, its elements by their ids."""
        self.drawer.wait_for_status("Saved")
        found = self.device.get(self.drawer.board)["state"]["pages"][page]
        lists = (found[name] for name in ("strokes", "shapes", "texts", "assets"))
        return {element["id"]: element for elements in lists for element in elements}

    def order(self, name, page=0):
        self.drawer.wait_for_status("Saved")
        elements = self.device.get(self.drawer.board)["state"]["pages"][page][name]
        return [element["id"] for element in elements]

    def key(self, key, code="", *, modifiers=0, commands=()):
        about = {"key": key, "code": code, "modifiers": modifiers}
        self.page.call("Input.dispatchKeyEvent", type="keyDown", commands=list(commands), **about)
        self.page.call("Input.dispatchKeyEvent", type="keyUp", **about)

    def edit(self, command, letter):
        """Copies, cuts or pastes, as the browser does it."""
        self.key(letter, f"Key{letter.upper()}", modifiers=CONTROL, commands=[command])

    def walk_to(self, what):
        """By the tabulator alone, from the first element on."""
        self.drawer.press("Escape")
        self.page.run(f"document.activeElement.blur(); {CANVAS}.focus()")
        for _ in range(10):
            self.key("Tab", "Tab")
            if self.page.run(SAID).startswith(what):
                return
        raise AssertionError(f"{what} isn't reached: {self.page.run(SAID)}")

    def undo(self):
        self.drawer.press("z", control=True)

    def pull(self, handle, right, down, **about):
        """A handle of the selection, by so many pixels."""
        frame = self.page.run(
            f"(() => {{ const all = {CANVAS}; const {{left, top}} = all.getBoundingClientRect();"
            "for (let y = top + 3; y < top + all.offsetHeight; y += 7) "
            "for (let x = left + 3; x < left + all.offsetWidth; x += 7) {"
            "all.dispatchEvent(new PointerEvent('pointermove', "
            "{clientX: x, clientY: y, pointerType: 'mouse', bubbles: true}));"
            f"if (all.dataset.over === {json.dumps(handle)}) return [x, y] }}"
            "})()"
        )
        assert frame, f"there is no handle {handle}"
        self.drawer.drag(frame, (frame[0] + right, frame[1] + down), **about)


def changed(before, after):
    """What differs: ids with their fields."""
    return {
        key: {name for name in element if element[name] != before[key].get(name)}
        for key, element in after.items()
        if element != before[key]
    }


def test_selection_is_made_larger_turned_and_painted_by_those_fields_alone_that_change(
    server, device
):
    board = device.make_board(STATE)
    with drawing(server, board) as drawer:
        ann = Selecting(drawer, device)
        before = ann.shown()
        ann.walk_to("Rectangle, ")
        ann.pull("se", 50, 40)
        after = ann.shown()
        assert changed(before, after) == {"box": {"endX", "endY"}}
        assert after["box"]["endX"] == pytest.approx(150, abs=0.1)
        assert after["box"]["endY"] == pytest.approx(120, abs=0.1)
        assert after["box"]["odd"] == BOX["odd"]
        ann.undo()
        assert ann.shown() == before
        ann.pull("e", 50, 33)
        assert changed(before, ann.shown()) == {"box": {"endX"}}
        ann.undo()
        ann.pull("se", 50, 0, modifiers=SHIFT)
        after = ann.shown()["box"]
        assert after["endX"] / after["endY"] == pytest.approx(100 / 80, abs=0.01)
        ann.undo()
        ann.pull("e", 50, 0, modifiers=ALT)
        after = ann.shown()["box"]
        assert (after["startX"], after["endX"]) == pytest.approx((-50, 150), abs=0.1)
        ann.undo()

        ann.walk_to("Text “Tea”, ")
        ann.pull("se", 80, 40)
        tea = ann.shown()["tea"]
        assert changed(before, ann.shown()) == {"tea": {"fontSize"}}
        assert tea["fontSize"] > 30
        ann.undo()

        ann.walk_to("Line, ")
        drawer.go_offline()
        ann.pull("end", 30, 20)
        paint = {"op": "update", "kind": "shape", "id": "far", "patch": {"color": "#123456"}}
        answer = device.http.patch(
            f"/api/v1/solo/sessions/{board}/diff/",
            json={"ops": [paint]},
            headers={"If-Match": f'W/"rev:{device.get(board)["rev"]}"'},
        )
        assert answer.status_code == 200
        drawer.go_offline(False)
        drawer.wait_for_status("Saved")
        after = ann.shown()  # both changes of the line are there
        assert changed(before, after) == {"far": {"endX", "endY", "color"}}
        assert (after["far"]["endX"], after["far"]["endY"]) == pytest.approx((430, 80), abs=0.1)

        drawer.press("a", control=True)
        drawer.press(".")  # turned by 15 degrees
        after = ann.shown()
        names = {"flat", "box", "disc", "low"}
        assert {name: changed(before, after)[name] for name in names} == {
            "flat": {"points"},
            "box": {"startX", "startY", "endX", "endY"},
            "disc": {"x", "y"},
            "low": {"x", "y", "rotation"},
        }
        (left, top), (right, bottom, pressure) = after["flat"]["points"]
        assert pressure == 0.5
        assert (right - left, bottom - top) == pytest.approx((38.64, 10.35), abs=0.03)
        assert after["box"]["endX"] - after["box"]["startX"] == pytest.approx(100, abs=0.03)
        assert len(after["numbers"]["points"]) == 4
        ann.pull("turn", 9, 0, modifiers=SHIFT)  # by no whole step: nothing changes
        drawer.press(",")
        assert ann.shown()["flat"]["points"][0] == pytest.approx([300, 100], abs=0.05)
        drawer.press("2")
        colors = {key: element.get("color") for key, element in ann.shown().items()}
        assert set(colors.values()) == {None, "#d92d20"}
        assert {key for key, color in colors.items() if color is None} == {"low", "high", "fixed"}
        drawer.press("]")
        assert {ann.shown()[key]["size"] for key in ("box", "disc", "flat")} == {8}
        assert drawer.complaints() == []


def test_selection_is_laid_over_others_copied_and_taken_to_another_page(server, device):
    board = device.make_board(STATE)
    with drawing(server, board) as drawer:
        ann = Selecting(drawer, device)
        drawer.press("v")
        drawer.drag((200, 160), (1250, 690))
        drawer.press("Delete")
        drawer.wait_for_count(1)  # the fixed picture
        ann.undo()
        drawer.wait_for_count(9)

        ann.walk_to("Rectangle, ")
        drawer.press("]", control=True)  # over the disc, which it touches
        assert ann.order("shapes") == ["disc", "box", "far"]
        drawer.press("]", control=True)
        assert "Nothing of its kind" in ann.page.run(SAID)
        ann.undo()
        assert ann.order("shapes") == ["box", "disc", "far"]
        drawer.press("]", control=True, shift=True)
        assert ann.order("shapes") == ["disc", "far", "box"]
        ann.page.run("document.querySelector('.selected [aria-label=\"To the back\"]').click()")
        assert ann.order("shapes") == ["box", "disc", "far"]
        ann.walk_to("Picture, ")
        drawer.press("]", control=True)
        assert {key: ann.shown()[key]["zIndex"] for key in ("low", "high")} == {"low": 7, "high": 7}
        assert [one for one in ann.order("assets") if one != "fixed"] == ["high", "low"]
        ann.undo()

        with NodeClient("client.mjs") as client:  # places between which nothing fits
            device.connect(client, board)
            for key in ("box", "disc", "far"):
                client.call("raw", root="elements", key=key, field="$order", value="x")
            client.call("flush")
        ann.walk_to("Rectangle, ")
        drawer.press("]", control=True)
        assert ann.order("shapes") == ["disc", "box", "far"]

        ann.walk_to("Text “Tea”, ")
        drawer.press("d", control=True)
        drawer.wait_for_count(10)
        [tea, copy] = [one for one in ann.shown().values() if one.get("text") == "Tea"]
        assert {**copy, "id": "tea", "x": 100, "y": 200} == tea
        assert (copy["x"], copy["y"]) == (120, 220)
        ann.edit("cut", "x")
        drawer.wait_for_count(9)
        ann.page.run("document.querySelector('[data-page=p2]').click()")
        drawer.wait_for_count(0)
        ann.page.run(f"{CANVAS}.focus()")
        ann.edit("paste", "v")
        drawer.wait_for_count(1)
        ann.edit("paste", "v")
        drawer.wait_for_count(2)
        first, second = ann.shown(1).values()
        assert (first["x"], first["y"], first["text"]) == (120, 220, "Tea")
        assert (second["x"], second["y"]) == (140, 240)
        assert len({first["id"], second["id"], copy["id"], "tea"}) == 4

        words = "document.activeElement.select?.(); document.execCommand('copy')"
        ann.page.run(
            "(() => { const field = document.createElement('textarea');"
            "document.body.append(field); field.value = 'Green\\ntea'; field.focus();"
            f"{words}; field.remove(); {CANVAS}.focus() }})()"
        )
        ann.edit("paste", "v")
        drawer.wait_for_count(3)
        assert [one["text"] for one in ann.shown(1).values()] == ["Tea", "Tea", "Green\ntea"]

        ann.key("Escape", "Escape")
        ann.key("Tab", "Tab")  # leaves the canvas
        assert not ann.page.run(f"document.activeElement === {CANVAS}")
        assert drawer.complaints() == []


MENU = "[...document.querySelectorAll('[role=menuitem]')]"


def test_menu_is_asked_for_by_mouse_finger_and_key_and_does_what_it_says(server, device):
    board = device.make_board(STATE)
    with drawing(server, board) as drawer:
        ann = Selecting(drawer, device)
        before = ann.order("texts")

        def choose(label):
            drawer.page.run(f"{MENU}.find(item => item.textContent.startsWith({label!r})).click()")

        def is_open():
            return ann.page.run("document.querySelector('[role=menu]') !== null")

        ann.walk_to("Text “Tea”, ")
        ann.key("F10", "F10", modifiers=SHIFT)
        assert ann.page.run("document.activeElement.textContent") == "Change the textEnter"
        ann.key("ArrowUp", "ArrowUp")
        ann.key("c", "KeyC")
        ann.key("c", "KeyC")
        ann.key("c", "KeyC")
        assert ann.page.run("document.activeElement.textContent") == "CopyCtrl C"
        ann.key("Escape", "Escape")
        assert not is_open()
        assert ann.page.run("document.activeElement.id") == "canvas"

        ann.key("ContextMenu", "ContextMenu")
        choose("Cut")
        drawer.wait_for_count(8)
        ann.undo()
        drawer.wait_for_count(9)
        ann.walk_to("Text “Tea”, ")
        ann.key("ContextMenu", "ContextMenu")
        choose("Copy")
        assert ann.page.run(SAID) == "1 copied"
        drawer.drag((900, 600), button="right", buttons=2)
        assert ann.page.run(f"{MENU}.length") == 8  # nothing is selected any more
        choose("Paste")
        ann.page.wait_for(f"{SAID} === '1 pasted'")
        drawer.wait_for_count(10)
        [copy] = [name for name in ann.order("texts") if name not in before]
        assert ann.shown()[copy]["text"] == "Tea"

        drawer.drag((900, 600), (960, 640), modifiers=ALT)
        drawer.wait_for_count(11)
        assert ann.shown()[copy]["text"] == "Tea"  # which stays, and another one is carried on
        drawer.press("a", control=True)
        drawer.drag((960, 640), modifiers=SHIFT)
        drawer.press("Delete")
        drawer.wait_for_count(1)
        ann.undo()
        drawer.wait_for_count(11)
        for place in ((900, 600), (960, 640)):
            drawer.press("a", control=True)
            drawer.drag(place)  # it is selected alone, then
            drawer.press("Delete")
        drawer.wait_for_count(9)
        ann.walk_to("Picture, ")
        ann.key("ContextMenu", "ContextMenu")
        choose("Fix in place")
        assert {name for name, one in ann.shown().items() if one.get("locked")} == {"fixed", "low"}

        drawer.press("Escape")
        drawer.press("p")
        drawer.press("Escape")  # the pen is put away
        ann.page.call("Emulation.setTouchEmulationEnabled", enabled=True)
        drawer.touch("touchStart", (900, 600))
        ann.page.wait_for("document.querySelector('[role=menu]') !== null")
        drawer.touch("touchEnd")
        assert is_open()
        drawer.drag((300, 650))  # beside it
        assert not is_open()
        drawer.wait_for_count(9)
        assert drawer.complaints() == []
