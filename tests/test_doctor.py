import contextlib
import os
import socket
import sqlite3
import sys
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import PurePosixPath
from threading import Thread

import pytest

from solosync.blobs import open_blobs
from solosync.doctor import Finding, disk, network, stored
from solosync.doctor.examination import examine
from solosync.domain import exports
from solosync.option_kinds import MIB
from solosync.records.pictures import parse_options
from solosync.settings import load
from solosync.store.lock import FolderLock
from tests.make import make_actor, make_session, make_user
from tests.tunnels import Programs

MOUNTS = r"""/dev/sda1 / ext4 rw,relatime 0 0
tmpfs /tmp tmpfs rw 0 0
server:/export /mnt/team nfs4 rw 0 0
//nas/boards /mnt/my\040disk cifs rw 0 0
/dev/sdb1 /mnt/team/local ext4 rw 0 0
person@host:/ /home/person/remote fuse.sshfs rw 0 0
tmpfs /mnt/twice tmpfs rw 0 0
/dev/sdc1 /mnt/twice xfs rw 0 0
broken
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/home/person/.local/share/solosync", "ext4"),
        ("/tmp/solosync", "tmpfs"),
        ("/mnt/team/solosync", "nfs4"),
        ("/mnt/team", "nfs4"),
        ("/mnt/teamwork", "ext4"),
        ("/mnt/team/local/solosync", "ext4"),
        ("/mnt/my disk/solosync", "cifs"),
        ("/home/person/remote/x", "fuse.sshfs"),
        ("/mnt/twice/x", "xfs"),
    ],
)
def test_file_system_is_that_of_the_nearest_mount(folder, kind):
    assert disk.mount_kind(PurePosixPath(folder), MOUNTS) == kind


@pytest.mark.parametrize(
    ("folder", "service"),
    [
        ("/home/p/Dropbox/solosync", "Dropbox"),
        ("/home/p/Dropbox (Personal)/boards", "Dropbox"),
        ("/Users/p/OneDrive - Company/boards", "OneDrive"),
        ("/Users/p/Library/CloudStorage/OneDrive-Company/boards", "a cloud service"),
        ("/Users/p/Library/Mobile Documents/com~apple~CloudDocs/b", "iCloud"),
        ("/home/p/Google Drive/boards", "Google Drive"),
        ("/home/p/Nextcloud", "Nextcloud"),
        ("/home/p/megaphone/boards", ""),
        ("/home/p/.local/share/solosync", ""),
    ],
)
def test_folder_that_a_cloud_service_syncs_is_told_by_its_name(folder, service):
    assert disk.cloud_service(PurePosixPath(folder)) == service


def test_folder_in_a_synced_folder_gets_a_warning_with_advice(tmp_path):
    finding = disk.file_system(tmp_path / "Dropbox" / "solosync")
    assert finding.status == "warning"
    assert "Dropbox" in finding.found
    assert "--data-dir" in finding.advice


def test_link_into_a_synced_folder_is_seen_through(tmp_path):
    (tmp_path / "Dropbox").mkdir()
    (tmp_path / "boards").symlink_to(tmp_path / "Dropbox")
    assert disk.file_system(tmp_path / "boards").status == "warning"


def test_closed_data_folder_is_fine(tmp_path):
    folder = tmp_path / "boards"
    folder.mkdir(mode=0o700)
    assert disk.data_folder(folder).status == "ok"
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_open_data_folder_is_a_warning_that_says_how_to_close_it(tmp_path):
    folder = tmp_path / "boards"
    folder.mkdir()
    folder.chmod(0o755)
    finding = disk.data_folder(folder)
    assert finding.status == "warning"
    assert "chmod 700" in finding.advice


def test_missing_data_folder_is_a_warning_and_is_not_made(tmp_path):
    assert disk.data_folder(tmp_path / "none").status == "warning"
    assert not (tmp_path / "none").exists()


def test_file_in_place_of_the_data_folder_fails(tmp_path):
    (tmp_path / "file").write_text("")
    assert disk.data_folder(tmp_path / "file").status == "failed"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write")
def test_data_folder_that_cannot_be_written_to_fails(tmp_path):
    folder = tmp_path / "boards"
    folder.mkdir(mode=0o500)
    assert disk.data_folder(folder).status == "failed"


@pytest.mark.parametrize(
    ("free", "status"),
    [(10 * 2**30, "ok"), (500 * 2**20, "warning"), (50 * 2**20, "failed")],
)
def test_free_space_is_judged_by_what_is_left(free, status):
    assert disk.judge_space(free).status == status


def test_free_space_is_that_of_the_folder_to_be_made(tmp_path):
    assert "MiB free" in disk.free_space(tmp_path / "not" / "there").found


@pytest.fixture
def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def settings(data_dir, free_port):
    return load({"data_dir": str(data_dir), "port": str(free_port)}, {})


@contextlib.contextmanager
def held(settings):
    """The folder's lock, as a server on that port holds it."""
    lock = FolderLock(settings.data_dir)
    assert lock.acquire()
    lock.announce(f"http://127.0.0.1:{settings.port}")
    try:
        yield
    finally:
        lock.release()


