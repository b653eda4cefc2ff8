"""Signing in and working: from a program, from a page of another origin that may, and from one that
may not."""

import contextlib
import functools
import re
import sqlite3
from typing import Any, NamedTuple

import pytest

from solosync import paths
from solosync.ids import new_id
from tests.browser import browsing, find_browser
from tests.interop.askers import Jar, Tab, another_origin, tls_in_front
from tests.live import EMAIL, PASSWORD, LiveServer
from tests.mailboxes import Mailbox, make_certificate, server_context
from tests.servers import free_port

BOARDS = "/api/v1/solo/sessions/"
COOKIES = {"access_token", "refresh_token", "id_token"}
in_a_browser = [
    pytest.mark.browser,
    pytest.mark.skipif(find_browser() is None, reason="no browser here"),
]


@pytest.fixture(scope="module")
def mailbox():
    with Mailbox() as mailbox:
        yield mailbox


class World(NamedTuple):
    """A server, where browsers find it, and pages: of an origin that may use it, and of one that
    may not. Both are of the server's own site (ports don't count), or both of another, over TLS: in
    either case the browser sends the cookies along, and only the server can tell them apart."""

    server: LiveServer
    url: str
    allowed: str
    stranger: str


SAME_SITE, ANOTHER_SITE = "same site", "another site"


def origins(stack, tls):
    scheme = "http" if tls is None else "https"
    ports = [stack.enter_context(another_origin(tls)) for _ in range(2)]
    return [f"{scheme}://127.0.0.1:{port}" for port in ports]


@pytest.fixture(scope="module")
def find_world(tmp_path_factory, mailbox):
    """The one for pages of a site, made when it is first asked for."""
    with contextlib.ExitStack() as stack:

        @functools.cache
        def find(site):
            folder = tmp_path_factory.mktemp("world")
            settings = mailbox.settings() | {"registration": "open"}
            tls = server_context(make_certificate(folder)) if site == ANOTHER_SITE else None
            allowed, stranger = origins(stack, tls)
            settings["cors_origins"] = allowed
            door = free_port()
            if tls is not None:
                settings["public_url"] = f"https://localhost:{door}"
            given = [f"--{name.replace('_', '-')}={value}" for name, value in settings.items()]
            server = stack.enter_context(LiveServer(folder / "data", *given))
            if tls is not None:
                stack.enter_context(tls_in_front(door, tls, server.port))
            return World(server, settings.get("public_url", server.url), allowed, stranger)

        yield find


@pytest.fixture(scope="module")
def browser():
    with browsing() as page:
        page.call("Security.setIgnoreCertificateErrors", ignore=True)
        yield page


@pytest.fixture
def page(browser):
    browser.call("Network.clearBrowserCookies")
    return browser


@pytest.fixture
def email():
    return f"bob-{new_id()}@example.org"


ASKERS = [
    pytest.param(("jar", SAME_SITE), id="a program"),
    pytest.param(("tab", SAME_SITE), id="a page", marks=in_a_browser),
    pytest.param(("tab", ANOTHER_SITE), id="a page of another site", marks=in_a_browser),
]


@pytest.fixture(params=ASKERS)
def asker(request, find_world):
    kind, site = request.param
    world = find_world(site)
    if kind == "jar":
        with contextlib.closing(Jar(world.url)) as jar:
            yield jar
    else:
        yield Tab(request.getfixturevalue("page"), world.allowed, world.url)


def code_of(mailbox, digits):
    [code] = re.findall(rf"\b\d{{{digits}}}\b", mailbox.wait().part("plain"))
    return code


def done(answer, status, message=None):
    assert answer.status == status, answer.text
    if message is not None:
        assert answer.json == {"status": "success", "message": message}
    return answer


