from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser import find_browser
from tests.journeys.person import Person
from tests.live import LiveServer
from tests.servers import PATIENCE_SECONDS

# Names lead nowhere but to this machine: a page that asked another would be noticed.
ARGUMENTS = (
    "--disable-gpu",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
PATIENCE_MS = PATIENCE_SECONDS * 1000


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's own; Playwright brings its driver alone."""
    program = find_browser()
    if program is None:
        pytest.skip("needs a browser")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*ARGUMENTS])
        yield browser
        browser.close()


@pytest.fixture
def server(tmp_path) -> Iterator[LiveServer]:
    with LiveServer(tmp_path / "data") as server:
        yield server


@pytest.fixture
def device(server):
    return server.sign_in()


@pytest.fixture
def arrive(browser, server) -> Iterator[Callable[..., Person]]:
    """A new person at a browser of their own; `about` is as for Playwright's new_context."""
    people: list[Person] = []

    def arrive(**about: Any) -> Person:
        people.append(Person(browser, server.url, **about))
        return people[-1]

    yield arrive
    for person in people:
        person.close()
