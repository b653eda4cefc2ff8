"""The tools of a board's page, in a real browser: each puts on the board what the Solo dialect
means by it, and the server's picture of that is what the page itself shows."""

import base64
import io
import math

from PIL import Image

from tests.browser import IN_BROWSER
from tests.interop.drawer import Drawer, around_ink, drawing, page_of
from tests.visual.compare import SOLO, compare

pytestmark = IN_BROWSER
SHIFT = 8


def write(ann: Drawer, place: tuple[int, int], text: str) -> None:
    ann.drag(place)
    ann.page.wait_for("document.activeElement?.matches('.writer')")
    ann.page.call("Input.insertText", text=text)
    ann.page.run("document.activeElement.blur()")


def click(ann: Drawer, label: str) -> None:
    ann.page.run(f"document.querySelector('.tools [aria-label=\"{label}\"]').click()")


def test_each_tool_draws_its_element_and_the_servers_picture_is_that_of_the_page(server, device):
    board = device.make_board()
    with drawing(server, board) as ann:
        ann.draw(-100)
        ann.press("m")
        ann.drag((380, 210), (520, 230), (400, 250), (520, 205))
        ann.drag((340, 210))  # a dot
        ann.press("l")
        ann.drag((600, 200), (700, 215), modifiers=SHIFT)
        ann.press("a")
        ann.drag((750, 200), (850, 260))
        ann.press("r")
        ann.drag((420, 380), (300, 300))
        ann.press("o")
        click(ann, "Filled")
        click(ann, "Red")
        ann.drag((470, 300), (500, 390), modifiers=SHIFT)
        ann.press("n")
        write(
            ann, (800, 300), "Words-that-break where-they-do, andevenoneverylongwordthatdoesnotfit"
        )
        ann.press("t")
        write(ann, (300, 450), "Two\nlines")
        ann.press("w")
        ann.drag((290, 340), (400, 345), (530, 330), (310, 460), (810, 460))
        ann.drag((420, 300))  # a dot out of a corner
        ann.wait_for_count(11)
        ann.wait_for_status("Saved")
        shown = ann.picture()
        assert ann.complaints() == []
        drawn = page_of(device, board)
        picture = server.folder / "board.png"
        server.solosync("export", board, "--format", "png", "-o", str(picture))

        ann.press("r")  # in the black that was chosen for it, not in the ellipse's red
        ann.drag((600, 300), (600, 301))  # too small to be meant
        ann.mouse("mousePressed", (600, 300))
        ann.mouse("mouseMoved", (700, 380))
        ann.press("Escape")
        ann.mouse("mouseMoved", (710, 390))
        ann.mouse("mouseReleased", (710, 390))
        ann.drag((600, 420), (650, 450))
        ann.wait_for_count(12)
        ann.open()
        ann.press("o")
        chosen = "[...document.querySelectorAll('.options [aria-pressed=true]')].map(b => b.title)"
        assert ann.page.run(chosen) == ["Ellipse", "Filled", "Red", "Medium"]
    assert page_of(device, board)["strokes"][-1]["color"] == "#1b1e2b"

    strokes = drawn["strokes"]
    kinds = ["pen", "highlighter", "highlighter", "line", "arrow", "rectangle", "circle"]
    assert [stroke["tool"] for stroke in strokes] == [*kinds, "eraser", "eraser"]
    assert strokes.pop(1)["opacity"] == 0.4
    [line_from, line_to] = strokes[2]["points"]
    assert line_to["y"] == line_from["y"]
    assert line_to["x"] - line_from["x"] == 100
    assert "fill" not in strokes[4]
    [one, other] = strokes[5]["points"]
    assert other["x"] - one["x"] == other["y"] - one["y"] == 90
    assert strokes[5]["fill"] == strokes[5]["color"] == "#d92d20"
    assert strokes[6]["composite"] == "destination-out"
    assert [(text["type"], text.get("width")) for text in drawn["texts"]] == [
        ("note", 200),
        ("text", None),
    ]

    with Image.open(picture) as exported, Image.open(io.BytesIO(shown)) as canvas:
        likeness = compare(around_ink(exported), around_ink(canvas))
    assert SOLO.failures(likeness) == []
    assert math.isclose(likeness.similarity, 1, abs_tol=0.01)


