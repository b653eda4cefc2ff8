"""Who draws on a board by a link that may edit, in real browsers, beside one with an account."""

import contextlib
import threading

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from solosync.board import protocol
from tests.browser import IN_BROWSER, browsing
from tests.interop.drawer import Drawer
from tests.live import PREFIX, LiveServer, strokes
from tests.servers import PATIENCE_SECONDS

pytestmark = IN_BROWSER
MARKUP = '</h1>"><script>document.title = "run"</script><img src=x onerror=alert(1)>'
NAME = "document.querySelector('.own-name input')"
PASSWORD = "document.querySelector('.notice input[name=password]')"
# Its first socket shows a proof that is good no more, as an hour later.
LATE = """
    const Real = WebSocket
    let isFirst = true
    window.WebSocket = class extends Real {
      constructor (url, protocols) {
        super(isFirst ? url.replace(/view=[^&]*/, 'view=old') : url, protocols)
        isFirst = false
      }
    }
"""
PASTE = """
    (() => {
      const clipboardData = new DataTransfer()
      clipboardData.items.add(new File(['x'], 'cat.png', { type: 'image/png' }))
      dispatchEvent(new ClipboardEvent('paste', { clipboardData, cancelable: true }))
    })()
"""

# Strokes of random points, some 30 KB each.
PASTE_MUCH = """
    (() => {
      const random = () => Math.round(Math.random() * 1e7) / 1e6
      const fields = () => ({
        tool: 'pen', points: Array.from({ length: 1000 }, () => ({ x: random(), y: random() }))
      })
      const items = Array.from({ length: 60 }, () => ({ list: 'strokes', fields: fields() }))
      const clipboardData = new DataTransfer()
      clipboardData.setData('application/x-solosync+json', JSON.stringify({ page: '', items }))
      document.dispatchEvent(new ClipboardEvent('paste', { clipboardData, cancelable: true }))
    })()
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with LiveServer(tmp_path_factory.mktemp("guests") / "data") as server:
        yield server


@pytest.fixture(scope="module")
def theirs():
    """The guest's browser."""
    with browsing() as page:
        yield page


class Guest(Drawer):
    """Somebody at the page of a link."""

    def __init__(self, page, url):
        self.page = page
        page.open(url)
        self.wait_for_status("Saved")

    def call_oneself(self, name):
        self.page.run(f"{NAME}.focus(); {NAME}.value = {name!r}; {NAME}.blur()")
        self.page.run(f"{NAME}.dispatchEvent(new Event('change', {{ bubbles: true }}))")


def share(device, board, **fields):
    return device.share(board, may_edit=True, **fields)["url"]


class Listener:
    """Somebody who is told who is there, and what they do."""

    def __init__(self):
        self.lengths = []
        self._news = threading.Condition()

    def listen(self, socket):
        with contextlib.suppress(ConnectionClosed):
            while True:
                message = socket.recv()
                if message[0] == protocol.AWARENESS:
                    with self._news:
                        self.lengths.append(len(message))
                        self._news.notify()

    def wait_for_little(self):
        with self._news:
            assert self._news.wait_for(lambda: self.lengths[-1] < 500, PATIENCE_SECONDS)


@contextlib.contextmanager
def listening(device, board):
    listener = Listener()
    with connect(device.socket_address(board)) as socket:
        thread = threading.Thread(target=listener.listen, args=(socket,))
        thread.start()
        yield listener
    thread.join()


def test_guest_draws_with_the_others_until_the_link_is_revoked(server, theirs):
    device = server.sign_in()
    board = device.make_board()
    device.http.patch(f"{PREFIX}{board}/", json={"name": MARKUP})
    url = share(device, board, allow_download=True)
    with browsing() as mine, listening(device, board) as listener:
        ann, guest = Drawer(mine, server, board), Guest(theirs, url)
        guest.call_oneself(MARKUP[:40])
        mine.wait_for("document.querySelector('.others')?.title.startsWith('</h1>')")
        assert mine.run("document.querySelector('.others').textContent") == "2 people here"
        guest.mouse("mousePressed", (400, 300))
        for step in range(0, 400, 3):
            guest.mouse("mouseMoved", (400 + step, 300 + step % 7))
        ends = ((400, 295, 420, 310), (760, 295, 780, 310))  # the pointer isn't at both
        mine.wait_for(" && ".join(ann.has_ink(*end, layer=2) for end in ends))
        assert not mine.run(ann.has_ink(400, 295, 790, 310))
        assert strokes(device.get(board)["state"]) == []
        guest.mouse("mouseReleased", (800, 300))
        ann.wait_for_count(1)
        mine.wait_for(ann.has_ink(400, 295, 790, 310))
        guest.wait_for_status("Saved")
        assert len(strokes(device.get(board)["state"])[0]["points"]) > 130
        assert 1000 < max(listener.lengths) < 4000  # of a stroke that has no end, too
        listener.wait_for_little()
        newest = device.http.get(f"{PREFIX}{board}/versions/").json()["results"][0]
        assert (newest["actor"], newest["device"]) == ("", "share link")
        theirs.run(PASTE)
        theirs.wait_for("document.querySelector('.sending')?.textContent.includes('account')")
        shown = theirs.run("[...document.querySelectorAll('a')].map(a => a.getAttribute('href'))")
        assert all("/solo/shared/" in address for address in shown)
        assert len(shown) == 4
        assert guest.complaints() == ann.complaints() == []
        device.http.delete(f"{PREFIX}{board}/share/")
        guest.wait_for_status("Not shared any more")
        guest.draw(down=100)
        ann.draw(down=200)
        ann.wait_for_count(2)
        ann.wait_for_status("Saved")
    assert len(strokes(device.get(board)["state"])) == 2


def test_guest_comes_back_after_an_hour_with_what_is_not_saved(server, theirs):
    device = server.sign_in()
    board = device.make_board()
    theirs.call("Page.addScriptToEvaluateOnNewDocument", source=LATE)
    guest = Guest(theirs, share(device, board))
    theirs.open(share(device, board, password="open sesame"))
    theirs.follow(
        "document.querySelector('#password').value = 'open sesame';"
        "document.querySelector('form').submit()"
    )
    for password, then in (("guess", "[role=alert]"), ("open sesame", "#canvas")):
        theirs.wait_for(PASSWORD)
        theirs.run(f"{PASSWORD}.value = {password!r}; {PASSWORD}.form.requestSubmit()")
        theirs.wait_for(f"document.querySelector('.notice {then}, {then}')")
    guest.wait_for_status("Saved")
    guest.draw()
    guest.wait_for_count(1)
    guest.wait_for_status("Saved")
    assert len(strokes(device.get(board)["state"])) == 1


def test_what_is_more_than_a_link_takes_at_once_goes_in_several_messages(server, theirs):
    device = server.sign_in()
    board = device.make_board()
    guest = Guest(theirs, share(device, board))
    guest.page.run(PASTE_MUCH)
    guest.wait_for_count(60)
    guest.wait_for_status("Saved")
    guest.go_offline()
    guest.press("z", control=True)
    guest.page.run(PASTE_MUCH)
    guest.press("p")
    guest.draw()
    guest.go_offline(False)
    guest.wait_for_count(61)
    guest.wait_for_status("Saved")
    shown = strokes(device.get(board)["state"])
    assert [len(stroke["points"]) for stroke in shown] == [*[1000] * 60, 5]
