import hashlib
import json
import shutil
import stat
import sys
import threading
import zipfile
from functools import partial

import pytest

from solosync import crypto, paths
from solosync.blobs.local import LocalBlobs
from solosync.doctor import stored
from solosync.domain import audit, audit_chain, backups, exports, sessions
from solosync.errors import Damaged, Invalid, StorageFailed
from solosync.records.listing import Query
from solosync.records.pictures import parse_options
from solosync.settings import load
from solosync.store import maintenance, settings
from tests.backups import back_up, content, opened, restore, unseen
from tests.make import make_actor, make_user

STATE = b'{"pages": [{"id": "p1", "name": "One", "strokes": [{"id": "s1", "tool": "pen"}]}]}'
MIB = 1024 * 1024


@pytest.fixture
def ann(store):
    return make_actor(store, make_user(store, "ann@example.org"))


@pytest.fixture
def board(store, ann):
    return sessions.create_session(store, ann, name="Plan", state=STATE).session


@pytest.fixture
def usb(tmp_path):
    folder = tmp_path / "usb"
    folder.mkdir()
    return folder


def export(store, actor, board, text=b"{}"):
    """A file in the data folder; its SHA-256."""
    asked = exports.Asked("json", parse_options({}, "json"), None, 30)
    blobs = LocalBlobs(store.path.parent / paths.FILES_NAME)
    exports.request(
        store, blobs, actor, board, asked, exports.Shown(0, text, 1), max_state_bytes=MIB
    )
    return hashlib.sha256(text).hexdigest()


def test_backup_holds_all_and_is_restored_elsewhere(store, ann, board, data_dir, usb, tmp_path):
    sha256 = export(store, ann, board)
    keys = crypto.load_keys(data_dir)
    (data_dir / "solosync.toml").write_text('log_level = "error"\n')
    (data_dir / "tls").mkdir()
    (data_dir / "tls" / "authority.pem").write_text("pem")
    (data_dir / "tls" / "boards.example-2.pem").write_text("somebody's own")
    (data_dir / "tls" / "not ours.pem").mkdir()
    (data_dir / "tmp").mkdir()
    (data_dir / "tmp" / "part").write_text("nothing of worth")

    made = back_up(store, usb)
    assert made.file.parent == usb
    assert sys.platform == "win32" or stat.S_IMODE(made.file.stat().st_mode) == 0o600
    assert [path.name for path in usb.iterdir()] == [made.file.name]
    assert zipfile.ZipFile(made.file).testzip() is None
    assert made.manifest.parts.keys() == {
        "solosync.db", "keys.json", "solosync.toml", "tls/authority.pem",
        "tls/boards.example-2.pem",
        f"files/{sha256[:2]}/{sha256[2:]}",
    }  # fmt: skip
    assert (made.manifest.counts.boards, made.manifest.counts.files) == (1, 1)

    new = tmp_path / "new"
    done = restore(made.file, new)
    assert (done.aside, done.boards_since) == (None, 0)
    assert (new / "solosync.toml").read_text() == 'log_level = "error"\n'
    assert (new / "tls" / "authority.pem").read_text() == "pem"
    assert (new / "files" / sha256[:2] / sha256[2:]).read_bytes() == b"{}"
    assert list((new / "tmp").iterdir()) == []
    renewed = crypto.load_keys(new)
    assert renewed.hashing == keys.hashing
    assert {key.kid for key in renewed.signing}.isdisjoint(key.kid for key in keys.signing)
    with opened(new) as restored:
        assert maintenance.integrity_check(restored) == []
        (found,) = sessions.list_all_sessions(restored)
        assert (found.session_id, found.rev) == (board.session_id, 1_000_000)
        newest = audit.list_entries(restored, Query((), {"action": "backup."}, 9)).items[-1]
        assert newest.event.action == "backup.restore"
        audit_chain.verify(restored, renewed)
        assert (last := backups.last(restored)) is not None
        assert last.made_at == made.manifest.made_at_ms


def test_backup_is_of_one_moment_while_others_write(store, ann, usb, tmp_path):
    """Two values are always written together: no copy may hold one without the other."""
    for number in range(300):  # so that the copy takes several steps
        store.write(partial(settings.put, name=f"{number}", value="x" * 20_000))
    stop = threading.Event()

    def put(number):
        def both(tx):
            settings.put(tx, "first", str(number))
            settings.put(tx, "second" + "x" * 3000, str(number))

        store.write(both)

    def write():
        number = 0
        while not stop.is_set():
            number += 1
            put(number)

    put(0)
    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [back_up(store, usb / f"{number}.zip") for number in range(3)]
    finally:
        stop.set()
        writer.join()
    for backup in made:
        with zipfile.ZipFile(backup.file) as archive:
            archive.extract("solosync.db", tmp_path)
        with opened(tmp_path) as copy:
            names = ("first", "second" + "x" * 3000)
            one, two = (copy.read(partial(settings.find, name=name)) for name in names)
            assert one == two is not None
            assert maintenance.integrity_check(copy) == []


class Vanishing(LocalBlobs):
    """While the first file is being added, the export that it was of is deleted."""

    def __init__(self, root, delete):
        super().__init__(root)
        self._delete = delete

    def fetch(self, sha256, folder):
        delete, self._delete = self._delete, lambda: None
        delete()
        return super().fetch(sha256, folder)