def sign_in_by_code(asker, mailbox, email):
    body = {"username": email, "password": "a long enough one", "email": email, "full_name": "Bob"}
    done(asker.ask("POST", "/api/register/", body), 201, "User registered successfully!")
    done(asker.ask("POST", "/api/request-otp/", {"email": email}), 200, f"OTP sent to {email}")
    given = {"email": email, "otp": code_of(mailbox, 6)}
    done(asker.ask("POST", "/api/verify-otp/", given), 200, "Login successful!")


def test_the_team_client_registers_works_renews_and_leaves(asker, mailbox, email):
    sign_in_by_code(asker, mailbox, email)
    first = asker.cookies()
    assert first.keys() >= COOKIES
    assert all(is_hidden for _, is_hidden in first.values())

    assert done(asker.ask("GET", "/api/v1/me"), 200).json["email"] == email
    made = done(asker.ask("POST", BOARDS, {"name": "Ours"}, idempotency_key="one"), 201)
    again = done(asker.ask("POST", BOARDS, {"name": "Ours"}, idempotency_key="one"), 201)
    board = f"{BOARDS}{made.json['id']}/"
    assert again.json["id"] == made.json["id"]
    read = done(asker.ask("GET", board), 200)
    assert read.headers["etag"] and read.headers["x-request-id"]
    done(asker.ask("PATCH", board, {"name": "Mine"}, if_match=read.headers["etag"]), 200)
    done(asker.ask("DELETE", board), 204)

    done(asker.ask("POST", "/api/refresh/"), 204)
    second = asker.cookies()
    assert second["refresh_token"] != first["refresh_token"]
    asker.forget("access_token")
    done(asker.ask("GET", "/api/v1/me"), 200)  # by the refresh token alone
    third = asker.cookies()
    assert third["access_token"] and third["refresh_token"] != second["refresh_token"]

    done(asker.ask("POST", "/api/logout/"), 200, "Logged out")
    assert not asker.cookies().keys() & COOKIES
    problem = done(asker.ask("GET", "/api/v1/me"), 401)
    assert problem.headers["content-type"] == "application/problem+json"
    refused = done(asker.ask("POST", "/api/refresh/"), 401)
    assert refused.json["status"] == "error"


def test_the_platform_client_signs_in_by_password_and_by_mail_and_works(asker, mailbox, email):
    by_password = {"email": EMAIL, "password": PASSWORD}
    pair = done(asker.ask("POST", "/api/auth/jwt/token/", by_password), 200).json
    pair = done(asker.ask("POST", "/api/auth/jwt/refresh/", {"refresh": pair["refresh"]}), 200).json
    done(asker.ask("POST", "/api/auth/jwt/verify/", {"token": pair["access"]}), 200)
    ann = {"authorization": f"Bearer {pair['access']}"}
    assert done(asker.ask("GET", "/api/v1/me", **ann), 200).json["email"] == EMAIL
    board = done(asker.ask("POST", BOARDS, {"name": "Ours"}, **ann), 201).json["id"]
    boards = done(asker.ask("GET", BOARDS, **ann), 200).json["results"]
    assert board in [found["id"] for found in boards]

    done(asker.ask("POST", "/api/auth/magic/request/", {"email": email}), 202)
    token = code_of(mailbox, 8)
    verified = done(asker.ask("POST", "/api/auth/magic/verify/", {"token": token}), 200).json
    bob = {"authorization": f"Bearer {verified['access']}"}
    assert verified["user"]["email"] == email
    done(asker.ask("GET", f"{BOARDS}{board}/", **bob), 404)
    used = done(asker.ask("POST", "/api/auth/magic/verify/", {"token": token}), 400)
    assert used.json["error"] == "invalid_or_expired"
    assert asker.cookies() == {}


# What jobs change by themselves (thumbnails, what became of mails) is left out.
CONTENT = (
    "SELECT * FROM users",
    "SELECT device_id, user_id, name, kind, created_at, revoked_at FROM devices",
    "SELECT * FROM refresh_tokens",
    "SELECT * FROM sign_in_codes",
    "SELECT session_id, name, rev, deleted_at FROM sessions",
    "SELECT * FROM updates",
)


