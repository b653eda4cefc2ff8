"""The board's page without its server, in real browsers: what is kept on the device, and that what
the page says of it is true."""

import contextlib
import io
import json
import shutil
import sys
from pathlib import Path

from PIL import Image, ImageChops, ImageStat

import solosync
from tests.browser import IN_BROWSER, browsing
from tests.interop import icons
from tests.interop.drawer import FULL, STATUS, Drawer
from tests.live import strokes

pytestmark = IN_BROWSER


class Tab(Drawer):
    """One of somebody who is signed in already."""

    def __init__(self, page, server, board):
        self.page, self.server, self.board = page, server, board


@contextlib.contextmanager
def another_tab(drawer):
    with drawer.page.tab() as page:
        yield Tab(page, drawer.server, drawer.board)


def test_two_tabs_agree_on_what_is_drawn_and_how_much_of_it_is_saved(server, device):
    board = device.make_board()
    with browsing() as page:
        one = Drawer(page, server, board)
        with another_tab(one) as two:
            two.open()
            server.kill()
            one.draw()
            two.draw(40)
            two.draw(80)
            for tab in (one, two):
                tab.wait_for_count(3)
                tab.wait_for_status("Offline — 3 changes kept on this device")
            two.go_offline()
            server.start()
            one.wait_for_status("Saved")  # what the other tab drew is saved with it
            two.wait_for_status("Offline — changes will be kept on this device")
            assert len(strokes(device.get(board)["state"])) == 3
            two.draw(120)
            two.wait_for_status("Offline — 1 change kept on this device")
        one.wait_for_status("Saved")
        one.wait_for_count(4)
        assert len(strokes(device.get(board)["state"])) == 4

        one.go_offline()
        page.run(FULL)
        one.draw(160)
        one.wait_for_status("Offline — 1 change only in this tab: keep it open")
        page.run("IDBObjectStore.prototype.add = window.add")
        one.draw(200)
        one.wait_for_status("Offline — 2 changes kept on this device")
        with another_tab(one) as two:
            two.open()  # and saves what the database holds again
            two.wait_for_count(6)


def test_page_opens_and_draws_without_the_server_also_after_the_browser_ended(
    server, device, tmp_path
):
    board = device.make_board()
    device.http.patch(f"/api/v1/solo/sessions/{board}/", json={"name": "<b>Plan</b>"})
    address = f"{server.url}/boards/{board}/draw"
    with browsing(tmp_path) as page:
        ann = Drawer(page, server, board)
        page.wait_for("navigator.serviceWorker.controller")
        assert page.call("Page.getInstallabilityErrors") == {"installabilityErrors": []}
        begun = len(page.events)
        ann.open()
        assert {
            answer["response"]["fromServiceWorker"]
            for name, answer in page.events[begun:]
            if name == "Network.responseReceived"
            and answer["response"]["url"].endswith((".js", ".css"))
        } == {True}
        assert ann.complaints() == []
        assert kept_by_worker(page) == {"/offline"}

        server.kill()
        ann.draw()
        page.open(address)
        ann.wait_for_count(1)
        ann.draw(40)
        ann.wait_for_status("Offline — 2 changes kept on this device")
        for path in ("/", "/trash", "/boards/not-kept/draw"):
            page.open(f"{server.url}{path}")
            page.wait_for("document.querySelector('.kept li')")
            shown = page.run("document.querySelector('.kept').innerText")
            assert "<b>Plan</b>\n2 changes not saved" in shown
            assert ("isn't kept on this device" in shown) == ("not-kept" in path)
        assert draws_icons_as_they_are(page)
    with browsing(tmp_path) as page:
        ann = Tab(page, server, board)
        page.open(address)
        ann.wait_for_status("Offline — 2 changes kept on this device")
        ann.wait_for_count(2)
        ann.draw(80)
        server.start()
        ann.wait_for_status("Saved")
        assert len(strokes(device.get(board)["state"])) == 3


