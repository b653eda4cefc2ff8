"""`solosync serve` as a process: what it says, and how it ends."""

import os
import signal
import socket
import subprocess

import httpx
import pytest

from tests.servers import FROM_SOURCE, ROOT, free_port, is_ready, running, stop


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data"


def solosync(*words: str, folder, told="") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*FROM_SOURCE, *words, "--data-dir", str(folder)],
        input=told,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_signal_ends_it_quietly_with_exit_code_0(folder, number):
    port = free_port()
    with running(port, "--data-dir", str(folder)) as process:
        assert stop(process, number) == (0, "", "")


def test_open_connection_does_not_keep_it_from_ending(folder):
    port = free_port()
    with (
        running(port, "--data-dir", str(folder)) as process,
        socket.create_connection(("127.0.0.1", port)) as idle,
    ):
        idle.sendall(b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert idle.recv(12) == b"HTTP/1.1 200"
        assert stop(process) == (0, "", "")


def test_object_store_that_never_answers_does_not_keep_it_from_ending(folder):
    secret = "correct horse battery"
    words = ("users", "add", "ann@example.org", "--password-stdin")
    added = solosync(*words, folder=folder, told=secret)
    assert added.returncode == 0, added.stderr
    port = free_port()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        store = f"s3://bucket?endpoint=http://127.0.0.1:{silent.getsockname()[1]}&region=eu-1"
        keys = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
        options = ("--data-dir", str(folder), "--storage-url", store)
        with (
            running(port, *options, env=os.environ | keys) as process,
            httpx.Client(base_url=f"http://127.0.0.1:{port}") as ann,
        ):
            known = {"email": "ann@example.org", "password": secret}
            token = ann.post("/api/auth/jwt/token/", json=known).json()["access"]
            ann.headers["Authorization"] = f"Bearer {token}"
            board = ann.post("/api/v1/solo/sessions/", json={}).json()["id"]
            picture = {"session_id": board, "content_type": "image/png", "size_bytes": 100}
            prepared = ann.post("/api/v1/solo/uploads/presign/", json=picture).json()
            with pytest.raises(httpx.ReadTimeout):
                ann.get(prepared["cdn_url"], timeout=1)
            silent.accept()[0].close()  # it was asked
            code, _, err = stop(process)
    assert code == 0
    assert "Nothing that was answered is lost" in err


def test_it_starts_again_after_kill_9(folder):
    port = free_port()
    with running(port, "--data-dir", str(folder)) as process:
        process.kill()
        process.wait()
    with running(port, "--data-dir", str(folder)) as process:
        assert stop(process) == (0, "", "")


def test_second_server_on_one_folder_leaves_it_to_the_first(folder):
    port = free_port()
    with running(port, "--data-dir", str(folder)) as process:
        second = solosync("serve", "--no-open", "--port", str(free_port()), folder=folder)
        assert (second.returncode, second.stderr) == (0, "")
        assert is_ready(port)
        assert stop(process)[0] == 0


def test_taken_port_is_one_line_that_says_what_to_do(folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = solosync("serve", "--no-open", "--port", port, folder=folder)
    assert result.returncode == 1
    assert result.stderr.startswith("solosync: ")
    assert result.stderr.count("\n") == 1
    assert "--port" in result.stderr


def test_open_prints_a_link_that_works_once(folder):
    port = free_port()
    assert "solosync serve" in solosync("open", "--no-open", folder=folder).stderr
    with running(port, "--data-dir", str(folder)) as process:
        link = solosync("open", "--no-open", folder=folder).stdout.strip()
        assert link.startswith(f"http://127.0.0.1:{port}/link/")
        with httpx.Client() as browser:
            assert browser.post(link).status_code == 303
            assert "Sign out" in browser.get(f"http://127.0.0.1:{port}/").text
        assert httpx.post(link).status_code == 410
        assert stop(process) == (0, "", "")


def test_folder_in_a_synced_place_is_warned_of(tmp_path):
    folder = tmp_path / "Dropbox" / "data"
    port = free_port()
    with running(port, "--data-dir", str(folder)) as process:
        code, _, errors = stop(process)
    assert code == 0
    assert errors.startswith("solosync: warning: ")
    assert "Dropbox" in errors


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_files_of_the_data_folder_are_the_owners_alone(folder):
    port = free_port()
    with running(port, "--data-dir", str(folder)) as process:
        modes = {path.name: path.stat().st_mode & 0o077 for path in [folder, *folder.iterdir()]}
        assert stop(process)[0] == 0
    assert modes.pop("data") == 0
    assert {"solosync.db", "keys.json", "solosync.lock"} <= set(modes)
    assert set(modes.values()) == {0}
