"""`solosync serve --lan` and `--tls` as a process."""

import asyncio
import contextlib
import os
import re
import select
import socket
import ssl
import subprocess
import sys

import httpx
import pytest
from websockets.asyncio.client import connect

from solosync.config import Config
from solosync.doctor import network
from solosync.domain import accounts
from solosync.net import addresses, certificates
from solosync.store.engine import Store
from solosync.store.lock import read_holder
from tests.servers import FROM_SOURCE, PATIENCE_SECONDS, ROOT, free_port, is_ready, running, stop

EMAIL, PASSWORD = "ann@example.org", "correct horse"


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def folder(data_dir):
    with Store.open(data_dir / "solosync.db") as store:
        accounts.add_user(store, email=EMAIL, password=PASSWORD)
    return data_dir


@contextlib.contextmanager
def serving(port, folder, *options):
    with running(port, "--tls", "--data-dir", str(folder), *options) as process:
        authority = certificates.authority(folder)
        assert authority is not None
        trusting = ssl.create_default_context(cadata=authority.der)
        yield process, trusting


async def first_message(url, trusting):
    # Not the client of threads: it reads and writes one SSL object from two of them, which OpenSSL
    # doesn't allow, and once in a thousand times the ticket that follows the handshake and the
    # first request destroy each other.
    async with connect(url, ssl=trusting) as peer:
        return await peer.recv()


def test_pages_api_and_sockets_are_served_by_https_to_who_trusts_the_authority(port, folder):
    with serving(port, folder) as (process, trusting):
        base = f"https://localhost:{port}"
        with httpx.Client(base_url=base, verify=trusting) as client:
            form = {"email": EMAIL, "password": PASSWORD}
            page = client.post("/sign-in", data=form, follow_redirects=True)
            assert "Your boards" in page.text
            cookies = page.history[0].headers.get_list("set-cookie")
            assert cookies
            assert all("Secure" in cookie for cookie in cookies)
            assert page.headers["strict-transport-security"] == "max-age=0"
            token = client.post("/api/auth/jwt/token/", json=form).json()["access"]
            board = client.post(
                "/api/v1/solo/sessions/", headers={"Authorization": f"Bearer {token}"}
            ).json()
        url = f"wss://localhost:{port}/ws/boards/{board['id']}?token={token}"
        assert asyncio.run(first_message(url, trusting))[0] == 0  # the first step of a sync
        assert stop(process) == (0, "", "")


def test_other_commands_find_the_server_by_https(port, folder):
    with serving(port, folder):
        holder = read_holder(folder)
        assert holder is not None
        assert holder.url == f"https://127.0.0.1:{port}"
        assert network.answers(holder.url, folder)


def test_plain_http_gets_no_answer_and_does_no_harm(port, folder):
    with serving(port, folder) as (process, trusting):
        with pytest.raises(httpx.TransportError):
            httpx.get(f"http://127.0.0.1:{port}/")
        assert httpx.get(f"https://127.0.0.1:{port}/", verify=trusting).status_code == 200
        assert stop(process) == (0, "", "")


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
def test_both_kinds_of_addresses_may_be_listened_on(port, folder):
    options = ("--lan", "--host", "::", "--data-dir", str(folder), "--log-level", "error")
    with running(port, *options) as process:
        assert httpx.get(f"http://[::1]:{port}/").status_code == 200
        assert stop(process) == (0, "", "")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
@pytest.mark.parametrize("options", [["--lan"], ["--lan", "--tls"]], ids=" ".join)
def test_person_at_the_terminal_is_shown_every_address(port, folder, options):
    leader, follower = os.openpty()
    words = ["serve", "--no-open", *options, "--port", str(port), "--data-dir", str(folder)]
    process = subprocess.Popen(
        [*FROM_SOURCE, *words],
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        stdout=follower,
        stderr=subprocess.DEVNULL,
    )
    os.close(follower)
    try:
        said = b""
        while b"Ctrl-C" not in said:
            assert select.select([leader], [], [], PATIENCE_SECONDS)[0], said
            said += os.read(leader, 4096)
        while not is_ready(port, by_tls="--tls" in options):
            assert process.poll() is None
        process.terminate()
        assert process.wait(timeout=PATIENCE_SECONDS) == 0
    finally:
        process.kill()
        process.wait()
        os.close(leader)
    text = said.decode()
    has_tls = "--tls" in options
    for url in addresses.urls(Config(host="0.0.0.0", port=port, lan=True, tls=has_tls)):
        assert f"  {url}\r\n" in text
    if addresses.find(Config(host="0.0.0.0", lan=True)).addresses:
        assert "▀▀▀▀" in text
        assert ("`--tls` brings them back" in text) == (not has_tls)
    assert bool(re.search("SHA-256 ([0-9A-F]{2}:){31}[0-9A-F]{2}", text)) == has_tls
