"""The server as a process: its lock, port, signals and link, and what hostile bodies cost."""

import contextlib
import http.client
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
import webbrowser
import zlib
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from solosync.browser import open_page
from solosync.config import Config
from solosync.domain import accounts
from solosync.paths import KEYS_NAME
from solosync.store.engine import Store
from solosync.store.lock import Holder, read_holder
from tests.servers import FROM_SOURCE, PATIENCE_SECONDS, ROOT, free_port, running, stop

EMAIL, PASSWORD = "ann@example.org", "correct horse"
BOARDS = "/api/v1/solo/sessions/"


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def folder(data_dir):
    """A data folder with a person in it."""
    with Store.open(data_dir / "solosync.db") as store:
        accounts.add_user(store, email=EMAIL, password=PASSWORD)
    return data_dir


@contextlib.contextmanager
def server(port, folder, *options):
    with running(port, "--data-dir", str(folder), *options) as process:
        yield process


@contextlib.contextmanager
def signed_in(port):
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        form = {"email": EMAIL, "password": PASSWORD}
        tokens = client.post("/api/auth/jwt/token/", json=form).json()
        client.headers["Authorization"] = f"Bearer {tokens['access']}"
        yield client


def rss_bytes(pid):
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    (kilobytes,) = re.findall(r"VmHWM:\s+(\d+) kB", status)
    return int(kilobytes) * 1024


# -- starting and ending -----------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_server_ends_cleanly_with_sockets_open(port, folder, number):
    with server(port, folder) as process, signed_in(port) as client:
        board = client.post(BOARDS).json()
        token = client.headers["Authorization"].removeprefix("Bearer ")
        url = f"ws://127.0.0.1:{port}/ws/boards/{board['id']}?token={token}"
        with connect(url) as peer, socket.create_connection(("127.0.0.1", port)) as idle:
            assert peer.recv()
            idle.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert idle.recv(65536)
            assert stop(process, number) == (0, "", "")  # it would say if it had to give up
    assert read_holder(folder) is None


