"""What a restore refuses, what it ends, and that it is done whole or not at all."""

import hashlib
import json
import os
import shutil
import sqlite3
import stat
import zipfile
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from solosync import crypto, paths
from solosync.blobs import open_blobs
from solosync.domain import api_keys, files, history, members, sessions, shares, tokens
from solosync.errors import Damaged, Invalid, Locked, NotFound, SchemaTooNew, StorageFailed
from solosync.records.identities import Identity
from solosync.store import (
    devices,
    identities,
    migrations,
    organizations,
    replacing,
    updates,
    users,
)
from solosync.store import files as file_rows
from solosync.store.engine import Store
from solosync.store.lock import FolderLock
from tests.backups import back_up, content, opened, restore
from tests.make import (
    make_actor,
    make_device,
    make_member,
    make_organization,
    make_update,
    make_user,
)
from tests.pictures import png

STATE = b'{"pages": [{"id": "p1", "name": "One", "strokes": [{"id": "s1", "tool": "pen"}]}]}'
TERMS = shares.Terms(None, None, True, None)


@pytest.fixture
def ann(store):
    return make_actor(store, make_user(store, "ann@example.org", is_staff=True))


@pytest.fixture
def board(store, ann):
    return sessions.create_session(store, ann, name="Plan", state=STATE).session


@pytest.fixture
def made(store, board, tmp_path):
    return back_up(store, tmp_path / "backup.zip")


# -- what is no backup --------------------------------------------------------------------------


def rewrite(file: Path, change) -> None:
    """The zip with other parts: `change` gets a dict of them, and may return more entries. The
    manifest fits whatever it leaves, as that of somebody who means harm would."""
    with zipfile.ZipFile(file) as archive:
        parts: dict[str, bytes] = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(parts.pop("manifest.json"))
    more = change(parts, manifest) or []
    for name, part in parts.items():
        manifest["parts"].setdefault(
            name, {"size": len(part), "sha256": hashlib.sha256(part).hexdigest()}
        )
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in (*parts.items(), *more):
            archive.writestr(name, part)
        archive.writestr("manifest.json", json.dumps(manifest))


def put(name, part=b"x"):
    return lambda parts, manifest: parts.update({name: part})


def twice(parts, manifest):
    return [("keys.json", parts["keys.json"])]


def unlisted(parts, manifest):
    return [("solosync.toml", b"port = 1")]


def said(**fields):
    return lambda parts, manifest: manifest.update(fields)


def without(name):
    def change(parts, manifest):
        del parts[name], manifest["parts"][name]

    return change


def other_keys(parts, manifest):
    parts["keys.json"] = parts["keys.json"][:-1] + b" "


def longer(parts, manifest):
    """What is unpacked would be more than was said."""
    parts["keys.json"] += b" " * 10_000_000


def database(content):
    def change(parts, manifest):
        parts["solosync.db"] = content(parts["solosync.db"])
        del manifest["parts"]["solosync.db"]

    return change


def without_tables(content):
    """Of the right schema, if one believes its number."""
    with closing(sqlite3.connect(":memory:")) as empty:
        empty.execute("PRAGMA user_version = 6")
        empty.execute("CREATE TABLE sessions (key)")
        return empty.serialize()