def content(server):
    """All that people have here, as it is stored."""
    with contextlib.closing(sqlite3.connect(server.folder / paths.DATABASE_NAME)) as db:
        return [db.execute(query).fetchall() for query in CONTENT]


@pytest.mark.browser
@pytest.mark.skipif(find_browser() is None, reason="no browser here")
class TestInTheBrowserOfSomebodyWhoIsSignedIn:
    @pytest.fixture(params=[SAME_SITE, ANOTHER_SITE])
    def world(self, request, find_world):
        return find_world(request.param)

    @pytest.fixture
    def friend(self, world, page, mailbox, email):
        """The page that may, in which they have signed in."""
        tab = Tab(page, world.allowed, world.url)
        sign_in_by_code(tab, mailbox, email)
        return tab

    @pytest.fixture
    def board(self, friend):
        return friend.ask("POST", BOARDS, {"name": "Ours"}).json["id"]

    @pytest.fixture
    def stranger(self, world, page, board):
        return Tab(page, world.stranger, world.url)

    def test_cookies_are_for_the_server_alone(self, world, friend):
        is_tls = world.url.startswith("https:")
        for name in COOKIES:
            cookie = friend.cookie(name)
            assert cookie["httpOnly"] and cookie["path"] == "/"
            assert (cookie["secure"], cookie["sameSite"]) == (is_tls, "None" if is_tls else "Lax")

    def test_a_page_that_may_opens_sockets_and_another_does_not(self, friend, board, stranger):
        assert stranger.open_socket(f"/ws/boards/{board}") == 4403
        friend.reopen()
        assert friend.open_socket(f"/ws/boards/{board}") == "open"

    def test_a_page_that_may_not_reads_nothing(self, stranger, board):
        assert stranger.cookies().keys() >= COOKIES
        asked = ["/api/v1/me", BOARDS, f"{BOARDS}{board}/", "/api/schema/", "/", "/health/ready"]
        for path in asked:
            for mode in ("cors", "no-cors"):
                answer = stranger.ask("GET", path, mode=mode)
                assert (answer.status, answer.text, answer.headers) == (None, "", {}), path

    def test_a_page_that_may_not_changes_nothing(self, world, friend, stranger, board, mailbox):
        otp = {"email": EMAIL, "otp": "000000"}
        person = {"username": "x", "password": "long enough", "email": "x@example.org"}
        asked: list[tuple[str, str, Any]] = [
            ("POST", BOARDS, {"name": "Theirs"}),
            ("POST", f"{BOARDS}{board}/duplicate/", None),
            ("POST", f"{BOARDS}{board}/beacon/", {"state": {"pages": []}}),
            ("POST", f"{BOARDS}{board}/save-stream/", {"state": {"pages": []}}),
            ("POST", "/api/register/", {**person, "full_name": ""}),
            ("POST", "/api/request-otp/", {"email": EMAIL}),
            ("POST", "/api/verify-otp/", otp),
            ("POST", "/api/refresh/", None),
            ("POST", "/api/logout/", None),
            ("POST", "/sign-out", None),
        ]
        before = content(world.server), stranger.cookies()
        for method, path, body in asked:
            for mode in ("cors", "no-cors"):
                assert stranger.ask(method, path, body, mode=mode).status is None, path
        unasked = {"name": "Theirs"}
        for method in ("PATCH", "PUT", "DELETE"):
            assert stranger.ask(method, f"{BOARDS}{board}/", unasked).status is None
        token = {"authorization": f"Bearer {stranger.cookies()['access_token'][0]}"}
        assert stranger.ask("POST", BOARDS, unasked, **token).status is None
        for path in ("/sign-out", "/api/logout/", BOARDS):
            assert "another site" in stranger.submit(path)
        assert (content(world.server), stranger.cookies()) == before
        assert mailbox.is_empty
        friend.reopen()
        assert friend.ask("GET", "/api/v1/me").status == 200