def test_request_that_never_ends_is_answered_when_the_server_does(port, folder):
    with (
        server(port, folder) as process,
        socket.create_connection(("127.0.0.1", port), timeout=30) as stuck,
    ):
        stuck.sendall(b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n")
        code, out, err = stop(process)
        answer = stuck.recv(65536)
    assert (code, out) == (0, "")
    assert "Traceback" not in err
    assert answer.startswith(b"HTTP/1.1 503 ")


def test_what_was_saved_and_who_is_signed_in_outlive_a_restart(port, folder):
    with server(port, folder) as process, signed_in(port) as client:
        board = client.post(BOARDS, json={"state": {"zoom": 3}}).json()
        authorization = client.headers["Authorization"]
        process.kill()
    with server(port, folder):
        again = httpx.get(
            f"http://127.0.0.1:{port}{BOARDS}{board['id']}/",
            headers={"Authorization": authorization},
        )
    assert again.json() == board


def run_serve(port, folder):
    return subprocess.run(
        [*FROM_SOURCE, "serve", "--no-open", "--port", str(port), "--data-dir", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )


def test_second_server_on_one_folder_ends_with_zero(port, folder):
    with server(port, folder) as process:
        held = Holder(process.pid, f"http://127.0.0.1:{port}", "127.0.0.1")
        assert read_holder(folder) == held
        second = run_serve(free_port(), folder)
        assert (second.returncode, second.stderr) == (0, "")
        assert process.poll() is None


def test_taken_port_is_one_sentence(folder):
    with socket.create_server(("127.0.0.1", 0)) as other:
        ended = run_serve(other.getsockname()[1], folder)
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert re.fullmatch(r"solosync: .*another port with --port\.\n", ended.stderr)


def test_damaged_keys_are_one_sentence(port, folder):
    (folder / KEYS_NAME).write_text("rubbish")
    ended = run_serve(port, folder)
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert "keys.json" in ended.stderr


# -- the link ----------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
def test_person_at_the_terminal_gets_a_link_that_signs_in(port, data_dir):
    leader, follower = os.openpty()
    process = subprocess.Popen(
        [*FROM_SOURCE, "serve", "--no-open", "--port", str(port), "--data-dir", str(data_dir)],
        cwd=ROOT,
        stdout=follower,
        stderr=follower,
    )
    os.close(follower)
    try:
        said = b""
        while b"Ctrl-C" not in said:
            assert select.select([leader], [], [], PATIENCE_SECONDS)[0], said
            said += os.read(leader, 4096)
        (link,) = re.findall(rf"http://127\.0\.0\.1:{port}/link/[\w-]+", said.decode())
        with httpx.Client(follow_redirects=True) as client:
            assert "Your boards" in client.post(link).text
            assert client.get(f"http://127.0.0.1:{port}/api/v1/me").json()["is_staff"]
        process.terminate()
        assert process.wait(timeout=PATIENCE_SECONDS) == 0
    finally:
        process.kill()
        process.wait()
        os.close(leader)


@pytest.fixture
def browser(tmp_path):
    """An environment whose browser writes down what it is to open, and where."""
    opened = tmp_path / "opened"
    program = tmp_path / "a-browser"
    program.write_text(f'#!/bin/sh\necho "$1" >> {opened}.part; cp {opened}.part {opened}\n')
    program.chmod(0o755)
    return {"PATH": os.environ["PATH"], "BROWSER": str(program)}, opened


def opened_links(opened, count):
    """Waits for a browser, which is another program's child."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not opened.exists() or len(opened.read_text().split()) < count:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return opened.read_text().split()


@pytest.mark.skipif(sys.platform == "win32", reason="the browser is a shell script")
def test_each_start_opens_a_fresh_link(port, data_dir, browser):
    env, opened = browser
    words = ["--data-dir", str(data_dir), "--open"]
    with running(port, *words, env=env):
        opened_links(opened, 1)
        second = subprocess.run(
            [*FROM_SOURCE, "serve", "--port", str(free_port()), *words],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
        )
        assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
        links = opened_links(opened, 2)
        assert len(set(links)) == 2
        for link in links:
            assert link.startswith(f"http://127.0.0.1:{port}/link/")
            assert httpx.post(link).status_code == 303
            assert httpx.post(link).status_code == 410


@pytest.mark.parametrize("name", ["lynx", "w3m", "www-browser"])
def test_browser_inside_the_terminal_is_left_alone(monkeypatch, name):
    monkeypatch.setattr(webbrowser, "get", lambda: webbrowser.GenericBrowser(name))
    assert open_page("http://127.0.0.1/") is False


def test_machine_without_a_browser_goes_without(monkeypatch):
    def none():
        raise webbrowser.Error("could not locate runnable browser")

    monkeypatch.setattr(webbrowser, "get", none)
    assert open_page("http://127.0.0.1/") is False


def test_what_a_script_reads_holds_no_link(port, data_dir):
    with server(port, data_dir, "--log-level", "debug") as process:
        code, out, err = stop(process)
    assert (code, out) == (0, "")
    assert "/link/" not in err


def test_tokens_in_addresses_do_not_reach_the_log(port, folder):
    with server(port, folder, "--log-level", "debug") as process, signed_in(port) as client:
        token = client.headers["Authorization"].removeprefix("Bearer ")
        board = client.post(BOARDS).json()
        with connect(f"ws://127.0.0.1:{port}/ws/boards/{board['id']}?token={token}") as peer:
            assert peer.recv()
        client.get(f"/link/{'l' * 43}")
        _, out, err = stop(process)
    assert token not in err + out
    assert PASSWORD not in err + out


# -- hostile bodies ----------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_gzip_bomb_of_300_mb_is_refused_while_memory_stays_flat(port, folder):
    squeeze = zlib.compressobj(9, wbits=31)
    pieces = [squeeze.compress(b'{"state":{"a":"')]
    pieces += [squeeze.compress(b"a" * 1024 * 1024) for _ in range(300)]
    bomb = b"".join(pieces) + squeeze.compress(b'"}}') + squeeze.flush()
    with server(port, folder) as process, signed_in(port) as client:
        board = client.post(BOARDS).json()
        before = rss_bytes(process.pid)
        for path, limit in (("", 64), ("save-stream/", 2)):
            response = client.request(
                "POST" if path else "PATCH",
                f"{BOARDS}{board['id']}/{path}",
                content=bomb,
                headers={"Content-Encoding": "gzip"},
            )
            assert response.status_code == 413
            assert response.json()["limit"] == limit * 1024 * 1024
        # What the limit lets in may be held for a moment, and no more than that.
        assert rss_bytes(process.pid) - before < 1.5 * 64 * 1024 * 1024


def test_endless_body_is_refused_before_it_ends(port, folder):
    def endless():
        while True:
            yield b"x" * 65536

    with server(port, folder), signed_in(port) as client:
        board = client.post(BOARDS).json()
        with socket.create_connection(("127.0.0.1", port), timeout=30) as raw:
            raw.sendall(
                f"POST {BOARDS}{board['id']}/beacon/ HTTP/1.1\r\nHost: localhost\r\n"
                f"Authorization: {client.headers['Authorization']}\r\n"
                "Transfer-Encoding: chunked\r\n\r\n".encode()
            )
            sent = 0
            for piece in endless():
                if select.select([raw], [], [], 0)[0]:
                    break
                raw.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
                sent += len(piece)
                assert sent < 64 * 1024 * 1024
            answer = http.client.HTTPResponse(raw)
            answer.begin()
            assert answer.status == 413
            assert json.loads(answer.read())["endpoint"] == "beacon"


def test_configuration_of_the_address_is_what_is_announced(port, folder):
    config = Config(data_dir=folder, port=port, public_url="https://boards.example")
    assert config.local_url == f"http://127.0.0.1:{port}"
    with server(port, folder, "--public-url", config.public_url) as process:
        held = Holder(process.pid, config.local_url, config.host, config.public_url)
        assert read_holder(folder) == held
        headers = {"Host": "boards.example"}
        assert httpx.get(f"{config.local_url}/", headers=headers).status_code == 200
