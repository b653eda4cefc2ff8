"""What no test client sends: a server's own sockets, and proxies in front of it."""

import contextlib
import socket

import httpx
import pytest

from tests.live import EMAIL, PASSWORD, LiveServer
from tests.servers import PATIENCE_SECONDS
from tests.web.conftest import BOARDS

CLOSE = b"Connection: close\r\n\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Behind a proxy on this machine, and others on 10.0.0.0/8."""
    folder = tmp_path_factory.mktemp("proxied") / "data"
    with LiveServer(folder, "--trusted-proxies", "127.0.0.1, 10.0.0.0/8, fd00::/8") as server:
        yield server


@pytest.fixture(scope="module")
def direct(tmp_path_factory):
    """Trusts nobody."""
    with LiveServer(tmp_path_factory.mktemp("direct") / "data") as server:
        yield server


def exchange(server, sent):
    """All that a server answers to these bytes until it closes the connection."""
    received = b""
    with socket.create_connection(
        ("127.0.0.1", server.port), timeout=PATIENCE_SECONDS
    ) as connection:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for part in sent:
                connection.sendall(part)
        with contextlib.suppress(ConnectionResetError):
            while part := connection.recv(65536):
                received += part
    return received


def answered(server, *sent):
    head, _, body = exchange(server, sent).partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return httpx.Response(int(first.split()[1]), headers=headers, content=body)


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01",
        b"nonsense\r\n\r\n",
        b"GET /caf\xc3\xa9 HTTP/1.1\r\n" + CLOSE,
        b"GET / HTTP/1.1\r\nContent-Length: x\r\n" + CLOSE,
        b"FROB /api/v1/me HTTP/1.1\r\n" + CLOSE,
    ],
)
def test_what_is_no_request_is_a_problem(direct, sent):
    response = answered(direct, sent)
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] == "bad_request"
    assert response.json()["request_id"] == response.headers["x-request-id"]


@pytest.mark.parametrize("start", [b"GET /", b"GET / HTTP/1.1\r\nX-Long: "])
def test_head_that_never_ends_is_cut_off(direct, start):
    """Else a server would hold as much as anybody cares to send."""
    response = answered(direct, start, *[b"a" * 65536] * 64)
    assert response.status_code in (400, 431)
    assert response.json()["code"] in ("bad_request", "head_too_large")


@pytest.mark.parametrize("path", ["/%", "/%zz", "/%ff", "/%00", "/api/v1/%2e%2e/me", "/a%0d%0ab"])
def test_odd_paths_are_not_found(direct, path):
    host = f"Host: 127.0.0.1:{direct.port}\r\n".encode()
    response = answered(direct, f"GET {path} HTTP/1.1\r\n".encode(), host, CLOSE)
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_heads_of_the_usual_kind_follow_each_other_on_one_connection(direct):
    host = f"Host: 127.0.0.1:{direct.port}\r\n".encode()
    one = b"GET /health/live HTTP/1.1\r\nX-Filler: " + b"a" * 40_000 + b"\r\n" + host
    received = exchange(direct, [one + b"\r\n", one + b"\r\n", one + CLOSE])
    assert received.count(b"HTTP/1.1 200 OK") == 3


def addresses_of(server, headers):
    """Signs in with these headers; where the server says that it was from, and the cookies."""
    body = {"email": EMAIL, "password": PASSWORD}
    with httpx.Client(base_url=server.url, headers=headers) as http:
        signed_in = http.post("/api/auth/jwt/token/", json=body)
        token = signed_in.json()["access"]
        devices = http.get("/api/v1/devices/", headers={"Authorization": f"Bearer {token}"})
    current = [device for device in devices.json()["data"] if device["is_current"]]
    return current[0]["address"]


@pytest.mark.parametrize(
    "forwarded, address",
    [
        ([], "127.0.0.1"),
        (["198.51.100.1"], "198.51.100.1"),
        (["198.51.100.1:4711"], "198.51.100.1"),
        (["2001:db8::1"], "2001:db8::1"),
        (["[2001:db8::1]:4711"], "2001:db8::1"),
        # What the client wrote there itself stands on the left.
        (["192.0.2.66, 198.51.100.1"], "198.51.100.1"),
        (["192.0.2.66", "198.51.100.1"], "198.51.100.1"),
        (["127.0.0.1, 198.51.100.1"], "198.51.100.1"),
        # Each proxy of a chain is trusted, so the next is looked at.
        (["198.51.100.1, 10.0.0.9"], "198.51.100.1"),
        (["192.0.2.66, 10.0.0.5, 198.51.100.1, fd00::1, 10.0.0.9"], "198.51.100.1"),
        (["198.51.100.1, 11.0.0.9"], "11.0.0.9"),
    ],
)
def test_address_is_the_first_from_the_right_that_is_no_trusted_proxy(server, forwarded, address):
    headers = [("X-Forwarded-For", value) for value in forwarded]
    assert addresses_of(server, headers) == address


