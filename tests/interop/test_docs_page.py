"""The page of the API's description, in a real browser that has no way out of this machine."""

from urllib.parse import urlsplit

import httpx

from tests.browser import IN_BROWSER, browsing
from tests.servers import free_port, running

pytestmark = IN_BROWSER
# ReDoc's own, in the corner of the page. The policy keeps it from being asked for.
SIGN = "https://cdn.redoc.ly/redoc/logo-mini.svg"


def test_page_shows_every_operation_finds_them_and_asks_nobody_else(data_dir):
    port = free_port()
    here = f"http://127.0.0.1:{port}"
    with running(port, "--data-dir", str(data_dir)), browsing() as page:
        described = httpx.get(f"{here}/api/schema/").json()
        page.open(f"{here}/api/docs/")
        page.wait_for("document.querySelectorAll('[data-section-id*=\"/operation/\"]').length > 0")
        shown = page.run(
            "[...document.querySelectorAll('div[id*=\"/operation/\"]')].map(it => it.id)"
        )
        expected = {
            operation["operationId"]
            for item in described["paths"].values()
            for operation in item.values()
        }
        assert {section.rpartition("/")[2] for section in shown} == expected

        search(page, "fine-grained")
        page.wait_for("document.querySelector('[role=search] [role=menu]') !== null")
        found = page.run("document.querySelector('[role=search] [role=menu]').innerText")
        assert "Save diff" in found

    events = page.events
    asked = [
        about["request"]["url"] for name, about in events if name == "Network.requestWillBeSent"
    ]
    outside = [url for url in asked if urlsplit(url).netloc != f"127.0.0.1:{port}"]
    assert {url for url in outside if not url.startswith(("blob:", "data:"))} <= {SIGN}
    failed = [about for name, about in events if name == "Network.loadingFailed"]
    assert {about.get("blockedReason") for about in failed} <= {"csp"}
    assert [about for name, about in events if name == "Runtime.exceptionThrown"] == []
    complaints = [about["entry"]["text"] for name, about in events if name == "Log.entryAdded"]
    assert [text for text in complaints if SIGN not in text] == []


def search(page, text):
    page.run("document.querySelector('[role=search] input').focus()")
    page.call("Input.insertText", text=text)
