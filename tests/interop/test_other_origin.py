"""Signing in and working: from a program, from a page of another origin that may, and from one that
may not."""

import contextlib
import re
import sqlite3

import pytest

from solosync import paths
from tests.browser import browsing, find_browser
from tests.interop.askers import Jar, Tab, another_origin
from tests.live import EMAIL, PASSWORD, LiveServer
from tests.mailboxes import Mailbox

BOARDS = "/api/v1/solo/sessions/"
BOB = "bob@example.org"
COOKIES = {"access_token", "refresh_token", "id_token"}
in_a_browser = [
    pytest.mark.browser,
    pytest.mark.skipif(find_browser() is None, reason="no browser here"),
]


@pytest.fixture
def mailbox():
    with Mailbox() as mailbox:
        yield mailbox


@pytest.fixture
def allowed():
    with another_origin() as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def options(mailbox):
    """What the server is told, beside the origins that may use it."""
    given = mailbox.settings() | {"registration": "open"}
    return [f"--{name.replace('_', '-')}={value}" for name, value in given.items()]


@pytest.fixture
def server(tmp_path, allowed, options):
    with LiveServer(tmp_path / "data", f"--cors-origins={allowed}", *options) as server:
        yield server


@pytest.fixture
def page():
    with browsing() as page:
        yield page


@pytest.fixture(params=["jar", pytest.param("page", marks=in_a_browser)])
def asker(request, server, allowed):
    with contextlib.ExitStack() as stack:
        if request.param == "jar":
            yield stack.enter_context(contextlib.closing(Jar(server.url)))
        else:
            yield Tab(stack.enter_context(browsing()), allowed, server.url)


@pytest.mark.browser
@pytest.mark.skipif(find_browser() is None, reason="no browser here")
def test_a_page_that_may_opens_sockets(page, server, allowed, mailbox):
    tab = Tab(page, allowed, server.url)
    sign_in_by_code(tab, mailbox)
    board = tab.ask("POST", BOARDS, {"name": "Ours"}).json["id"]
    assert tab.open_socket(f"/ws/boards/{board}") == "open"


def code_of(mailbox, digits):
    mail = mailbox.wait()
    return re.search(rf"\b\d{{{digits}}}\b", mail.part("plain"))[0]


def done(answer, status, message=None):
    assert answer.status == status, answer.text
    if message is not None:
        assert answer.json == {"status": "success", "message": message}
    return answer


def sign_in_by_code(asker, mailbox, email=BOB):
    body = {"username": "bob", "password": "a long enough one", "email": email, "full_name": "Bob"}
    done(asker.ask("POST", "/api/register/", body), 201, "User registered successfully!")
    done(asker.ask("POST", "/api/request-otp/", {"email": email}), 200, f"OTP sent to {email}")
    given = {"email": email, "otp": code_of(mailbox, 6)}
    done(asker.ask("POST", "/api/verify-otp/", given), 200, "Login successful!")


def test_the_team_client_registers_works_renews_and_leaves(asker, mailbox):
    sign_in_by_code(asker, mailbox)
    first = asker.cookies()
    assert first.keys() >= COOKIES
    assert all(is_hidden for _, is_hidden in first.values())

    assert done(asker.ask("GET", "/api/v1/me"), 200).json["email"] == BOB
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


def test_the_platform_client_signs_in_by_password_and_by_mail_and_works(asker, mailbox):
    by_password = {"email": EMAIL, "password": PASSWORD}
    pair = done(asker.ask("POST", "/api/auth/jwt/token/", by_password), 200).json
    pair = done(asker.ask("POST", "/api/auth/jwt/refresh/", {"refresh": pair["refresh"]}), 200).json
    done(asker.ask("POST", "/api/auth/jwt/verify/", {"token": pair["access"]}), 200)
    ann = {"authorization": f"Bearer {pair['access']}"}
    assert done(asker.ask("GET", "/api/v1/me", **ann), 200).json["email"] == EMAIL
    board = done(asker.ask("POST", BOARDS, {"name": "Ours"}, **ann), 201).json["id"]
    assert done(asker.ask("GET", BOARDS, **ann), 200).json["count"] == 1

    done(asker.ask("POST", "/api/auth/magic/request/", {"email": BOB}), 202)
    token = code_of(mailbox, 8)
    verified = done(asker.ask("POST", "/api/auth/magic/verify/", {"token": token}), 200).json
    bob = {"authorization": f"Bearer {verified['access']}"}
    assert verified["user"]["email"] == BOB
    done(asker.ask("GET", f"{BOARDS}{board}/", **bob), 404)
    used = done(asker.ask("POST", "/api/auth/magic/verify/", {"token": token}), 400)
    assert used.json["error"] == "invalid_or_expired"
    assert asker.cookies() == {}


# What jobs change by themselves (thumbnails, what became of mails) is left out.
CONTENT = (
    "SELECT * FROM users",
    "SELECT * FROM devices",
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
class TestAPageOfAnOriginThatMayNot:
    """It runs in the browser of somebody who is signed in, and is even of the same site, so that
    the cookies come along."""

    @pytest.fixture
    def board(self, server, allowed, page, mailbox):
        sign_in_by_code(Tab(page, allowed, server.url), mailbox)
        made = Tab(page, allowed, server.url).ask("POST", BOARDS, {"name": "Ours"})
        return made.json["id"]

    @pytest.fixture
    def stranger(self, server, page, board):
        with another_origin() as port:
            yield Tab(page, f"http://127.0.0.1:{port}", server.url)

    def test_reads_nothing(self, stranger, board, server):
        assert stranger.cookies().keys() >= COOKIES
        asked = ["/api/v1/me", BOARDS, f"{BOARDS}{board}/", "/api/schema/", "/", "/health/ready"]
        for path in asked:
            for mode in ("cors", "no-cors"):
                answer = stranger.ask("GET", path, mode=mode)
                assert (answer.status, answer.text, answer.headers) == (None, "", {}), path
        assert stranger.open_socket(f"/ws/boards/{board}") == 4403

    def test_changes_nothing(self, stranger, board, server, page, allowed, mailbox):
        otp = {"email": EMAIL, "otp": "000000"}
        person = {"username": "x", "password": "long enough", "email": "x@example.org"}
        asked = [
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
        before = content(server), stranger.cookies()
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
        assert (content(server), stranger.cookies()) == before
        assert mailbox.is_empty
        assert Tab(page, allowed, server.url).ask("GET", "/api/v1/me").status == 200
