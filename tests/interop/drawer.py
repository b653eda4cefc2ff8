"""Somebody who draws on a board's page, in a real browser."""

from __future__ import annotations

import base64
import contextlib
import json
from collections.abc import Iterator
from typing import Any

from PIL import Image

from tests.browser import browsing
from tests.live import EMAIL, PASSWORD, LiveServer, SignIn

STATUS = "document.querySelector('#status')?.textContent"
LABEL = "document.querySelector('#canvas')?.ariaLabel"
LINE = [(400, 300), (430, 320), (460, 330), (490, 320), (520, 300)]
PICTURE = (
    "(() => { const [paper, page] = document.querySelectorAll('#canvas canvas');"
    "paper.getContext('2d').drawImage(page, 0, 0); return paper.toDataURL() })()"
)
# A network that lets requests through and no sockets.
NO_SOCKETS = """
    window.WebSocket = class extends WebSocket {
        constructor (url) { super(url.replace("/ws/", "/nowhere/")) }
    }
"""
# What a browser does when it has no space left: the transaction comes to nothing.
FULL = """
    window.add = IDBObjectStore.prototype.add;
    IDBObjectStore.prototype.add = function (value) {
        const request = window.add.call(this, value);
        this.transaction.abort();
        return request;
    };
    undefined
"""
OFFLINE = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}


class Drawer:
    """Somebody at a board's page."""

    def __init__(self, page, server, board):
        self.page, self.server, self.board = page, server, board
        page.open(f"{server.url}/")
        page.follow(
            f"document.querySelector('[name=email]').value = {EMAIL!r};"
            f"document.querySelector('[name=password]').value = {PASSWORD!r};"
            "document.querySelector('form').submit()"
        )
        self.open()

    def open(self):
        self.page.open(f"{self.server.url}/boards/{self.board}/draw")
        self.wait_for_status("Saved")

    def wait_for_status(self, text):
        self.page.wait_for(f"{STATUS} === {json.dumps(text)}")

    def wait_for_count(self, count):
        """Until so many elements are on the page that is shown."""
        self.page.wait_for(f"{LABEL}.includes('On this page: {count}.')")

    def mouse(self, kind, point, **about):
        settings = {"button": "left", "buttons": 1, "clickCount": 1} | about
        self.page.call("Input.dispatchMouseEvent", type=kind, x=point[0], y=point[1], **settings)

    def drag(self, *points, **about):
        self.mouse("mousePressed", points[0], **about)
        for point in points[1:]:
            self.mouse("mouseMoved", point, **about)
        self.mouse("mouseReleased", points[-1], **about)

    def draw(self, down=0, **about):
        self.drag(*((x, y + down) for x, y in LINE), **about)

    def touch(self, kind, *points):
        fingers = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        self.page.call("Input.dispatchTouchEvent", type=kind, touchPoints=fingers)

    def press(self, key, *, control=False, shift=False):
        self.page.run(
            "document.querySelector('#canvas').dispatchEvent(new KeyboardEvent('keydown', "
            f"{{key: {key!r}, ctrlKey: {json.dumps(control)}, shiftKey: {json.dumps(shift)}, "
            "bubbles: true}))"
        )

    def go_offline(self, is_offline=True):
        self.page.call("Network.emulateNetworkConditions", offline=is_offline, **OFFLINE)

    def has_ink(self, left, top, right, bottom, *, layer=1):
        """A question to the page: does the canvas show something in this part of the window? The
        paper is layer 0, and what is being done layer 2."""
        return (
            f"(() => {{ const canvas = document.querySelectorAll('#canvas canvas')[{layer}];"
            "if (!canvas) return false;"
            "const at = canvas.getBoundingClientRect();"
            f"const part = [{left} - at.left, {top} - at.top, {right - left}, {bottom - top}];"
            "return canvas.getContext('2d').getImageData(...part).data.some(value => value > 0)"
            "})()"
        )

    def picture(self) -> bytes:
        """What the canvas shows, as a PNG; put onto its paper, so once only."""
        return base64.b64decode(self.page.run(PICTURE).partition(",")[2])

    def complaints(self):
        """What the browser has against the page, for one that never was offline."""
        names = ("Runtime.exceptionThrown", "Log.entryAdded")
        return [about for name, about in self.page.events if name in names]


@contextlib.contextmanager
def drawing(server: LiveServer, board: str) -> Iterator[Drawer]:
    with browsing() as page:
        yield Drawer(page, server, board)


def page_of(device: SignIn, board: str) -> dict[str, Any]:
    """The first page of the board, as the server has it."""
    page: dict[str, Any] = device.get(board)["state"]["pages"][0]
    return page


def around_ink(picture: Image.Image) -> Image.Image:
    """What is drawn, with little paper around it."""
    box = picture.convert("L").point(lambda level: 255 * (level < 235)).getbbox()
    assert box is not None
    left, top, right, bottom = box
    return picture.crop((left - 10, top - 10, right + 10, bottom + 10))