def examined(settings) -> dict[str, Finding]:
    return {finding.check: finding for finding in examine(settings)}


def test_healthy_folder_passes_every_check(settings):
    findings = examined(settings)
    failed = [finding for finding in findings.values() if finding.status == "failed"]
    assert failed == []
    assert list(findings) == [
        "data folder",
        "file system",
        "free space",
        "database",
        "files",
        "backup",
        "clock",
        "mail",
        "tunnel",
        "port",
    ]
    assert "SQLite 3." in findings["database"].found


def test_examination_makes_nothing(tmp_path, free_port):
    settings = load({"data_dir": str(tmp_path / "none"), "port": str(free_port)}, {})
    assert examined(settings)["data folder"].status == "warning"
    (tmp_path / "none").mkdir(mode=0o700)
    assert examined(settings)["database"].found.startswith("none yet")
    assert list((tmp_path / "none").iterdir()) == []


def test_database_of_a_newer_program_fails_and_is_left_alone(settings):
    with contextlib.closing(sqlite3.connect(settings.database)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = settings.database.read_bytes()
    finding = examined(settings)["database"]
    assert finding.status == "failed"
    assert "99" in finding.found
    assert settings.database.read_bytes() == before


def test_damaged_database_fails_with_advice(settings):
    content = bytearray(settings.database.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    settings.database.write_bytes(content)
    finding = examined(settings)["database"]
    assert finding.status == "failed"
    assert "backup" in finding.advice


def test_files_are_counted_and_missing_ones_told(settings, store):
    user = make_user(store)
    session = make_session(store, user)
    blobs = open_blobs("", settings.data_dir)
    asked = exports.Asked("json", parse_options({}, "json"), None, 30)
    shown = exports.Shown(0, bytes(MIB // 2), 1)
    for actor in (make_actor(store, user), make_actor(store, user)):
        exports.request(store, blobs, actor, session, asked, shown, max_state_bytes=MIB)
    finding = examined(settings)["files"]
    assert finding.status == "ok"
    assert finding.found == "0 uploads (0.0 MiB), 2 exports (1.0 MiB); 0.5 MiB in the data folder"
    blobs.delete(next(iter(blobs.list())).name)
    finding = examined(settings)["files"]
    assert finding.status == "failed"
    assert "1 files are missing" in finding.found
    assert "backup" in finding.advice


def test_object_store_that_cant_be_reached_is_a_warning(settings, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    away = replace(settings, storage_url="s3://bucket?endpoint=http://127.0.0.1:9&region=x")
    finding = examined(away)["files"]
    assert (finding.status, finding.found[:12]) == ("warning", "s3://bucket ")


def test_clock_that_is_behind_the_newest_change_is_a_warning(settings, store, clock):
    clock.advance(days=2)
    make_session(store, make_user(store))
    clock.advance(days=-1)
    finding = examined(settings)["clock"]
    assert finding.status == "warning"
    assert "2026-01-04" in finding.found


def test_clock_of_the_last_century_fails():
    assert stored.judge_clock(0, 0).status == "failed"


def test_port_of_another_program_fails(settings):
    with socket.create_server(("127.0.0.1", settings.port)):
        finding = network.port(settings)
    assert finding.status == "failed"
    assert "another program" in finding.found
    assert "--port" in finding.advice


def test_address_that_is_not_this_machines_fails(settings):
    elsewhere = load({"data_dir": str(settings.data_dir), "host": "192.0.2.1"}, {})
    assert network.port(elsewhere).status == "failed"


@pytest.mark.parametrize(("ready", "status"), [(200, "ok"), (503, "failed")])
def test_port_of_our_own_server_is_fine_if_it_answers(settings, ready, status):
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(ready if self.path == "/health/ready" else 404)
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", settings.port), Answer) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            with held(settings):
                finding = network.port(settings)
        finally:
            server.shutdown()
            thread.join()
    assert finding.status == status


def test_process_that_holds_the_folder_but_does_not_answer_is_named(settings):
    with held(settings):
        finding = network.port(settings)
    assert finding.status == "failed"
    assert str(os.getpid()) in finding.found


def test_what_opens_a_tunnel_is_named_and_missed_only_where_it_is_wanted(
    settings, tmp_path, monkeypatch
):
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert network.tunnel(settings).status == "ok"
    wanted = replace(settings, tunnel=True)
    assert network.tunnel(wanted).status == "warning"
    assert "Install cloudflared" in network.tunnel(wanted).advice
    Programs(tmp_path / "bin").add("ngrok", "")
    assert network.tunnel(wanted) == Finding(
        "tunnel", "ok", f"by ngrok, {tmp_path / 'bin' / 'ngrok'}"
    )
    nowhere = replace(settings, tunnel_client="ssh")
    assert network.tunnel(nowhere).status == "warning"
