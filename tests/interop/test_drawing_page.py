"""The page on which a board is drawn, in real browsers: what is drawn there reaches the server and
the others, whatever happens to the network or the server meanwhile."""

import shutil
import subprocess

import pytest
from PIL import Image

from tests import nodejs
from tests.browser import IN_BROWSER
from tests.interop.boards import stroke
from tests.interop.drawer import LINE, drawing
from tests.live import strokes
from tests.servers import ROOT

pytestmark = IN_BROWSER
PEOPLE = "document.querySelector('.others')?.textContent"


def colors_of(picture):
    with Image.open(picture) as image:
        rgb = image.convert("RGB")
        found = rgb.getcolors(rgb.width * rgb.height)
        assert found is not None
        return {color for _, color in found}


def test_stroke_reaches_the_state_the_picture_and_another_persons_page(server, device):
    board = device.make_board()
    with drawing(server, board) as ann, drawing(server, board) as bob:
        ann.draw()
        bob.wait_for_count(1)
        ann.wait_for_status("Saved")
        [drawn] = strokes(device.get(board)["state"])
        assert drawn["tool"] == "pen"
        assert [point.keys() for point in drawn["points"]] == [{"x", "y"}] * len(LINE)
        across = drawn["points"][2]["x"] - drawn["points"][0]["x"]
        assert across == LINE[2][0] - LINE[0][0]
        ann.page.wait_for(ann.has_ink(400, 290, 520, 340))
        assert not ann.page.run(ann.has_ink(400, 400, 520, 450))
        bob.drag((600, 300), (640, 340))
        ann.wait_for_count(2)
        assert ann.page.run(PEOPLE) is None  # both are one person
        assert ann.complaints() == bob.complaints() == []
    picture = server.folder / "board.png"
    server.solosync("export", board, "--format", "png", "-o", str(picture))
    assert (0x1B, 0x1E, 0x2B) in colors_of(picture)


def test_edits_made_apart_meet_though_the_server_is_killed_meanwhile(server, device):
    board = device.make_board()
    with drawing(server, board) as ann, drawing(server, board) as bob:
        bob.go_offline()
        bob.wait_for_status("Offline — changes will be kept on this device")
        bob.draw()
        bob.draw(40)
        bob.wait_for_status("Offline — 2 changes kept on this device")
        ann.draw(80)
        ann.wait_for_status("Saved")
        server.kill()
        ann.draw(120)
        ann.wait_for_status("Offline — 1 change kept on this device")
        server.start()
        bob.go_offline(False)
        for drawer in (ann, bob):
            drawer.wait_for_count(4)
            drawer.wait_for_status("Saved")
        assert len(strokes(device.get(board)["state"])) == 4
        bob.open()
        bob.wait_for_count(4)


def test_changes_of_a_closed_tab_are_kept_and_saved_when_the_board_is_opened_again(server, device):
    board = device.make_board()
    with drawing(server, board) as ann:
        server.kill()
        ann.draw()
        ann.wait_for_status("Offline — 1 change kept on this device")
        ann.page.open("about:blank")
        server.start()
        assert strokes(device.get(board)["state"]) == []
        ann.open()
        ann.wait_for_count(1)
        assert len(strokes(device.get(board)["state"])) == 1


def test_tools_change_what_they_should_and_undo_takes_back_ones_own_only(server, device):
    page = {
        "id": "p1",
        "name": "One",
        "strokes": [stroke("s1", points=[{"x": 900, "y": 500}, {"x": 940, "y": 520}])],
    }
    board = device.make_board({"pages": [page]})

    def shown():
        return device.get(board)["state"]["pages"]

    with drawing(server, board) as ann:
        ann.wait_for_count(1)
        ann.draw()
        ann.wait_for_count(2)
        ann.press("v")
        before = ann.page.run("document.querySelectorAll('.tools [aria-pressed=true]').length")
        assert before == 1  # nothing is selected that could have a colour
        ann.drag((460, 330), (500, 380))
        ann.wait_for_status("Saved")
        moved = shown()[0]["strokes"][1]
        ann.press("z", control=True)
        ann.wait_for_status("Saved")
        back = shown()[0]["strokes"][1]
        assert moved["points"][0]["x"] - back["points"][0]["x"] == pytest.approx(40, abs=0.02)
        assert moved["points"][0]["y"] - back["points"][0]["y"] == pytest.approx(50, abs=0.02)

        ann.press("e")
        ann.drag((455, 300), (455, 360))
        ann.wait_for_count(1)
        ann.press("z", control=True)
        ann.wait_for_count(2)
        ann.press("z", control=True)
        ann.wait_for_count(1)
        ann.press("z", control=True)  # nothing is left of one's own
        ann.press("z", control=True, shift=True)
        ann.wait_for_count(2)

        ann.press("?")
        ann.page.wait_for("document.querySelector('dialog').open")
        ann.press("Escape")  # the keys of the board sleep meanwhile
        ann.page.run(
            "new Promise(done => { const sheet = document.querySelector('dialog');"
            "sheet.addEventListener('close', done); sheet.querySelector('button').click() })"
        )
        ann.press("t")
        ann.page.wait_for("document.querySelector('[aria-label=Text]').ariaPressed === 'true'")
        ann.drag((700, 200))
        ann.page.wait_for("document.activeElement?.matches('.writer')")
        ann.page.call("Input.insertText", text="<b>Café</b>")
        ann.page.run("document.activeElement.blur()")
        ann.wait_for_count(3)

        ann.page.run("document.querySelector('[aria-label=\"Add a page\"]').click()")
        ann.wait_for_count(0)
        ann.press("PageUp")
        ann.wait_for_count(3)
        ann.wait_for_status("Saved")
        [first, second] = shown()
        assert [text["text"] for text in first["texts"]] == ["<b>Café</b>"]
        assert {"strokes": [], "shapes": [], "texts": [], "assets": []}.items() <= second.items()
        assert first["strokes"][0] == page["strokes"][0]
        assert ann.complaints() == []


