"""The tunnel of a running server: by ssh to a real sshd, and by programs that print what the
other clients document (those themselves need an account, or the internet)."""

import json
import os
import re
import signal
import sys
import time
from urllib.parse import urlsplit

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from solosync import cli, crypto
from solosync.domain import terminals, tokens
from solosync.store.engine import Store
from tests import tunnels
from tests.live import PREFIX, LiveServer
from tests.servers import PATIENCE_SECONDS
from tests.tunnels import Programs, has_ended, sshd

TUNNEL = "/api/v1/admin/tunnel/"
DOCUMENTED = (
    (
        "cloudflared",
        "https://oklahoma-solo-younger-truck-1.trycloudflare.com",
        "CF-Connecting-IP",
    ),
    ("tailscale", "https://amelie-workstation.pango-lin.ts.net", "X-Forwarded-For"),
    ("ngrok", "https://zookeeper-pronto-ship.ngrok-free.app", "X-Forwarded-For"),
)
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the programs are scripts")


@pytest.fixture
def programs(tmp_path, monkeypatch):
    programs = Programs(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{programs.folder}:{os.environ['PATH']}")
    return programs


class Owner:
    """Of the machine: whoever may switch the tunnel."""

    def __init__(self, server):
        with Store.open(server.folder / "solosync.db") as store:
            actor = terminals.find_actor(store)
        access = tokens.new_access(crypto.load_keys(server.folder), actor)
        headers = {"Authorization": f"Bearer {access}"}
        self.http = httpx.Client(base_url=server.url, headers=headers, timeout=30)
        server.closes(self.http)

    def switch(self, **fields):
        answer = self.http.put(TUNNEL, json=fields)
        assert answer.status_code == 200, answer.text

    def wait_until(self, wanted, but_not=""):
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while True:
            state = self.http.get(TUNNEL).json()
            if state["state"] == wanted and (state["url"] or "-") != but_not:
                return state
            assert time.monotonic() < give_up_at, state
            time.sleep(0.05)


def shared_url(ann, board):
    return ann.http.get(f"{PREFIX}{board}/share/").json()["url"]


def close_code(url):
    with connect(url) as peer, pytest.raises(ConnectionClosed) as closed:
        peer.recv(timeout=10)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


def test_tunnel_shows_shared_boards_and_nothing_else_until_the_server_ends(
    programs, tmp_path, capsys
):
    with sshd(tmp_path / "sshd") as (host, options):
        programs.add_ssh(*options)
        words = ("--tunnel", "--tunnel-host", host, "--tunnel-port", "0")
        with LiveServer(tmp_path / "data", *words, "--tunnel-url", "http://127.0.0.1") as server:
            owner, ann = Owner(server), server.sign_in()
            first = owner.wait_until("open")["url"]
            board = ann.make_board()
            link = ann.share(board)
            assert link["url"] == f"{first}/solo/shared/{link['token']}"
            check_link(server, first, board, link)
            check_nothing_else(server, ann, first, board, link)

            # The connection breaks, and comes back at another address.
            os.kill(programs.runs("ssh")[-1][0], signal.SIGKILL)
            second = owner.wait_until("open", but_not=first)["url"]
            assert second != first
            assert shared_url(ann, board) == f"{second}/solo/shared/{link['token']}"
            assert httpx.get(shared_url(ann, board)).status_code == 200

            owner.switch(is_open=False)
            assert owner.wait_until("off")["url"] is None
            assert shared_url(ann, board) == f"{server.url}/solo/shared/{link['token']}"
            with pytest.raises(httpx.TransportError):
                httpx.get(second)
            assert has_ended(programs.runs("ssh")[-1][0])

            check_other_clients(owner, ann, programs, board)
            check_commands(lambda *words: run(capsys, server, *words), programs)
            owner.switch(is_open=True, client="ssh")
            owner.wait_until("open")
            server.kill()
            assert has_ended(programs.runs("ssh")[-1][0])


def check_link(server, outside, board, link):
    """A view is counted, and the board is there: read, and watched live."""
    public = f"{outside}/api/v1/solo/public/{link['token']}/"
    view = httpx.post(f"{public}view/").json()["view"]
    seen = httpx.get(public, headers={"X-Share-View": view}).json()
    assert seen["id"] == board
    page = httpx.get(link["url"])
    assert page.status_code == 200
    assert f'content="{outside}/solo/shared/' in page.text  # the preview's picture
    for name in re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text):
        assert httpx.get(f"{outside}{name}").status_code == 200, name
    socket = f"{outside.replace('http', 'ws')}/ws/boards/{board}"
    with connect(f"{socket}?share={link['token']}&view={view}") as peer:
        assert peer.recv(timeout=10)[0] == 0  # the first step of a sync


