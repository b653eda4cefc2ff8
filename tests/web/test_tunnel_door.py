"""What is behind the tunnel's door. How it is opened, and what no visitor reaches whatever they
send, is in tests/interop/test_tunnel.py."""

import asyncio
import dataclasses
from typing import Any

import pytest

from solosync.domain import accounts
from solosync.web.tunnel_door import Door, Outside
from tests.asserts import assert_problem
from tests.web.conftest import BOARDS

TUNNEL = "https://some.tunnel.example"
PASSWORD = "correct horse battery"


class Visitor:
    """Somebody at the other end, whose address the tunnel tells, or not."""

    def __init__(self, client, header=b"", *, is_all=False):
        self.client = client
        outside = Outside(TUNNEL, header)
        self.door = Door(client.app, lambda: outside, is_all=is_all)

    def request(self, method, path, **settings):
        before, self.client.app = self.client.app, self.door
        try:
            return self.client.request(method, path, follow_redirects=False, **settings)
        finally:
            self.client.app = before

    def get(self, path, **settings):
        return self.request("GET", path, **settings)

    def post(self, path, **settings):
        return self.request("POST", path, **settings)


class Seen:
    """What is behind the door."""

    async def __call__(self, scope, receive, send):
        self.scope = scope


@pytest.fixture
def limited(serving, config):
    """With one request a minute for each address that nobody has signed in at."""
    return serving(dataclasses.replace(config, rate_limits=True, rate_anon=1, rate_autosave=1))


@pytest.fixture
def share(ann):
    def share(**fields):
        board = ann.make_board({"pages": []}, name="Plan")
        return ann.post(f"{BOARDS}{board['id']}/share/", json=fields).json() | {
            "looks": f"{BOARDS}{board['id']}/share/access/"
        }

    return share


def public(link):
    return f"/api/v1/solo/public/{link['token']}/"


def page(link):
    return f"/solo/shared/{link['token']}"


def test_visitors_who_cannot_be_told_apart_use_up_their_own_link_alone(limited, share):
    visitor, one, other = Visitor(limited), share(), share()
    answers = [visitor.get(page(one)).status_code for _ in range(21)]
    assert answers == [200] * 20 + [429]
    assert [visitor.get("/settings").status_code for _ in range(21)][-1] == 429
    assert visitor.get(page(other)).status_code == 200
    for _ in range(3):
        for name in ("base.css", "shared.css"):
            assert visitor.get(f"/static/{name}").status_code == 200


def test_of_links_that_nobody_has_no_more_is_remembered_than_of_others(limited):
    visitor = Visitor(limited)
    answers = [visitor.get(f"/solo/shared/{'x' * 5000}{at}").status_code for at in range(21)]
    assert answers == [404] * 20 + [429]


def test_visitors_of_known_addresses_have_a_budget_each(limited, share):
    visitor, link = Visitor(limited, b"x-forwarded-for"), share()

    def ask(forwarded):
        return visitor.get(page(link), headers={"X-Forwarded-For": forwarded}).status_code

    assert ask("192.0.2.1") == 200
    assert ask("192.0.2.1") == 429
    assert ask("192.0.2.7, 192.0.2.1") == 429  # the first was made up
    assert ask("192.0.2.1, 192.0.2.2") == 200
    assert ask("nonsense") == 200  # nobody known, so the link's


def test_nobody_known_can_mistype_a_password_for_all_others(client, share):
    visitor, link = Visitor(client), share(password=PASSWORD)
    for _ in range(6):
        assert visitor.post(page(link), data={"password": "wrong"}).status_code == 401
    assert visitor.post(page(link), data={"password": PASSWORD}).status_code == 303


def test_page_and_its_cookie_are_those_of_the_tunnels_address(client, ann, share):
    visitor, link = Visitor(client, b"cf-connecting-ip"), share()
    shown = visitor.get(page(link), headers={"Host": "127.0.0.1:8765"})
    assert f'content="{TUNNEL}{page(link)}/preview.png"' in shown.text
    assert "strict-transport-security" not in shown.headers
    assert "server" not in shown.headers
    headers = {"CF-Connecting-IP": "2001:db8::7", "Origin": TUNNEL}
    viewed = visitor.post(f"{public(link)}view/", json={}, headers=headers)
    assert viewed.status_code == 200
    assert ann.get(link["looks"]).json()["results"][0]["ip_address"] == "2001:db8::7"
    assert visitor.post(page(link), headers={"Origin": "https://a.example"}).status_code == 403


def test_nobody_is_signed_in_who_comes_by_the_tunnel(client, ann, share):
    visitor, link = Visitor(client), share()
    wrong = visitor.get(page({"token": "wrong"}))
    for headers in (ann.cookies, {"Authorization": f"Bearer {ann.sign_in.tokens.access}"}):
        for path in ("/", "/settings", "/devices", f"{page(link)}/picture/x", "/static/"):
            answer = visitor.get(path, headers=headers)
            assert (answer.status_code, answer.text) == (404, wrong.text), path
    seen = Seen()
    door: Any = Door(seen, lambda: Outside(TUNNEL, b""), is_all=False)
    cookies = b"access_token=a; language=uk;refresh_token=b; share_view=c"
    scope = {"type": "http", "method": "GET", "path": page(link), "query_string": b""}
    asyncio.run(door({**scope, "headers": [(b"cookie", cookies)]}, None, None))
    assert dict(seen.scope["headers"])[b"cookie"] == b"language=uk; share_view=c"


def test_tunnel_to_everything_is_like_a_proxy_that_speaks_tls(client, ann, store, share):
    accounts.add_user(store, email="bob@example.org", password=PASSWORD)
    visitor = Visitor(client, b"x-forwarded-for", is_all=True)
    form = {"email": "bob@example.org", "password": PASSWORD}
    headers = {"X-Forwarded-For": "192.0.2.3", "Origin": TUNNEL, "Host": "127.0.0.1:8765"}
    answer = visitor.post("/sign-in", data=form, headers=headers)
    assert answer.status_code == 303
    cookies = answer.headers.get_list("set-cookie")
    assert len(cookies) == 3
    assert all("Secure" in cookie for cookie in cookies)
    pair = "; ".join(cookie.partition(";")[0] for cookie in cookies)
    change = {"data": {"full_name": "Bob"}, "headers": {"Cookie": pair, "Origin": TUNNEL}}
    assert visitor.post("/settings", **change).status_code == 303
    change["headers"]["Origin"] = "http://127.0.0.1:8765"
    assert visitor.post("/settings", **change).status_code == 403
    board = share()["looks"].split("/")[5]
    wanted = {"session_id": board, "content_type": "image/png", "size_bytes": 9}
    authorization = {"Authorization": f"Bearer {ann.sign_in.tokens.access}"}
    upload = visitor.post("/api/v1/solo/uploads/presign/", json=wanted, headers=authorization)
    assert TUNNEL not in upload.json()["cdn_url"]  # boards keep it, and the tunnel ends
    assert_problem(visitor.get("/api/v1/me/"), 401)
