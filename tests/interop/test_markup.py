"""Markup and script in everything that people can write: every page shows it as the text that it
is, and nothing of it runs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from litestar.routes import HTTPRoute
from websockets.sync.client import connect

from solosync import crypto
from solosync.app import build_app
from solosync.board import protocol
from solosync.config import Config
from solosync.domain import terminals, tokens
from solosync.net import letters
from solosync.net.wording import TEXTS
from solosync.records.mails import Letter
from solosync.store.engine import Store
from tests.browser import IN_BROWSER, Page, browsing
from tests.live import PREFIX, LiveServer

pytestmark = IN_BROWSER
BOB = "o'b&{{7*7}}@example.org"
NO_PAGES = re.compile(
    r"/(?:api|health|metrics|static|files|exports|thumbnails)\b"
    r"|/certificate\.crt|/manifest\.webmanifest|/worker\.js"
    r"|/solo/shared/\{token\}/"
)
WATCH = "addEventListener('securitypolicyviolation', at => ran(at.violatedDirective + at.sample))"
SHOWN = """[document.title, document.documentElement.textContent,
    ...[...document.querySelectorAll('*')].flatMap(it => [...it.attributes].map(own => own.value)),
    ...[...document.querySelectorAll('input, textarea')].map(it => it.value)].join('\\n')"""


def markup(place: str) -> str:
    """Would tell `ran`, as a script, where it was let through."""
    return f"{place}'\"></title></script><img src=x onerror=ran('{place}')>{{{{7*7}}}}${{7*7}}"


STATE: dict[str, Any] = {
    "title": markup("title"),
    "pages": [
        {
            "id": "p1",
            "name": markup("page"),
            "background": markup("background"),
            "strokes": [
                {
                    "id": markup("stroke"),
                    "tool": "pen",
                    "color": markup("colour"),
                    "points": [{"x": 10, "y": 10}, {"x": 90, "y": 90}],
                }
            ],
            "texts": [
                {
                    "id": "t1",
                    "x": 10,
                    "y": 10,
                    "text": markup("text"),
                    "fontFamily": markup("font"),
                },
                {"id": "t2", "type": "note", "x": 10, "y": 80, "text": markup("note")},
            ],
            "assets": [
                {"id": f"a{number}", "x": 0, "y": 0, "width": 40, "height": 40, "src": source}
                for number, source in enumerate(
                    (
                        "javascript:ran('source')",
                        "data:text/html,<script>ran('source')</script>",
                        "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'"
                        " onload='ran(1)'><script>ran('svg')</script></svg>",
                        f"https://a.example/{markup('source')}",
                    )
                )
            ],
        }
    ],
}
EXCALIDRAW: dict[str, Any] = {
    "type": "excalidraw",
    "elements": [
        {
            **{"id": "e1", "type": "text", "x": 0, "y": 0, "width": 90, "height": 25, "version": 1},
            **{"text": markup("text"), "originalText": markup("text"), "fontSize": 20},
            "link": "javascript:ran('link')",
        }
    ],
}


class World:
    """Somebody of staff, and all that has a name here, with markup in each."""

    def __init__(self, server: LiveServer) -> None:
        self.server = server
        with Store.open(server.folder / "solosync.db") as store:
            actor = terminals.find_actor(store)
        access = tokens.new_access(crypto.load_keys(server.folder), actor)
        self.http = httpx.Client(
            base_url=server.url, headers={"Authorization": f"Bearer {access}"}, timeout=60
        )
        server.closes(self.http)
        names = {"full_name": markup("owner"), "username": markup("username")}
        self.ask("PATCH", "/api/v1/me/", names)
        self.ask("PATCH", f"/api/v1/devices/{actor.device_id}/", {"name": markup("device")})
        self.board = self.make_board(markup("board"), STATE)
        later = {"state": STATE | {"meta": {"a": "later"}}}  # so the other one is set aside
        self.http.patch(f"{PREFIX}{self.board}/", json=later, headers={"If-Match": 'W/"rev:0"'})
        self.excalidraw = self.make_board(markup("excalidraw"), EXCALIDRAW)
        self.trashed = self.make_board(markup("trashed"), STATE)
        self.ask("DELETE", f"{PREFIX}{self.trashed}/")
        self.link = self.share(self.board)
        self.pictured = self.share(self.excalidraw)
        self.drawn = self.share(self.make_board(markup("drawn"), STATE), may_edit=True)
        self.locked = self.share(self.make_board(markup("locked"), STATE), password="sesame")
        team = self.ask("POST", "/api/v1/organizations/", {"name": markup("team")})
        self.ask("POST", "/api/v1/api-keys/", {"name": markup("key"), "scopes": ["me:read"]})
        invited = {"email": BOB, "role": "member"}
        path = f"/api/v1/organizations/{team['id']}/invitations/"
        self.invitation = self.ask("POST", path, invited)["link"]
        export = self.ask("POST", f"{PREFIX}{self.board}/export/", {"format": "svg"})
        self.export = export["id"]

    def ask(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        answer = self.http.request(method, path, json=body)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found

    def make_board(self, name: str, state: Any) -> str:
        made: str = self.ask("POST", PREFIX, {"name": name, "state": state})["id"]
        self.ask("PATCH", f"{PREFIX}{made}/", {"state": state | {"meta": {"a": markup("meta")}}})
        return made

    def share(self, board: str, **fields: Any) -> str:
        """Somebody has looked by it, with a program of that name."""
        fields["allow_download"] = True
        link = self.ask("POST", f"{PREFIX}{board}/share/", fields)
        view = f"/api/v1/solo/public/{link['token']}/view/"
        agent = {"User-Agent": markup("agent")}
        httpx.post(f"{self.server.url}{view}", headers=agent, json={"password": "sesame"})
        token: str = link["token"]
        return token


def addresses(world: World) -> dict[str, list[tuple[str, list[str]]]]:
    """For each route that shows a page: where it shows something, and what it shows."""
    query, word = quote(markup("query")), quote(markup("word"), safe="")
    invitation = world.invitation.rpartition("/")[2]
    return {
        "/": [
            ("/", ["board", "owner"]),
            (f"/?name={query}", ["query"]),
            (f"/?sort={query}&done={query}&cursor={query}", []),
        ],
        "/trash": [("/trash", ["trashed"])],
        "/links": [("/links", ["board", "excalidraw"])],
        "/devices": [("/devices", ["device"])],
        "/devices/add": [("/devices/add", ["owner"])],
        "/settings": [("/settings", ["owner", "username"])],
        "/admin/people": [("/admin/people", ["owner"])],
        "/boards/{session_id}": [
            (f"/boards/{world.board}", ["board", "agent"]),
            (f"/boards/{world.excalidraw}", ["excalidraw"]),
            (f"/boards/{word}", []),
        ],
        "/boards/{session_id}/draw": [(f"/boards/{world.board}/draw", ["board", "page"])],
        "/offline": [("/offline", ["board"])],
        "/magic-verify": [(f"/magic-verify?token={query}&email={query}", [])],
        "/register": [(f"/register?email={query}", [])],
        "/link/{token}": [(f"/link/{word}", [])],
        "/invitation/{token}": [
            (f"/invitation/{invitation}", ["team", "owner"]),
            (f"/invitation/{word}", []),
        ],
        "/pair": [(f"/pair?code={query}", [])],
        "/solo/shared/{token}": [
            (f"/solo/shared/{world.link}", ["board", "owner"]),
            (f"/solo/shared/{world.pictured}", ["excalidraw"]),
            (f"/solo/shared/{world.drawn}", ["drawn"]),
            (f"/solo/shared/{world.locked}", []),
            (f"/solo/shared/{word}", []),
        ],
        "nowhere": [(f"/{word}", []), (f"/solo/{word}?{query}", [])],
    }


@pytest.fixture
def page() -> Any:
    """Tells of all that runs of what was written, and of what the pages' policy kept from it."""
    with browsing() as page:
        page.call("Runtime.addBinding", name="ran")
        page.call("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
        yield page


def check(page: Page, where: str) -> None:
    ran = [about["payload"] for name, about in page.events if name == "Runtime.bindingCalled"]
    thrown = [str(about) for name, about in page.events if name == "Runtime.exceptionThrown"]
    logged = [about["entry"] for name, about in page.events if name == "Log.entryAdded"]
    refused = [entry for entry in logged if entry["source"] == "security"]
    assert (ran, thrown, refused) == ([], [], []), where
    assert not page.run("document.querySelector('img[src=x]') !== null"), where


def test_markup_is_text_on_every_page_in_every_file_and_mail(
    server: LiveServer, page: Page, tmp_path: Path
) -> None:
    world = World(server)
    page.open(server.solosync("open", "--no-open").strip())
    page.follow("document.querySelector('main button').click()")
    check_pages(page, world)
    check_drawing_together(page, world)
    check_drawings(page, world, tmp_path)
    check_downloads(world)
    check_mails(page)


def check_pages(page: Page, world: World) -> None:
    walked = addresses(world)
    assert walked.keys() - {"nowhere"} == routes()
    for path, expected in (place for places in walked.values() for place in places):
        page.open(f"{world.server.url}{path}")
        for place in expected:
            page.wait_for(f"({SHOWN}).includes({json.dumps(markup(place))})")
        check(page, path)


def routes() -> set[str]:
    """Those that show a page to whoever opens them."""
    found = {
        route.path_format
        for route in build_app(Config()).routes
        if isinstance(route, HTTPRoute) and "GET" in route.route_handler_map
    }
    return {path for path in found if not NO_PAGES.match(path)}


def check_drawing_together(page: Page, world: World) -> None:
    """Somebody else is there, and calls themself so."""
    page.open(f"{world.server.url}/boards/{world.board}/draw")
    here = {"page": "p1", "x": 20, "y": 20}
    person = {"name": markup("other")[:40], "color": markup("colour")}
    doing = {"page": "p1", "list": "texts", "fields": {"id": "d", "text": markup("doing")}}
    state = json.dumps({"user": person, "cursor": here, "doing": doing})
    access = world.http.headers["Authorization"].removeprefix("Bearer ")
    with connect(f"{world.server.socket_url}/{world.board}?token={access}") as socket:
        socket.send(protocol.encode_awareness([protocol.Presence(4711, 1, state.encode())]))
        page.wait_for(f"({SHOWN}).includes({json.dumps(person['name'])})")
        check(page, "another person")
    page.run("document.querySelector('button[aria-label=History]').click()")
    for tab, place in (("versions", "device"), ("asides", "meta")):
        page.wait_for(f"document.querySelector('#tab-{tab}') !== null")
        page.run(f"document.querySelector('#tab-{tab}').click()")
        page.wait_for(f"({SHOWN}).includes({json.dumps(markup(place))})")
        check(page, tab)


def check_drawings(page: Page, world: World, folder: Path) -> None:
    """Opened by themselves, where no policy would keep anything from running."""
    drawn = folder / "board.svg"
    for board in (world.board, world.excalidraw):
        world.server.solosync("export", board, "--format", "svg", "-o", str(drawn))
        page.open(drawn.as_uri())
        assert page.run("document.querySelectorAll('text, path').length") > 0
        check(page, "SVG")


def check_downloads(world: World) -> None:
    for suffix in ("png", "pdf", "svg", "json"):
        answer = httpx.get(f"{world.server.url}/solo/shared/{world.link}/download?format={suffix}")
        assert answer.status_code == 200
        named = answer.headers["content-disposition"]
        assert re.fullmatch(
            rf"attachment; filename=\"[^\"<>/\\]+\.{suffix}\"; filename\*=UTF-8''[\w.%~-]+", named
        )
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]
        if suffix == "pdf":
            assert not re.search(rb"/(?:JavaScript|JS|OpenAction|AA|URI)\b", answer.content)


def check_mails(page: Page) -> None:
    page.open("about:blank")
    frame = page.call("Page.getFrameTree")["frameTree"]["frame"]["id"]
    fields = {"organization": markup("team"), "inviter": markup("owner"), "role": "member"}
    fields |= {"link": "https://a.example/x", "code": "12345678", "minutes": "15", "days": "7"}
    for language, texts in TEXTS.items():
        for template in texts.mails:
            letter = Letter("m", "ann@example.org", template, language, fields)
            mail = letters.compose(Config(public_url="https://b.example"), letter)
            page.call("Page.setDocumentContent", frameId=frame, html=mail.html)
            check(page, template)
            if template == "invitation":
                assert "<img" in page.run("document.body.textContent")
            assert "\n" not in mail.subject