def check_nothing_else(server, ann, outside, board, link):
    """Whatever Host is named and whoever is signed in: all else is a link that leads nowhere."""
    wrong = httpx.get(f"{outside}/solo/shared/nothing")
    assert wrong.status_code == 404
    hosts = ("localhost", urlsplit(server.url).netloc, urlsplit(outside).netloc, "a.example")
    elsewhere = (
        "/",
        "/settings",
        "/health/ready",
        "/api/docs/",
        "/boards/x/draw",
        "/static/app.js",
    )
    inside = (*elsewhere, f"{PREFIX}{board}/", "/api/v1/me/", "//settings", "/link/x", "/sign-in")
    signed_in = {"Authorization": f"Bearer {ann.token}", "Cookie": f"access_token={ann.token}"}
    with httpx.Client(base_url=outside, headers=signed_in) as visitor:
        for at, path in enumerate(inside):
            answer = visitor.get(path, headers={"Host": hosts[at % len(hosts)]})
            assert (answer.status_code, answer.text) == (404, wrong.text), path
        for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
            answer = visitor.request(method, f"{PREFIX}{board}/", json={"name": "Mine"})
            assert (answer.status_code, answer.text) == (404, wrong.text), method
    sockets = f"{outside.replace('http', 'ws')}/ws/boards"
    assert close_code(f"{sockets}/{board}?token={ann.token}") == 4404
    assert close_code(f"{sockets}/{board}?share=wrong&token={ann.token}") == 4404
    assert close_code(f"{outside.replace('http', 'ws')}/elsewhere?token={ann.token}") == 4404


def run(capsys, server, *words):
    """`solosync tunnel ...` beside the server."""
    capsys.readouterr()
    code = cli.main(["tunnel", *words, "--data-dir", str(server.folder)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def check_commands(run, programs):
    code, out, err = run("--tunnel-client", "cloudflared")
    assert (code, err) == (0, "")
    assert "https://oklahoma-solo-younger-truck-2.trycloudflare.com" in out
    said = "ERR_NGROK_4018: Usage of ngrok requires an authtoken"
    programs.add("ngrok", said, then="sys.exit(1)")
    code, out, err = run("--tunnel-client", "ngrok", "--json")
    assert (code, json.loads(out)["state"], err) == (1, "failed", "")
    code, out, err = run("status")
    assert code == 0
    assert re.search(r"isn't open \(failed\).\n  ERR_NGROK_4018.*\nGive ngrok your token", out)
    code, out, err = run("--tunnel-port", "81")
    assert (code, out) == (1, "")
    assert "A server runs already, with its own tunnel_port" in err
    assert run("close") == (0, "There is no tunnel.\n", "")


def check_other_clients(owner, ann, programs, board):
    """That they are used as they document themselves."""
    programs.add("cloudflared", tunnels.CLOUDFLARED)
    programs.add("tailscale", tunnels.TAILSCALE)
    programs.add("ngrok", tunnels.NGROK)
    link = ann.share(board, password="open sesame")
    for number, (name, url, header) in enumerate(DOCUMENTED, 1):
        owner.switch(is_open=True, client=name)
        assert owner.wait_until("open")["url"] == url
        assert shared_url(ann, board) == f"{url}/solo/shared/{link['token']}"
        (port,) = re.findall(r"127\.0\.0\.1:(\d+)", programs.runs(name)[0][1])
        forwarded = f"198.51.100.9, 192.0.2.{number}"  # what the visitor made up, and who it is
        # As the client hands a visitor's request on.
        answer = httpx.post(
            f"http://127.0.0.1:{port}/solo/shared/{link['token']}",
            data={"password": "open sesame"},
            headers={"X-Forwarded-For": "203.0.113.1", "Origin": url, header: forwarded},
        )
        assert answer.status_code == 303
        assert "Secure" in answer.headers["set-cookie"]
        looks = ann.http.get(f"{PREFIX}{board}/share/access/").json()["results"]
        assert looks[0]["ip_address"] == f"192.0.2.{number}"
    assert (
        f'"QR code of {url}/solo/shared/{link["token"]}"' in ann.http.get(f"/boards/{board}").text
    )
    page = owner.http.get("/settings").text
    assert url in page
    assert "<svg" in page