def test_a_pens_hand_its_other_end_and_what_is_written_do_what_one_means_by_them(server, device):
    picture = {"id": "a1", "type": "image", "src": "", "x": 0, "y": 0, "width": 900}
    page = {"id": "p1", "name": "One", "strokes": [], "assets": [picture]}
    board = device.make_board({"pages": [page]})
    with drawing(server, board) as ann:
        ann.wait_for_count(1)
        ann.page.call("Emulation.setTouchEmulationEnabled", enabled=True, maxTouchPoints=2)
        ann.touch("touchStart", (700, 600))  # the palm comes first
        ann.touch("touchMove", (705, 600))
        ann.draw(pointerType="pen", force=0.5)
        ann.touch("touchEnd")
        ann.wait_for_count(2)
        ann.draw(100, pointerType="pen", force=0.5)
        ann.wait_for_count(3)
        ann.page.run(
            "document.querySelector('#canvas').setPointerCapture = () => {};"
            "for (const kind of ['pointerdown', 'pointerup'])"
            " document.querySelector('#canvas').dispatchEvent(new PointerEvent(kind, {pointerId: 9,"
            " pointerType: 'pen', button: 5, clientX: 460, clientY: 430, bubbles: true}))"
        )
        ann.wait_for_count(2)

        ann.press("n")
        click(ann, "Pink")
        write(ann, (600, 300), "Milk")
        ann.wait_for_count(3)
        ann.drag((650, 350))  # on the note: it is written on
        ann.page.wait_for("document.activeElement?.matches('.writer')")
        ann.drag((300, 600))  # elsewhere: that ends it, and begins nothing
        assert ann.page.run("document.querySelector('.writer')") is None
        ann.press("v")
        ann.drag((650, 350))
        ann.press("Enter")
        ann.page.wait_for("document.activeElement?.value === 'Milk'")
        ann.page.call("Input.insertText", text=" and tea")
        ann.page.run(
            "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape'}))"
        )
        ann.page.wait_for("document.activeElement?.id === 'canvas'")
        click(ann, "Large")  # letters: the note is still selected
        click(ann, "Green")
        ann.press("r")
        ann.press("Enter")  # a shape in the middle, and selected
        click(ann, "Filled")
        click(ann, "Violet")
        ann.wait_for_status("Saved")
        drawn = page_of(device, board)
        assert [point["p"] for point in drawn["strokes"][0]["points"]] == [0.5] * 5
        [note] = drawn["texts"]
        looks = (note["type"], note["text"], note["color"], note["fontSize"])
        assert looks == ("note", "Milk and tea", "#bbf7d0", 20)
        box = drawn["strokes"][-1]
        assert (box["color"], box["fill"]) == ("#7c3aed", "#7c3aed")
        assert drawn["assets"] == page["assets"]

        ann.press("n")
        ann.drag((650, 350))
        ann.page.wait_for("document.activeElement?.matches('.writer')")
        ann.page.call("Input.insertText", text=", too")
        without = device.get(board)["state"]
        without["pages"][0]["texts"] = []
        device.patch(board, without)
        ann.wait_for_count(3)
        ann.page.run("document.activeElement.blur()")
        ann.wait_for_count(4)
        ann.wait_for_status("Saved")
        [again] = page_of(device, board)["texts"]
        assert again == note | {"id": again["id"], "text": "Milk and tea, too"}

        ann.press("t")
        write(ann, (300, 600), "Plan")
        ann.wait_for_count(5)
        ann.press("n")
        write(ann, (310, 610), "over it")  # on a text: a note of its own
        ann.wait_for_count(6)

        ann.press("v")
        for count in (1, 2):
            ann.drag((900, 200), clickCount=count)
        ann.page.wait_for("document.activeElement?.matches('.writer')")
        ann.page.call("Input.insertText", text="Twice")
        ann.page.run("document.activeElement.blur()")
        ann.wait_for_count(7)

        features = [{"name": "prefers-color-scheme", "value": "dark"}]
        ann.page.call("Emulation.setEmulatedMedia", features=features)
        ann.page.run(
            "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )
        dark = ann.page.call("Page.captureScreenshot")["data"]

        ann.press("t")
        ann.drag((1200, 300))
        ann.page.wait_for("document.activeElement?.matches('.writer')")
        ann.page.call("Input.insertText", text="further than the edge of the page " * 2)
        ann.page.wait_for(
            "document.querySelector('.writer').getBoundingClientRect().right <= innerWidth"
        )
        assert ann.page.run("document.querySelector('.middle').scrollLeft") == 0
    with Image.open(io.BytesIO(base64.b64decode(dark))) as window:
        spots = [window.convert("RGB").getpixel(place) for place in ((780, 320), (780, 580))]
    assert spots == [(159, 210, 177), (25, 25, 25)]  # a green note on what was white