def test_page_says_when_its_board_is_gone_and_when_it_cannot_draw_on_it(server, device):
    board = device.make_board()
    scene = {"type": "excalidraw", "version": 2, "elements": [], "appState": {}, "files": {}}
    with drawing(server, board) as ann:
        assert device.http.delete(f"/api/v1/solo/sessions/{board}/").status_code == 204
        ann.wait_for_status("This board isn't there any more.")
        ann.board = device.make_board(scene)
        ann.open()
        notice = "document.querySelector('.notice')?.textContent.includes('Excalidraw')"
        ann.page.wait_for(notice)
        ann.draw()
        assert device.get(ann.board)["state"]["elements"] == []


def test_one_finger_draws_on_a_phone_and_two_move_and_enlarge(server, device):
    board = device.make_board()
    zoom = "document.querySelector('output').textContent"
    with drawing(server, board) as ann:
        screen = {"width": 390, "height": 780, "deviceScaleFactor": 2, "mobile": True}
        ann.page.call("Emulation.setDeviceMetricsOverride", **screen)
        ann.page.call("Emulation.setTouchEmulationEnabled", enabled=True, maxTouchPoints=2)
        ann.open()
        ann.touch("touchStart", (100, 200))
        ann.touch("touchMove", (150, 220))
        ann.touch("touchMove", (200, 250))
        ann.touch("touchEnd")
        ann.wait_for_count(1)
        assert ann.page.run(zoom) == "100 %"
        ann.touch("touchStart", (150, 300))
        ann.touch("touchStart", (150, 300), (250, 300))
        ann.touch("touchMove", (150, 300), (350, 300))
        ann.touch("touchEnd")
        ann.page.wait_for(f"{zoom} === '200 %'")
        ann.wait_for_status("Saved")
        assert len(strokes(device.get(board)["state"])) == 1
        is_within = "document.documentElement.scrollWidth <= innerWidth"
        assert ann.page.run(is_within)
        assert ann.complaints() == []


def test_pens_pressure_is_kept_and_a_palm_beside_it_does_nothing(server, device):
    board = device.make_board()
    with drawing(server, board) as ann:
        pen = {"pointerType": "pen", "force": 0.75}
        ann.drag(*LINE, **pen)
        ann.wait_for_count(1)
        ann.page.call("Emulation.setTouchEmulationEnabled", enabled=True, maxTouchPoints=2)
        ann.touch("touchStart", (300, 300))
        ann.touch("touchMove", (340, 340))
        ann.touch("touchEnd")
        ann.drag((300, 500), (350, 520), **pen)
        ann.wait_for_count(2)
        ann.wait_for_status("Saved")
        first, _ = strokes(device.get(board)["state"])
        assert [point["p"] for point in first["points"]] == [0.75] * len(LINE)


@pytest.mark.interop
def test_sources_of_the_page_hold_what_their_types_say(tmp_path):
    folder = tmp_path / "ui"
    shutil.copytree(ROOT / "solosync" / "web" / "ui", folder)
    nodejs.npm_install(folder)
    compiler = folder / "node_modules" / "typescript" / "bin" / "tsc"
    for part in (".", "src/worker"):  # a worker knows other names than a page
        command = [nodejs.node_path(), compiler, "--noEmit", "-p", part]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