@pytest.mark.parametrize(
    ("change", "error", "why"),
    [
        (put("../escaped.pem"), Invalid, "has no place"),
        (put("/tmp/escaped.pem"), Invalid, "has no place"),
        (put("files/../keys.json"), Invalid, "has no place"),
        (put("tls/..pem"), Invalid, "has no place"),
        (put("restore.json", b"{}"), Invalid, "has no place"),
        (put("files/ab/" + "c" * 62), Damaged, "isn't what it was"),
        (twice, Invalid, "doesn't hold what"),
        (unlisted, Invalid, "doesn't hold what"),
        (without("keys.json"), Invalid, "doesn't hold what"),
        (said(schema=99, version="9.0"), SchemaTooNew, "solosync 9.0, which is newer"),
        (said(format="solosync-backup/2"), Invalid, "in the format"),
        (said(format=None), Invalid, "in the format"),
        (said(counts=3), Invalid, "can't be read"),
        (other_keys, Damaged, "keys.json isn't what it was"),
        (longer, Damaged, "keys.json isn't what it was"),
        (database(lambda old: b"rubbish" * 1000), Damaged, "the database in it is damaged"),
        (database(lambda old: old[:8192] + b"\xff" * (len(old) - 8192)), Damaged, "damaged"),
        (database(without_tables), Damaged, "the database in it is damaged"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_what_is_no_whole_backup_changes_nothing(
    store, made, data_dir, tmp_path, change, error, why
):
    store.close()
    rewrite(made.file, change)
    before = content(data_dir)
    with pytest.raises(error, match=why):
        restore(made.file, data_dir)
    assert content(data_dir) == before
    assert not (tmp_path / "escaped.pem").exists()


def test_link_in_a_zip_is_refused(store, made, data_dir):
    store.close()
    with zipfile.ZipFile(made.file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(parts.pop("manifest.json"))
    target = b"/etc/passwd"
    digest = hashlib.sha256(target).hexdigest()
    manifest["parts"]["solosync.toml"] = {"size": len(target), "sha256": digest}
    entry = zipfile.ZipInfo("solosync.toml")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(made.file, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
        archive.writestr(entry, target)
        archive.writestr("manifest.json", json.dumps(manifest))
    with pytest.raises(Invalid, match=r"'solosync.toml' has no place"):
        restore(made.file, data_dir)


def test_file_that_was_cut_short_is_no_backup(store, made, data_dir):
    store.close()
    whole = made.file.read_bytes()
    before = content(data_dir)
    for length in (0, 1, 1000, len(whole) // 2, len(whole) - 1):
        made.file.write_bytes(whole[:length])
        with pytest.raises(Invalid, match="no backup of solosync"):
            restore(made.file, data_dir)
    flipped = bytearray(whole)
    flipped[200] ^= 1  # in what is packed of the database
    made.file.write_bytes(flipped)
    with pytest.raises((Invalid, Damaged)):
        restore(made.file, data_dir)
    assert content(data_dir) == before


def test_running_server_is_told_to_be_stopped(store, made, data_dir):
    lock = FolderLock(data_dir)
    assert lock.acquire()
    with pytest.raises(Locked, match="Stop it first"):
        restore(made.file, data_dir)
    lock.release()


def test_command_that_has_the_database_open_is_waited_for(store, made, data_dir, monkeypatch):
    monkeypatch.setattr("solosync.store.copies.BUSY_TIMEOUT_SECONDS", 0.1)
    before = content(data_dir)
    store.read(lambda tx: users.find_by_email(tx, "ann@example.org"))
    with pytest.raises(Exception, match="Another solosync command has the database open"):
        restore(made.file, data_dir)
    assert content(data_dir).keys() == before.keys()
    store.close()
    assert restore(made.file, data_dir).aside is not None


def test_too_little_room_is_told_before_anything_is_unpacked(store, made, data_dir, monkeypatch):
    store.close()
    before = content(data_dir)
    usage = shutil.disk_usage(data_dir)._replace(free=made.manifest.size - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(StorageFailed, match="That takes up to"):
        restore(made.file, data_dir)
    assert content(data_dir) == before


def test_file_system_of_its_own_is_told_before_it_is_in_the_way(store, made, data_dir, monkeypatch):
    store.close()
    (data_dir / "files").mkdir()
    monkeypatch.setattr(os.path, "ismount", lambda path: path == data_dir / "files")
    with pytest.raises(Invalid, match="a file system of its own"):
        restore(made.file, data_dir)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may")
def test_what_root_restores_is_the_folders_owners(store, made, data_dir):
    store.close()
    os.chown(data_dir, 12345, 12345)
    restore(made.file, data_dir)
    there = [data_dir, *data_dir.rglob("*")]
    (aside,) = data_dir.glob("before-restore-*")
    assert {path.stat().st_uid for path in there if aside not in path.parents} == {12345}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may")
def test_root_gives_nothing_away_that_a_link_leads_to(store, made, data_dir, tmp_path):
    store.close()
    os.chown(data_dir, 12345, 12345)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (data_dir / "tmp").symlink_to(elsewhere)
    restore(made.file, data_dir)
    assert elsewhere.stat().st_uid == 0

    lock = data_dir / "solosync.lock"
    lock.unlink()
    (elsewhere / "passwords").write_text("secret")
    lock.symlink_to(elsewhere / "passwords")
    with pytest.raises(OSError):
        restore(made.file, data_dir)
    assert (elsewhere / "passwords").read_text() == "secret"


def test_backup_of_an_older_schema_is_brought_forward(store, made, data_dir, monkeypatch):
    store.close()

    def add_a_table(db):
        db.execute("CREATE TABLE added (name TEXT NOT NULL) STRICT")

    listed = [*migrations.MIGRATIONS, ("9000_test", add_a_table)]
    monkeypatch.setattr(migrations, "MIGRATIONS", listed)
    monkeypatch.setattr(migrations, "SCHEMA_VERSION", len(listed))
    done = restore(made.file, data_dir)
    assert not done.ended.is_known  # the former data is of the older schema
    assert done.aside is not None
    assert not list(data_dir.glob("solosync.db.before-*"))
    with opened(data_dir) as now:
        assert now.read(lambda tx: tx.all("SELECT * FROM added")) == []
    with closing(sqlite3.connect(done.aside / "solosync.db")) as former:
        assert former.execute("PRAGMA user_version").fetchone() == (len(listed) - 1,)


# -- whole or not at all ------------------------------------------------------------------------


class Ended(BaseException):
    """As a power cut."""


def test_ended_at_any_step_of_the_exchange_the_next_command_goes_on(
    store, ann, board, made, data_dir, monkeypatch
):
    """Each of its renames is once the last thing that happens."""
    sessions.create_session(store, ann, name="Later", state=STATE)
    (data_dir / "solosync.toml").write_text("port = 9000")
    store.close()
    rename, lasts = Path.rename, 0
    while True:
        count = 0

        def once_more(path, target, last=lasts):
            nonlocal count
            count += 1
            if count > last:
                raise Ended
            return rename(path, target)

        monkeypatch.setattr(Path, "rename", once_more)
        try:
            restore(made.file, data_dir)
        except Ended:
            monkeypatch.setattr(Path, "rename", rename)
            assert (data_dir / paths.RESTORING_NAME).exists()
            replacing.finish_begun(data_dir)
        else:
            break
        aside = max(data_dir.glob("before-restore-*"))
        check_exchanged(data_dir, aside)
        # The other way round, for the next try.
        for path in [*data_dir.iterdir()]:
            if paths.is_data(path.name):
                path.unlink()
        for path in [*aside.iterdir()]:
            path.rename(data_dir / path.name)
        aside.rmdir()
        lasts += 1
    monkeypatch.setattr(Path, "rename", rename)
    assert lasts >= 5  # three go, two come
    check_exchanged(data_dir, max(data_dir.glob("before-restore-*")))


def check_exchanged(data_dir, aside):
    with opened(data_dir) as now, opened(aside) as former:
        assert [it.name for it in sessions.list_all_sessions(now)] == ["Plan"]
        assert {it.name for it in sessions.list_all_sessions(former)} == {"Plan", "Later"}
    assert not (data_dir / "solosync.toml").exists()
    assert (aside / "solosync.toml").exists()
    assert not (data_dir / paths.RESTORING_NAME).exists()
    assert list((data_dir / "tmp").iterdir()) == []


def test_disk_that_refuses_in_the_middle_is_told_and_nothing_lost(
    store, made, data_dir, monkeypatch
):
    store.close()
    rename = Path.rename

    def refuse(path, target):
        if path.name == "solosync.db":
            raise OSError(28, os.strerror(28), str(path))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(StorageFailed, match="the next command goes on"):
        restore(made.file, data_dir)
    monkeypatch.setattr(Path, "rename", rename)
    replacing.finish_begun(data_dir)
    with opened(data_dir) as now:
        assert [it.rev for it in sessions.list_all_sessions(now)] == [1_000_000]


# -- revs and sign-ins --------------------------------------------------------------------------


def rev_of(folder):
    with opened(folder) as store:
        (found,) = sessions.list_all_sessions(store)
        assert history.load(store, found.key).rev == found.rev
        newest = history.list_versions(store, found.key)[0]
        assert (newest.rev, newest.summary) == (found.rev, "restored from a backup")
        assert json.loads(history.document_at(store, found, found.rev).reading().state) == (
            json.loads(history.document_at(store, found, 0).reading().state)
        )
        return found.rev


def test_no_rev_names_two_contents_however_often_a_backup_is_restored(
    clock, store, made, data_dir, tmp_path
):
    """[REV6]"""
    store.close()
    revs = [restore(made.file, data_dir) and rev_of(data_dir) for _ in range(3)]
    assert revs == [1_000_000, 2_000_000, 3_000_000]
    clock.advance(days=5)
    restore(made.file, tmp_path / "elsewhere")  # where nothing tells of the others
    assert rev_of(tmp_path / "elsewhere") == 6_000_000


def test_rev_that_a_restore_made_is_still_known_when_the_board_has_moved_on(store, made, data_dir):
    """[BASE2] Or what a device removes that has read it would not be removed."""
    store.close()
    restore(made.file, data_dir)
    with opened(data_dir) as now:
        (found,) = sessions.list_all_sessions(now)
        later = make_update(found.rev + 1, actor_id=None)
        now.write(lambda tx: updates.append(tx, found.key, [later]))
        past = history.states_at(now, found, [found.rev])[found.rev]
        assert past.exact


def roles(store, organization):
    found = store.read(lambda tx: organizations.list_members(tx, organization.organization_id))
    return {it.user_id: it.role for it in found}


def test_what_was_taken_back_since_the_backup_does_not_come_back(
    store, ann, board, data_dir, tmp_path
):
    keys = crypto.load_keys(data_dir)
    team = make_organization(store, store.read(lambda tx: users.find(tx, ann.user_id)))
    names = ("bob", "eve", "zoe")
    bob, eve, zoe = (
        make_user(store, f"{it}@example.org", password_hash=it, is_staff=True) for it in names
    )
    make_member(store, team, zoe, "member")
    handed_over = make_organization(store, eve)
    for user in (bob, eve):
        make_member(store, team, user, "admin")
    stolen = make_device(store, bob)
    _, bad, leaked = (
        api_keys.create(store, keys, ann, name=it, scopes=("sessions:read",))
        for it in ("good", "bad", "leaked")
    )
    other = sessions.create_session(store, ann, name="Other", state=STATE).session
    shown, ended = (shares.create(store, keys, ann, it.session_id, TERMS) for it in (board, other))
    for subject in ("1", "2"):
        identity = Identity("https://id.example.org", subject, zoe.user_id, 1)
        store.write(lambda tx, it=identity: identities.insert(tx, it))
    made = back_up(store, tmp_path / "backup.zip")

    store.write(lambda tx: tokens.revoke_device(tx, stolen.device_id, 1))
    api_keys.revoke(store, ann, bad.key.key_id)
    api_keys.rotate(store, keys, ann, leaked.key.key_id)
    shares.revoke(store, ann, other.session_id)
    members.remove(store, ann, team.organization_id, eve.user_id)
    members.change_role(store, ann, team.organization_id, bob.user_id, "member")
    members.change_role(store, ann, team.organization_id, zoe.user_id, "billing")
    make_member(store, handed_over, zoe, "admin")
    store.write(lambda tx: organizations.set_owner(tx, handed_over.organization_id, zoe.user_id))
    store.write(
        lambda tx: organizations.remove_member(tx, handed_over.organization_id, eve.user_id)
    )
    for statement in (
        "UPDATE users SET is_active = 0 WHERE email = 'eve@example.org'",
        "UPDATE users SET is_staff = 0 WHERE email = 'zoe@example.org'",
        "UPDATE users SET password_hash = 'new' WHERE email = 'bob@example.org'",
        "DELETE FROM identities WHERE subject = '2'",
        "UPDATE shares SET password_hash = 'asked for' WHERE revoked_at IS NULL",
    ):
        store.write(lambda tx, it=statement: tx.execute(it))
    late = make_user(store, "late@example.org")
    store.close()

    done = restore(made.file, data_dir)
    assert done.ended.is_known
    assert done.ended.passwords == ["bob@example.org"]
    assert (done.ended.keys, done.ended.links, done.ended.people) == (2, 1, 1)
    keys = crypto.load_keys(data_dir)
    with opened(data_dir) as now:
        for user in (ann, bob, eve, zoe):
            left = now.read(partial(devices.list_for_user, user_id=user.user_id))
            assert [it.name for it in left] == (["good"] if user is ann else [])
        assert now.read(lambda tx: users.find(tx, late.user_id)) is None
        found = {it.email: it for it in now.read(users.list_all)}
        assert {it.password_hash for it in found.values()} == {None, "eve", "zoe"}
        assert found["bob@example.org"].password_hash is None
        assert not found["eve@example.org"].is_active
        assert not found["zoe@example.org"].is_staff
        assert now.read(lambda tx: tx.all("SELECT subject FROM identities")) == [("1",)]
        assert roles(now, team) == {
            ann.user_id: "admin",
            bob.user_id: "member",
            zoe.user_id: "billing",
        }
        assert roles(now, handed_over) == {zoe.user_id: "admin"}
        its = now.read(lambda tx: organizations.find(tx, handed_over.organization_id))
        assert its is not None
        assert its.owner_id == zoe.user_id
        assert shares.open_link(now, keys, str(shown.token)).share.password_hash == "asked for"
        with pytest.raises(NotFound):
            shares.open_link(now, keys, str(ended.token))


def test_where_nothing_tells_what_was_taken_back_keys_end_and_links_stay(
    store, ann, board, data_dir, tmp_path
):
    keys = crypto.load_keys(data_dir)
    api_keys.create(store, keys, ann, name="key", scopes=("sessions:read",))
    link = shares.create(store, keys, ann, board.session_id, TERMS)
    made = back_up(store, tmp_path / "backup.zip")
    store.close()
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    (damaged / "solosync.db").write_bytes(b"rubbish" * 1000)
    (tmp_path / "stranger").mkdir()
    with Store.open(tmp_path / "stranger" / paths.DATABASE_NAME) as other:
        make_user(other)
    for folder in (damaged, tmp_path / "stranger", tmp_path / "new"):
        done = restore(made.file, folder)
        assert (done.ended.is_known, done.ended.keys, done.ended.links_left) == (False, 1, 1)
        with opened(folder) as now:
            assert now.read(lambda tx: devices.list_for_user(tx, ann.user_id)) == []
            opened_link = shares.open_link(now, crypto.load_keys(folder), str(link.token))
            assert opened_link.session.session_id == board.session_id
    assert (max(damaged.glob("before-restore-*")) / "solosync.db").read_bytes()[:7] == b"rubbish"


def test_pictures_that_came_since_are_there_for_the_devices_that_show_them(
    store, ann, board, made, data_dir, tmp_path
):
    keys, blobs = crypto.load_keys(data_dir), open_blobs("", data_dir)
    session = sessions.get_session(store, ann, board.session_id)

    def upload(content):
        file = files.presign(
            store, blobs, keys, ann, session, content_type="image/png", size=len(content)
        ).file
        (tmp_path / "sent").write_bytes(content)
        files.receive(store, blobs, file, tmp_path / "sent")
        return file.file_id, hashlib.sha256(content).hexdigest()

    (since, sha256), (lost, its) = upload(png(3, 3)), upload(png(4, 4))
    blobs.delete(its)
    store.close()
    restore(made.file, data_dir)
    with opened(data_dir) as now:
        found = now.read(lambda tx: file_rows.find(tx, since))
        assert found is not None
        assert (found.sha256, found.user_id) == (sha256, ann.user_id)
        assert now.read(lambda tx: file_rows.find(tx, lost)) is None
        assert files.count(now).contents == {sha256}
    assert b"".join(open_blobs("", data_dir).read(sha256)) == png(3, 3)
