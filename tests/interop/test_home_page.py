"""The pages of a person's boards, in a real browser: what scripts do for them, that no name of
anything runs as one, and that they can be used without seeing them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import IN_BROWSER, Page, browsing
from tests.live import EMAIL, PASSWORD, LiveServer
from tests.nodejs import npm_install

pytestmark = IN_BROWSER
PATHS = ("/", "/trash", "/devices", "/devices/add", "/settings", "/nowhere")
AXE = Path(__file__).parent / "axe"
BOARDS = "/api/v1/solo/sessions/"
NASTY = '</title><img src=x onerror="window.ran=1"><script>window.ran=1</script>\'"`{{7*7}}'
STATE = {"pages": [{"id": "p1", "name": NASTY, "strokes": []}]}
DROP = """(() => {
    const moved = new DataTransfer();
    for (const [name, content] of %s) moved.items.add(new File([content], name));
    const told = {dataTransfer: moved, bubbles: true, cancelable: true};
    document.body.dispatchEvent(new DragEvent("drop", told));
})()"""


@pytest.fixture
def page(server: LiveServer) -> Iterator[Page]:
    """Signed in."""
    with browsing() as page:
        page.open(server.url)
        page.run(f"document.querySelector('#email').value = {json.dumps(EMAIL)}")
        page.run(f"document.querySelector('#password').value = {json.dumps(PASSWORD)}")
        page.follow("document.querySelector('main form').requestSubmit()")
        yield page


def names(page: Page) -> list[str]:
    found: list[str] = page.run("[...document.querySelectorAll('a.name')].map(it => it.innerText)")
    return found


def wait_until_told(page: Page, words: str) -> None:
    page.wait_for(f"document.querySelector('#told').textContent.includes({json.dumps(words)})")


def submit(page: Page, verb: str) -> None:
    """The form of that action of the first board."""
    page.run(f"document.querySelector('.board form[action$=\"/{verb}\"]').requestSubmit()")


def complaints(page: Page) -> list[str]:
    thrown = [str(about) for name, about in page.events if name == "Runtime.exceptionThrown"]
    logged = [about["entry"] for name, about in page.events if name == "Log.entryAdded"]
    return thrown + [entry["text"] for entry in logged if entry["level"] in ("warning", "error")]


def test_boards_are_found_renamed_thrown_away_and_brought_back_without_leaving(server, page):
    device = server.sign_in()
    for name in ("Plan", "Sketch"):
        device.http.post(BOARDS, json={"name": name})
    page.open(server.url)
    page.run("window.here = true")

    page.run("document.querySelector('#search').focus()")
    page.call("Input.insertText", text="pla")
    page.wait_for("document.querySelectorAll('.board').length === 1")
    assert page.run("document.activeElement.id") == "search"
    assert page.run("location.search").startswith("?name=pla")
    page.wait_for("document.querySelectorAll('.htmx-request, .htmx-settling').length === 0")

    page.run("document.querySelector('.board summary').click()")
    page.run("document.querySelector('.board input[name=name]').value = 'Plant'")
    page.run("document.querySelector('.board .line button').focus()")
    submit(page, "rename")
    wait_until_told(page, "new name")
    assert names(page) == ["Plant"]
    page.wait_for("document.activeElement.matches('.board summary')")

    submit(page, "trash")
    wait_until_told(page, "in the trash")
    page.wait_for("document.activeElement.id === 'undo'")
    assert names(page) == []
    page.run("document.activeElement.click()")
    wait_until_told(page, "is back")
    assert names(page) == ["Plant"]

    page.run("document.querySelector('.board input[name=name]').value = '   '")
    submit(page, "rename")
    page.wait_for("document.querySelector('#problem').innerText.includes('255')")
    assert names(page) == ["Plant"]
    assert page.run("window.here")


def test_more_boards_follow_and_the_keyboard_goes_to_the_first_of_them(server, page):
    device = server.sign_in()
    for number in range(25):
        device.http.post(BOARDS, json={"name": f"Board {number:02}"})
    page.open(f"{server.url}/?sort=name")
    page.run("document.querySelector('#more a').focus()")
    page.run("document.querySelector('#more a').click()")
    page.wait_for("document.querySelectorAll('.board').length === 25")
    page.wait_for("document.activeElement.innerText === 'Board 24'")
    assert names(page) == [f"Board {number:02}" for number in range(25)]
    assert complaints(page) == []


def test_dropped_files_become_boards(page):
    page.run(DROP % json.dumps([["One.json", '{"pages": []}'], ["Two.excalidraw", "{}"]]))
    wait_until_told(page, "is a board now")
    assert sorted(names(page)) == ["One", "Two"]
    page.run(DROP % json.dumps([["Three.json", "{}"], [f"{NASTY[2:]}.json", "{"]]))
    page.wait_for("document.querySelector('h1').innerText === 'Not every file became a board'")
    assert page.run("document.querySelector('.error').innerText")
    assert page.run("document.querySelector('.rows a').innerText") == "Three"
    assert page.run("document.querySelector('.rows a').pathname").endswith("/draw")
    assert complaints(page) == []
    assert page.run("window.ran") is None


def test_export_shows_how_far_it_is_and_then_the_file(server, page):
    board = server.sign_in().make_board({"pages": [{"id": "p1", "strokes": []}]})
    page.open(f"{server.url}/boards/{board}")
    page.run("document.querySelector('#export-pdf').click()")
    page.wait_for("document.querySelector('#exports a[download]')")
    address = page.run("document.querySelector('#exports a[download]').href")
    assert page.run(f"fetch({json.dumps(address)}).then(it => it.text())").startswith("%PDF")
    assert complaints(page) == []


def make_nasty_things(server: LiveServer) -> str:
    """Everything that has a name has this one. The id of the board."""
    device = server.sign_in()
    device.http.patch("/api/v1/me/", json={"full_name": NASTY, "username": NASTY})
    for listed in device.http.get("/api/v1/devices/").json()["data"]:
        device.http.patch(f"/api/v1/devices/{listed['id']}/", json={"name": NASTY[:100]})
    boards = [
        device.http.post(BOARDS, json={"name": NASTY, "state": STATE}).json()["id"]
        for _ in range(3)
    ]
    device.http.patch(f"{BOARDS}{boards[0]}/", json={"thumbnail_url": f'x" onerror="{NASTY}'})
    device.http.post(f"{BOARDS}{boards[1]}/export/", json={"format": "json"})
    device.http.delete(f"{BOARDS}{boards[2]}/")
    return str(boards[1])


def test_no_name_runs_as_script_on_any_page(server, page):
    board = make_nasty_things(server)
    paths = (
        "/",
        f"/?name={NASTY[:20]}",
        "/trash",
        f"/boards/{board}",
        "/devices",
        "/settings",
        "/?sort=%3Cscript%3E",
        "/boards/%3Cscript%3E",
    )
    for path in paths:
        page.open(f"{server.url}{path}")
        assert page.run("window.ran") is None, path
        assert page.run("document.querySelectorAll('img[src=x], script:not([src])').length") == 0
    submit_and_look(page, server)
    assert [text for text in complaints(page) if "status of 40" not in text] == []


def submit_and_look(page: Page, server: LiveServer) -> None:
    page.open(server.url)
    submit(page, "duplicate")
    wait_until_told(page, "copy")
    assert any(NASTY[:20] in name for name in names(page))
    assert page.run("window.ran") is None


@pytest.mark.interop
def test_pages_have_no_serious_barriers(server, page):
    npm_install(AXE)
    axe = (AXE / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    device = server.sign_in()
    board, gone = device.make_board(), device.make_board()
    device.http.delete(f"{BOARDS}{gone}/")
    for scheme in ("light", "dark"):
        feature = {"name": "prefers-color-scheme", "value": scheme}
        page.call("Emulation.setEmulatedMedia", features=[feature])
        for path in (*PATHS, f"/boards/{board}"):
            page.open(f"{server.url}{path}")
            assert serious(page, axe) == [], (scheme, path)
    page.open(server.url)
    page.follow("document.querySelector('form.who').requestSubmit()")
    assert serious(page, axe) == []


def serious(page: Page, axe: str) -> list[str]:
    page.run(f"{axe}; undefined")
    page.run("document.querySelectorAll('details').forEach(it => it.open = true)")
    found = page.run("axe.run().then(found => JSON.stringify(found.violations))")
    return [
        f"{entry['id']}: {entry['help']}: {[node['html'] for node in entry['nodes']]}"
        for entry in json.loads(found)
        if entry["impact"] in ("serious", "critical")
    ]
