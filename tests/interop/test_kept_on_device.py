"""What is kept in a browser and whose it is: signing out, an expired sign-in, somebody else at the
same browser, and boards that are gone meanwhile."""

import json

import pytest

from tests.browser import IN_BROWSER, browsing
from tests.interop.drawer import NO_SOCKETS, STATUS, Drawer
from tests.live import EMAIL, PASSWORD, PREFIX, strokes

pytestmark = IN_BROWSER
BOB = "bob@example.org"
UNSAVED = "document.querySelector('#unsaved').innerText"
QUESTION = "document.querySelector('dialog.leaving')"
NOTICE = "document.querySelector('.notice')"
# In all databases of boards.
OPENED_LONG_AGO = """
    indexedDB.databases().then(all => all.filter(({name}) => name.startsWith("solosync/")))
    .then(all => Promise.all(all.map(({name}) => new Promise(done => {
        const opening = indexedDB.open(name);
        opening.onsuccess = () => {
            const stores = opening.result.objectStoreNames;
            const writing = opening.result.transaction(stores, "readwrite");
            writing.objectStore("custom").put(Date.now() - 61 * 24 * 3600 * 1000, "opened");
            writing.oncomplete = () => { opening.result.close(); done() };
        };
    }))))
"""
# With what no page knows, and what JavaScript would change.
STATE = {
    "pages": [
        {
            "id": "p1",
            "name": "One",
            "$odd": [],
            "strokes": [
                {"id": "s1", "tool": "pen", "points": [{"x": 1, "y": 2}], "size": 2, "$x": None},
                {"id": "s2", "big": 12345678901234567890, "in": [98765432109876543210, "\u2028"]},
                7,
            ],
            "texts": [],
        },
        "no page",
    ],
    "meta": {"by": "<ann>", "$of": {}},
    "shapes": [],
    "zoom": 1.5,
}


@pytest.fixture
def device(server):
    server.solosync("users", "add", BOB, "--password-stdin", stdin=PASSWORD)
    return server.sign_in()


class Person(Drawer):
    def draw_unsaved(self, times=1):
        """Changes that stay on the device; the tab stays without a connection."""
        self.go_offline()
        self.page.wait_for("document.querySelector('#status').dataset.state === 'offline'")
        for time in range(times):
            self.draw(40 * time)
        self.page.wait_for("!/will be/.test(document.querySelector('#status').textContent)")

    def visit(self, path):
        self.page.open(f"{self.server.url}{path}")

    def click(self, words, within="document", *, leads_away=False):
        button = f"[...{within}.querySelectorAll('button')].find(it => it.innerText === {words!r})"
        (self.page.follow if leads_away else self.page.run)(f"{button}.click()")

    def sign_out(self):
        self.click("Sign out")

    def sign_in(self, email=EMAIL):
        self.page.wait_for("document.querySelector('#email')")
        self.page.run(f"document.querySelector('#email').value = {email!r}")
        self.page.run(f"document.querySelector('#password').value = {PASSWORD!r}")
        self.page.follow("document.querySelector('main form').requestSubmit()")


class OtherTab(Person):
    def __init__(self, page):
        self.page = page


def test_signing_out_asks_and_nobody_else_gets_what_is_kept(server, device):
    board = device.make_board()
    device.http.patch(f"{PREFIX}{board}/", json={"name": "Plan"})
    with browsing() as page:
        ann = Person(page, server, board)
        page.run("navigator.serviceWorker.ready.then(() => true)")
        page.call("Page.addScriptToEvaluateOnNewDocument", source=NO_SOCKETS)
        page.open(f"{server.url}/boards/{board}/draw")
        ann.wait_for_status("Offline — changes will be kept on this device")
        ann.draw()
        ann.draw(40)
        ann.wait_for_status("Offline — 2 changes kept on this device")
        ann.visit("/")
        page.wait_for(f"{UNSAVED} === 'Plan: saving 2 changes from this device…'")
        ann.sign_out()
        page.wait_for(f"{QUESTION}?.innerText.includes('Plan: 2 changes not saved')")
        ann.click("Cancel", QUESTION)
        page.wait_for(f"!{QUESTION}")
        assert page.run("document.querySelector('form.who') !== null")
        ann.sign_out()
        page.wait_for(QUESTION)
        ann.click("Sign out and keep them on this device", QUESTION, leads_away=True)

        ann.sign_in(BOB)
        assert page.run(UNSAVED) == ""
        ann.visit("/settings")
        page.wait_for("document.querySelector('#kept-here').innerText.includes('Nothing is kept')")
        page.open(f"{server.url}/boards/{board}/draw")
        assert page.run("document.body.innerText.includes('no such board')")
        ann.visit("/")
        ann.click("Sign out", leads_away=True)  # with nothing unsaved, nothing is asked

        ann.sign_in()
        page.wait_for(f"{UNSAVED}.startsWith('Plan')")
        with page.tab() as other:
            other.open(f"{server.url}/boards/{board}/draw")
            other.wait_for(f"{STATUS} === 'Saved'")
            drawn = strokes(device.get(board)["state"])
            ann.visit("/")
            ann.click("Sign out", leads_away=True)
            other.wait_for(f"{STATUS} === 'You are signed out.'")
        ann.sign_in()
        ann.visit("/settings")
        page.wait_for("document.querySelector('#kept-here').innerText.includes('Nothing is kept')")
        assert len(drawn) == 2

        with page.tab() as other:
            other.open(f"{server.url}/boards/{board}/draw")
            other.wait_for(f"{STATUS} === 'Saved'")
            OtherTab(other).draw_unsaved()
            ann.visit("/")
            ann.sign_out()
            page.wait_for(QUESTION)
            ann.click("Sign out and discard them", QUESTION, leads_away=True)
            other.wait_for(f"{STATUS} === 'You are signed out.'")
            other.open("about:blank")  # and nothing warns of what was discarded
        ann.sign_in()
        ann.visit("/settings")
        page.wait_for("document.querySelector('#kept-here').innerText.includes('Nothing is kept')")
        assert len(strokes(device.get(board)["state"])) == 2