def test_page_that_was_loaded_past_the_worker_comes_to_it_by_itself(server, device):
    board = device.make_board()
    with browsing() as page:
        Drawer(page, server, board)
        page.wait_for("navigator.serviceWorker.controller")
        begun = len(page.events)
        page.call("Page.reload", ignoreCache=True)
        page.wait_for_event("Page.loadEventFired", begun)
        page.wait_for("navigator.serviceWorker.controller")


def test_worker_that_could_not_be_had_is_asked_for_again_when_the_server_is_back(server, device):
    board = device.make_board()
    refusing = """
        const register = navigator.serviceWorker.register.bind(navigator.serviceWorker);
        window.refused = 0;
        navigator.serviceWorker.register = async (...about) => {
            if (sessionStorage.lets) return register(...about);
            window.refused += 1;
            throw new Error('no network');
        };
    """
    with browsing() as page:
        page.call("Page.addScriptToEvaluateOnNewDocument", source=refusing)
        ann = Drawer(page, server, board)
        page.wait_for("window.refused === 1")
        page.run("sessionStorage.lets = 'yes'")
        server.kill()
        ann.draw()
        ann.wait_for_status("Offline — 1 change kept on this device")
        assert page.run("navigator.serviceWorker.controller") is None
        server.start()
        ann.wait_for_status("Saved")
        page.wait_for("navigator.serviceWorker.controller")


def kept_by_worker(page):
    """The paths of all that isn't a file of the program."""
    found = page.run(
        "caches.keys().then(names => Promise.all(names.map(name => caches.open(name))))"
        ".then(all => Promise.all(all.map(cache => cache.keys())))"
        ".then(all => all.flat().map(request => new URL(request.url).pathname))"
    )
    return {path for path in found if not path.startswith("/static/")}


def draws_icons_as_they_are(page):
    """Whether the files are what this browser draws, but for how it smooths edges."""
    for name in icons.SIZES:
        drawn = Image.open(io.BytesIO(icons.draw(page, name))).convert("RGBA")
        kept = Image.open(icons.STATIC / name).convert("RGBA")
        difference = ImageChops.difference(drawn, kept)
        if max(high for _, high in ImageStat.Stat(difference).extrema) > 64:
            return False
    return True


def newer_program(folder: Path) -> Path:
    """A copy of the program whose page says which version it is."""
    shutil.copytree(Path(solosync.__file__).parent, folder / "solosync")
    built = folder / "solosync" / "web" / "pages" / "built"
    manifest = json.loads((built / "manifest.json").read_text())
    entry = manifest["src/board.tsx"]
    script = (built / entry["file"]).read_text()
    entry["file"] = "board-newer.js"
    (built / entry["file"]).write_text(f"{script};window.isNewer = true")
    (built / "manifest.json").write_text(json.dumps(manifest))
    return folder


def test_newer_program_reaches_a_page_that_is_open(server, device, tmp_path):
    board = device.make_board()
    is_offered = (
        "document.querySelector('.renewed')?.textContent.includes('A new version is ready')"
    )
    with browsing() as page:
        ann = Drawer(page, server, board)
        page.wait_for("navigator.serviceWorker.controller")
        server.kill()
        ann.draw()
        folder = newer_program(tmp_path / "newer")
        server.program = ("env", f"PYTHONPATH={folder}", sys.executable, "-P", "-m", "solosync")
        server.start()
        page.wait_for(is_offered)
        assert page.run("window.isNewer") is None
        page.follow("document.querySelector('.renewed button').click()")
        page.wait_for(f"window.isNewer && {STATUS} === 'Saved'")
        ann.wait_for_count(1)
        assert not page.run(is_offered)
        server.kill()
        page.open(f"{server.url}/boards/{board}/draw")
        page.wait_for("window.isNewer")
        ann.wait_for_count(1)