@pytest.mark.parametrize("name", ["Forwarded", "X-Real-IP", "X-Client-IP", "CF-Connecting-IP"])
def test_other_headers_say_nothing(server, name):
    value = "for=192.0.2.66" if name == "Forwarded" else "192.0.2.66"
    assert addresses_of(server, [(name, value)]) == "127.0.0.1"


def test_nobody_elses_headers_are_believed(direct):
    headers = [("X-Forwarded-For", "192.0.2.66"), ("X-Forwarded-Proto", "https")]
    assert addresses_of(direct, headers) == "127.0.0.1"
    response = httpx.get(f"{direct.url}/health/live", headers=headers)
    assert "strict-transport-security" not in response.headers


def test_tls_of_a_trusted_proxy_counts_as_ours(server):
    response = httpx.get(f"{server.url}/health/live", headers={"X-Forwarded-Proto": "https"})
    assert "strict-transport-security" in response.headers
    assert "strict-transport-security" not in httpx.get(f"{server.url}/health/live").headers


def test_budgets_go_by_the_forwarded_address(tmp_path):
    options = ("--rate-limits", "--rate-anon=2", "--trusted-proxies=127.0.0.1")
    with LiveServer(tmp_path / "data", *options) as server, httpx.Client() as http:

        def ask(address):
            headers = {"X-Forwarded-For": address}
            return http.get(f"{server.url}/nowhere", headers=headers).status_code

        asked = ["198.51.100.1"] * 3 + ["198.51.100.2", "2001:db8::1"]
        assert [ask(address) for address in asked] == [404, 404, 429, 404, 404]
        spoofed = [f"192.0.2.{number}, 198.51.100.1" for number in range(3)]
        assert [ask(address) for address in spoofed] == [429] * 3
        # Whoever has a /64 has one budget.
        assert [ask("2001:db8::ffff:2"), ask("2001:db8:0:0:1::")] == [404, 429]


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="no socket for both families here")
def test_proxy_is_known_on_a_socket_for_both_families(tmp_path):
    options = ("--host=::", "--trusted-proxies=127.0.0.1")
    with LiveServer(tmp_path / "data", *options) as server:
        assert addresses_of(server, [("X-Forwarded-For", "198.51.100.1")]) == "198.51.100.1"
        assert addresses_of(server, []) == "127.0.0.1"


def test_cookies_of_a_sign_in_behind_tls_are_secure(server):
    headers = {"X-Forwarded-Proto": "https", "Origin": server.url}
    form = {"email": EMAIL, "password": PASSWORD}
    response = httpx.post(f"{server.url}/sign-in", data=form, headers=headers)
    assert response.status_code == 303, response.text
    cookies = response.headers.get_list("set-cookie")
    assert cookies and all("secure" in cookie.lower() for cookie in cookies)
    assert httpx.get(f"{server.url}{BOARDS}").status_code == 401


def test_who_is_signed_out_before_the_body_comes_does_nothing(direct):
    """Where a body comes whole with its head, the sign-in is looked at once."""
    device = direct.sign_in()
    body = b'{"name": "Late"}'
    head = (
        f"POST {BOARDS} HTTP/1.1\r\nHost: 127.0.0.1:{direct.port}\r\nConnection: close\r\n"
        f"Authorization: Bearer {device.token}\r\nContent-Length: {len(body)}\r\n"
    ).encode()
    assert answered(direct, head + b"\r\n" + body).status_code == 201
    shown = device.http.get("/api/v1/devices/").json()["data"]
    own = next(found["id"] for found in shown if found["is_current"])
    address = ("127.0.0.1", direct.port)
    with socket.create_connection(address, timeout=PATIENCE_SECONDS) as connection:
        connection.sendall(head + b"Expect: 100-continue\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 100 ")  # the guard has let it in
        device.http.delete(f"/api/v1/devices/{own}/").raise_for_status()
        connection.sendall(body)
        assert connection.recv(65536).startswith(b"HTTP/1.1 401 ")
