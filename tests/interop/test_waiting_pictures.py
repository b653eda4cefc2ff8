"""Pictures that wait on a device until the server has them: whatever is closed or killed meanwhile,
each comes onto its board, once."""

from tests.browser import IN_BROWSER, browsing
from tests.interop.drawer import FULL, NO_SOCKETS, Drawer
from tests.interop.giving import COPIES, GIVE, PROBLEMS, assets, give, picture

pytestmark = IN_BROWSER
LISTED = "(document.querySelector('.kept li')?.innerText ?? '')"
UNSAVED = "document.querySelector('#unsaved').innerText"
EMPTY = "Offline — changes will be kept on this device"
KEPT = "Offline — {} kept on this device"

# What browsers don't have on plain http in a network, by which tabs would send one after the other.
PLAIN = """
    Object.defineProperty(Navigator.prototype, 'locks', { value: undefined });
    Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined });
"""
REFUSING = """
    window.ask = fetch;
    window.fetch = (address, ...more) => address.includes('/uploads/presign')
        ? Promise.resolve(new Response('{}', { status: 403 }))
        : window.ask(address, ...more);
    undefined
"""


class Tab(Drawer):
    """One of somebody who is signed in already."""

    def __init__(self, page, server, board):
        self.page, self.server, self.board = page, server, board


def drop(ann, *files, at=(400, 300), extra=0):
    ann.page.run(GIVE)
    give(ann, "drop", *files, at=at, extra=extra)


def test_picture_put_on_a_board_without_the_server_outlives_tab_browser_and_server(
    server, device, tmp_path
):
    board = device.make_board()
    address = f"{server.url}/boards/{board}/draw"
    with browsing(tmp_path / "browser") as page:
        ann = Drawer(page, server, board)
        page.wait_for("navigator.serviceWorker.controller")
        server.kill()
        ann.wait_for_status(EMPTY)
        drop(ann, picture("PNG", (300, 200), "red"))
        ann.wait_for_status(KEPT.format("1 change"))
        drop(ann, picture("JPEG", (200, 100), "blue"), at=(700, 300))
        ann.draw(200)
        ann.wait_for_status(KEPT.format("3 changes"))
        page.open(f"{server.url}/")  # the tab that had them is no more
        page.wait_for(f"{LISTED}.includes('3 changes not saved')")
    with browsing(tmp_path / "browser") as page:
        ann = Tab(page, server, board)
        page.open(address)
        ann.wait_for_status(KEPT.format("3 changes"))
        page.wait_for(f"{PROBLEMS}.join() === 'offline,offline'")
        page.wait_for(ann.has_ink(300, 200, 900, 600, layer=2))
        server.start()
        ann.wait_for_status("Saved")
        ann.wait_for_count(3)
        assert page.run(PROBLEMS) == []
        page.open(address)
        ann.wait_for_status("Saved")
        ann.wait_for_count(3)
    red, blue = assets(device, board)
    assert (red["width"], blue["width"]) == (300, 200)
    assert [one["zIndex"] for one in (red, blue)] == [1, 2]
    for one in (red, blue):
        assert device.http.get(one["src"]).status_code == 200


def test_pictures_are_sent_once_from_whichever_page_comes_next(server, device):
    board, gone = device.make_board(), device.make_board()
    with browsing() as page:
        ann = Drawer(page, server, board)
        with page.tab() as second:
            other = Tab(second, server, board)
            for tab in (ann, other):
                tab.page.call("Page.addScriptToEvaluateOnNewDocument", source=PLAIN)
                tab.open()
            server.kill()
            for tab in (ann, other):
                tab.wait_for_status(EMPTY)
            drop(ann, picture("PNG", (300, 200), "red"))
            drop(other, picture("PNG", (200, 200), "green"), at=(700, 300))
            for tab in (ann, other):  # both know of both
                tab.wait_for_status(KEPT.format("2 changes"))
            server.start()
            for tab in (ann, other):
                tab.wait_for_status("Saved")
                tab.wait_for_count(2)
        assert len(assets(device, board)) == 2

        ann.board = gone
        ann.open()
        server.kill()
        ann.wait_for_status(EMPTY)
        drop(ann, picture("PNG", (300, 200), "red"))
        ann.wait_for_status(KEPT.format("1 change"))
        page.open("about:blank")
        server.start()
        found = page.call("Page.addScriptToEvaluateOnNewDocument", source=NO_SOCKETS)
        page.open(f"{server.url}/settings")  # which sends it, too, but for the sockets
        page.wait_for(
            "document.querySelector('#kept-here').innerText.includes('1 change not saved')"
        )
        page.run("document.querySelector('#kept-here button').click()")
        page.wait_for("document.querySelectorAll('#kept-here li').length === 1")
        page.call("Page.removeScriptToEvaluateOnNewDocument", **found)
        page.open(f"{server.url}/")
        page.wait_for(f"{UNSAVED}.endsWith('1 change from this device saved.')")
        assert len(assets(device, gone)) == 1
        page.open(f"{server.url}/")
        assert page.run(UNSAVED) == ""

        ann.open()
        server.kill()
        ann.wait_for_status(EMPTY)
        drop(ann, picture("PNG", (300, 200), "blue"))
        ann.wait_for_status(KEPT.format("1 change"))
        page.open("about:blank")
        server.start()
        device.http.delete(f"/api/v1/solo/sessions/{gone}/")
        page.open(f"{server.url}/")
        page.wait_for("document.querySelector('#unsaved button')")
        page.follow("document.querySelector('#unsaved button').click()")
        ann.wait_for_status("Saved")
        ann.wait_for_count(2)
        rescued = page.run("location.pathname.split('/')[2]")
        assert len(assets(device, rescued)) == 2


def test_picture_that_isnt_taken_or_finds_no_room_is_never_called_saved_or_kept(server, device):
    board = device.make_board()
    with browsing() as page:
        page.call("Storage.overrideQuotaForOrigin", origin=server.url, quotaSize=3_000_000)
        ann = Drawer(page, server, board)
        page.run(REFUSING)
        drop(ann, picture("PNG", (300, 200), "red"), extra=700_000)
        ann.wait_for_status("Not saved: 1 picture")
        assert page.run(PROBLEMS) == ["refused"]
        ann.open()
        ann.wait_for_count(1)

        server.kill()
        ann.wait_for_status(EMPTY)
        assert len(page.run(COPIES)) == 1
        drop(ann, picture("PNG", (300, 200), "green"), extra=5_000_000)
        ann.wait_for_status("Offline — 1 change only in this tab: keep it open")
        page.wait_for("document.querySelector('.sending').innerText.includes('has no room')")
        assert page.run(COPIES) == []  # which made room for it, as the browser will notice
        page.call("Storage.overrideQuotaForOrigin", origin=server.url)
        drop(ann, picture("PNG", (300, 200), "blue"))
        ann.wait_for_status(KEPT.format("2 changes"))
        page.open("about:blank")
        server.start()
        ann.open()
        ann.wait_for_count(3)

        page.run(FULL)  # it is put on the board, which can't be noted here
        drop(ann, picture("PNG", (300, 200), "black"))
        ann.wait_for_count(4)
        ann.wait_for_status("Saved")
        ann.open()
        ann.wait_for_count(4)
    assert len(assets(device, board)) == 4