def test_expired_sign_in_keeps_changes_and_the_next_one_saves_them(server, device):
    board = device.make_board()
    with browsing() as page:
        ann = Person(page, server, board)
        ann.draw_unsaved(2)
        listed = device.http.get("/api/v1/devices/").json()["data"]
        [browser] = [each["id"] for each in listed if not each["is_current"]]
        assert device.http.delete(f"/api/v1/devices/{browser}/").status_code == 204
        ann.go_offline(False)
        ann.wait_for_status("You are signed out.")
        assert "2 changes kept on this device" in page.run(f"{NOTICE}.innerText")
        way = page.run(f"{NOTICE}.querySelector('a').getAttribute('href')")
        assert way == f"/?next=%2Fboards%2F{board}%2Fdraw"
        ann.visit("/")
        ann.sign_in()
        page.wait_for(f"{UNSAVED}.endsWith('2 changes from this device saved.')")
        assert len(strokes(device.get(board)["state"])) == 2

        ann.visit("/settings")
        page.wait_for("document.querySelectorAll('#kept-here li').length === 1")
        assert "kB" in page.run("document.querySelector('#kept-here li').innerText")
        ann.click("Remove what is saved already")
        page.wait_for("document.querySelectorAll('#kept-here li').length === 0")


def test_changes_of_a_board_that_is_gone_become_a_new_one_or_go(server, device):
    board, other = device.make_board(STATE), device.make_board()
    with browsing() as page:
        ann = Person(page, server, board)
        ann.draw_unsaved()
        before = device.get(board)["state"]
        device.http.delete(f"{PREFIX}{board}/")
        ann.go_offline(False)
        ann.wait_for_status("This board isn't there any more.")
        ann.click("Keep my copy as a new board", NOTICE, leads_away=True)
        ann.wait_for_status("Saved")
        rescued = device.get(page.run("location.pathname.split('/')[2]"))
        assert rescued["name"] == "Untitled (rescued)"
        shown = rescued["state"]["pages"][0]["strokes"]
        shown.remove(next(it for it in shown if it != 7 and len(it["id"]) == 36))  # what was drawn
        assert json.dumps(rescued["state"]) == json.dumps(before)

        ann.board = other
        ann.open()
        ann.draw_unsaved()
        device.http.delete(f"{PREFIX}{other}/")
        ann.go_offline(False)
        ann.visit("/")
        page.wait_for(f"{UNSAVED}.includes('there any more. 1 change not saved.')")
        page.run("window.confirm = () => true")
        ann.click("Discard my copy")
        page.wait_for(f"{UNSAVED} === ''")
        ann.visit("/settings")
        page.wait_for("document.querySelectorAll('#kept-here li').length === 1")
        page.run(OPENED_LONG_AGO)
        ann.visit("/settings")
        page.wait_for("document.querySelector('#kept-here').innerText.includes('Nothing is kept')")


def test_page_left_open_does_nothing_as_somebody_else_who_signed_in_meanwhile(server, device):
    board = device.make_board()
    with browsing() as page, page.tab() as second:
        ann = Person(page, server, board)
        page.call("Network.clearBrowserCookies")
        bob = OtherTab(second)
        second.open(f"{server.url}/")
        bob.sign_in(BOB)
        ann.go_offline()  # its socket, too
        ann.draw()
        page.wait_for(f"{STATUS} === 'Offline — 1 change kept on this device'")
        ann.go_offline(False)
        page.wait_for(f"{NOTICE}?.innerText.startsWith('Somebody else is signed in')")
        assert "1 change kept on this device, not saved" in page.run(f"{NOTICE}.innerText")
        assert strokes(device.get(board)["state"]) == []

        page.call("Network.clearBrowserCookies")
        second.open(f"{server.url}/")
        bob.sign_in(EMAIL)
        ann.open()
        ann.wait_for_count(1)
        assert len(strokes(device.get(board)["state"])) == 1

        page.call("Network.clearBrowserCookies")
        second.open(f"{server.url}/")
        bob.sign_in(BOB)
        page.run("document.querySelector('h1 button').click()")
        page.run("document.querySelector('h1 input').value = 'Whose'")
        page.run("document.querySelector('h1 input').blur()")
        page.wait_for(f"{NOTICE}?.innerText.startsWith('Somebody else is signed in')")
        assert device.get(board)["name"] != "Whose"