def test_file_that_is_deleted_meanwhile_is_in_neither_part_of_the_backup(
    store, ann, board, data_dir, usb, tmp_path
):
    kept = export(store, ann, board, b'{"kept":1}')
    gone = export(store, ann, board, b'{"gone":1}')
    plain = LocalBlobs(data_dir / "files")
    (export_id,) = store.read(
        lambda tx: tx.one("SELECT export_id FROM exports WHERE sha256 = ?", (gone,))
    )

    def delete():
        exports.delete_export(store, plain, ann, export_id)

    blobs = Vanishing(data_dir / "files", delete)
    made = backups.make(store, blobs, data_dir, usb, unseen)
    assert made.manifest.missing == []
    assert f"files/{kept[:2]}/{kept[2:]}" in made.manifest.parts
    restore(made.file, tmp_path / "new")
    assert doctor_says(tmp_path / "new", "files").status == "ok"


def test_file_that_was_missing_or_broken_before_is_told_and_the_rest_kept(
    store, ann, board, data_dir, usb, tmp_path
):
    gone, broken, kept = (export(store, ann, board, text) for text in (b"[1]", b"[2]", b"[3]"))
    (data_dir / "files" / gone[:2] / gone[2:]).unlink()
    (data_dir / "files" / broken[:2] / broken[2:]).write_bytes(b"[4]")
    made = back_up(store, usb)
    assert made.manifest.missing == sorted((gone, broken))
    restore(made.file, tmp_path / "new")
    assert (tmp_path / "new" / "files" / kept[:2] / kept[2:]).read_bytes() == b"[3]"


def test_nothing_is_overwritten_nor_put_where_it_would_be_lost(store, data_dir, usb):
    made = back_up(store, usb / "mine.zip")
    before = made.file.read_bytes()
    for place, why in (
        (made.file, "isn't overwritten"),
        (data_dir, "in the data folder"),
        (data_dir / "files.zip", "in the data folder"),
        (usb / "none" / "mine.zip", "no folder"),
    ):
        with pytest.raises(Invalid, match=why):
            back_up(store, place)
    assert made.file.read_bytes() == before
    assert [path.name for path in usb.iterdir()] == ["mine.zip"]


@pytest.mark.skipif(sys.platform == "win32", reason="links there are for administrators")
def test_what_others_left_in_a_shared_folder_is_in_no_backups_way(store, usb):
    (usb / ".solosync-backup-just-done").symlink_to(usb / "gone")
    assert back_up(store, usb).file.exists()


def test_too_little_room_is_told_before_anything_is_written(store, usb, monkeypatch):
    usage = shutil.disk_usage(usb)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(StorageFailed, match=r"up to .* MiB in .*, where 0.0 MiB are free"):
        back_up(store, usb)
    assert list(usb.iterdir()) == []


def test_damaged_database_is_not_backed_up(store, data_dir, usb):
    def orphan(tx):
        tx.execute("PRAGMA foreign_keys = OFF")
        tx.execute("INSERT INTO snapshots VALUES (99, 1, 1, 1, x'00')")
        tx.execute("PRAGMA foreign_keys = ON")

    store.write_alone(orphan)
    with pytest.raises(Damaged, match="snapshots refers to"):
        back_up(store, usb)
    assert list(usb.iterdir()) == []


def doctor_says(folder, check):
    settings = load({"data_dir": str(folder)}, {})
    return next(found for found in stored.database(settings) if found.check == check)


def test_doctor_says_when_the_last_backup_was_made(store, ann, data_dir, usb):
    assert doctor_says(data_dir, "backup")[1:3] == ("ok", "none was made yet")
    board = sessions.create_session(store, ann, name="Plan", state=STATE).session
    assert doctor_says(data_dir, "backup").status == "warning"
    made = back_up(store, usb)
    finding = doctor_says(data_dir, "backup")
    assert (finding.status, str(made.file) in finding.found) == ("ok", True)
    now = made.manifest.made_at_ms + 8 * 24 * 3_600_000
    last = backups.last(store)
    assert stored.judge_backup(last, board.updated_at, now).status == "ok"  # nothing changed since
    assert stored.judge_backup(last, now * 1000, now).status == "warning"


def test_manifest_is_readable_by_anybody(store, usb):
    made = back_up(store, usb)
    said = json.loads(zipfile.ZipFile(made.file).read("manifest.json"))
    database = zipfile.ZipFile(made.file).read("solosync.db")
    assert said["format"] == "solosync-backup/1"
    assert said["parts"]["solosync.db"] == {
        "size": len(database),
        "sha256": hashlib.sha256(database).hexdigest(),
    }


def test_what_is_set_aside_is_a_data_folder(store, ann, board, data_dir, usb):
    made = back_up(store, usb)
    later = sessions.create_session(store, ann, name="Later", state=STATE).session
    store.close()
    (data_dir / "notes.txt").write_text("somebody's own")
    before = content(data_dir)
    done = restore(made.file, data_dir)
    assert done.aside is not None
    assert done.boards_since == 1
    with opened(data_dir) as restored, opened(done.aside) as former:
        assert [it.name for it in sessions.list_all_sessions(restored)] == ["Plan"]
        assert {it.name for it in sessions.list_all_sessions(former)} == {"Plan", later.name}
    assert (data_dir / "notes.txt").read_text() == "somebody's own"
    assert (done.aside / "keys.json").read_bytes() == before["keys.json"]
