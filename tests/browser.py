"""A real browser without a window, driven over its debugging protocol.

It reaches the loopback alone: every other name leads nowhere, and there is no other way out.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from tests.servers import PATIENCE_SECONDS

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PORT_FILE = "DevToolsActivePort"


def find_browser() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)


IN_BROWSER = [
    pytest.mark.browser,
    pytest.mark.skipif(find_browser() is None, reason="needs a browser"),
]
"""The marks of tests that need one."""


class Page:
    """One tab. `events` are what the browser has told of it so far: `(method, parameters)`."""

    def __init__(self, connection: ClientConnection, address: str) -> None:
        self._connection = connection
        self._address = address
        self._calls = 0
        self.events: list[tuple[str, dict[str, Any]]] = []
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """What the browser answers. Raises RuntimeError with what it has against it."""
        self.cast(method, **parameters)
        while (answer := self._receive()).get("id") != self._calls:
            pass
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        found: dict[str, Any] = answer["result"]
        return found

    @contextlib.contextmanager
    def tab(self) -> Iterator[Page]:
        """Another one of the same browser, in a window of its own: both are seen."""
        target = self.call("Target.createTarget", url="about:blank", newWindow=True)["targetId"]
        address = f"{self._address.rpartition('/')[0]}/{target}"
        with connect(address, max_size=None, ping_interval=None) as connection:
            yield Page(connection, address)
            self.call("Target.closeTarget", targetId=target)

    def cast(self, method: str, **parameters: Any) -> None:
        """Without waiting for the answer, which is thrown away."""
        self._calls += 1
        message = {"id": self._calls, "method": method, "params": parameters}
        self._connection.send(json.dumps(message))

    def open(self, url: str) -> None:
        """Goes there, and waits until the page has loaded."""
        begun = len(self.events)
        self.call("Page.navigate", url=url)
        self.wait_for_event("Page.loadEventFired", begun)

    def follow(self, script: str) -> None:
        """Runs what leads to another page, and waits until that has loaded."""
        begun = len(self.events)
        self.run(script)
        self.wait_for_event("Page.loadEventFired", begun)

    def run(self, script: str) -> Any:
        """What an expression comes to, in the page; a promise is waited for."""
        answer = self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in answer:
            raise RuntimeError(json.dumps(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def wait_for(self, condition: str) -> None:
        """Until an expression is true in the page, looked at again and again."""
        milliseconds = PATIENCE_SECONDS * 1000
        came_true = self.run(
            "new Promise(done => { const begun = Date.now(); const look = () => {"
            f" if ({condition}) done(true);"
            f" else if (Date.now() - begun > {milliseconds}) done(false);"
            " else setTimeout(look, 20) }; look() })"
        )
        assert came_true, f"it never came to that: {condition}"

    def wait_for_event(self, name: str, begun: int = 0) -> None:
        """Until the browser told that, after so many events or as one of them all."""
        while name not in (told for told, _ in self.events[begun:]):
            self._receive()

    def _receive(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self._connection.recv(timeout=PATIENCE_SECONDS + 5))
        if "method" in message:
            self.events.append((message["method"], message["params"]))
        return message


@contextlib.contextmanager
def browsing(kept: Path | None = None) -> Iterator[Page]:
    """A fresh browser, with no cookies and nothing remembered, unless `kept` is the folder of one
    that was closed. It takes no cookies of other sites than the page's, unless that page has them
    for itself: so most browsers do."""
    program = find_browser()
    assert program is not None
    with contextlib.ExitStack() as stack:
        folder = kept or Path(
            stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        )
        chosen = {"cookie_controls_mode": 1}
        (folder / PORT_FILE).unlink(missing_ok=True)
        (folder / "Default").mkdir(parents=True, exist_ok=True)
        (folder / "Default" / "Preferences").write_text(json.dumps({"profile": chosen}))
        process = subprocess.Popen(
            [
                program,
                *("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run"),
                *("--disable-background-networking", "--disable-component-update"),
                "--window-size=1280,900",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
                "--remote-debugging-port=0",
                f"--user-data-dir={folder}",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            port = _port(process, folder)
            tabs = httpx.get(f"http://127.0.0.1:{port}/json").json()
            address = next(tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page")
            # It has enough to do without telling all the time that it is there.
            with connect(address, max_size=None, ping_interval=None) as connection:
                page = Page(connection, address)
                yield page
                if kept:  # it writes what it remembers
                    page.call("Browser.close")
                    process.wait(PATIENCE_SECONDS)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _port(process: subprocess.Popen[bytes], folder: Path) -> int:
    """Where the browser listens; it writes that into its folder."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        with contextlib.suppress(OSError, IndexError, ValueError):
            return int((folder / PORT_FILE).read_text().splitlines()[0])
        assert process.poll() is None, "the browser ended at once"
        assert time.monotonic() < deadline, "the browser doesn't start"
        time.sleep(0.02)  # another process can't be waited for but by asking
