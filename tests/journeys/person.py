"""Somebody at a browser of their own, as far as their eyes and hands go."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.live import EMAIL, PASSWORD
from tests.nodejs import CACHE

PICTURES = CACHE / "journeys"
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
CANVAS = "#canvas canvas"
LINE = [(400, 300), (430, 320), (460, 330), (490, 320), (520, 300)]
DRAWN = """canvas => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let sum = 0;
    let count = 0;
    for (let at = 0; at < data.length; at += 4) {
        if (data[at + 3] === 0) continue;
        count++;
        for (let on = 0; on < 4; on++) sum = (Math.imul(sum, 31) + data[at + on] * at) | 0;
    }
    return [count, sum];
}"""

Point = tuple[float, float]


class Person:
    """With cookies, storage and a network of their own."""

    def __init__(self, browser: Browser, url: str, **about: Any) -> None:
        self.url = url
        self.context = browser.new_context(**({"viewport": {"width": 1280, "height": 800}} | about))
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.context.on("request", lambda request: self.asked.append(request.url))
        self.context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.context.on("console", self._listen)
        self.page: Page = self.context.new_page()
        self._tools = self.context.new_cdp_session(self.page)

    def _listen(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def sign_in(self, email: str = EMAIL) -> None:
        """In any language."""
        self.page.goto(self.url)
        self.page.locator("#email").fill(email)
        self.page.locator("#password").fill(PASSWORD)
        self.page.locator("#password").press("Enter")
        expect(self.page.locator("form[action='/sign-out']")).to_be_visible()

    def open(self, board: str) -> None:
        self.page.goto(f"{self.url}/boards/{board}/draw")
        self.see_status("saved")

    def see_status(self, state: str) -> None:
        expect(self.page.locator("#status")).to_have_attribute("data-state", state)

    def see_count(self, count: int) -> None:
        """Until so many elements are on the page that is shown."""
        said = f": {count}. "
        expect(self.page.get_by_role("application")).to_have_attribute(
            "aria-label", re.compile(re.escape(said))
        )

    def drag(self, *points: Point) -> None:
        self.page.mouse.move(*points[0])
        self.page.mouse.down()
        for point in points[1:]:
            self.page.mouse.move(*point)
        self.page.mouse.up()

    def draw(self, down: float = 0, right: float = 0) -> None:
        self.drag(*((x + right, y + down) for x, y in LINE))

    def touch(self, kind: str, *points: Point) -> None:
        """`touchStart`, `touchMove` or `touchEnd`, with so many fingers."""
        fingers = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        self._tools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})

    def drawn(self) -> list[int]:
        """How many pixels of the board's own layer are drawn, and a sum of them all."""
        found: list[int] = self.page.locator(CANVAS).nth(1).evaluate(DRAWN)
        return found

    def look(self, name: str) -> None:
        """Keeps a picture of what there is to see."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png")

    def close(self) -> None:
        self.context.close()
