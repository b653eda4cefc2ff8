import random
import sqlite3
from contextlib import closing
from functools import partial

import pytest

from solosync.records.listing import Query
from solosync.store import maintenance, sessions, settings, updates
from solosync.store.engine import Store
from tests.make import as_actor, make_session, make_update, make_user

MIB = 1024 * 1024


def fill(store, bytes_in_all):
    """A board with a log of that size."""
    session = make_session(store, make_user(store))
    noise = random.Random(1).randbytes(10_000)  # what zstd can do nothing about
    rows = [make_update(1, noise)] * (bytes_in_all // 10_000)
    store.write(lambda tx: updates.append(tx, session.key, rows))
    return session


def empty(store, session):
    store.write(lambda tx: sessions.trash(tx, session.key, 1))
    store.write(lambda tx: sessions.purge_trashed(tx, 2))


def test_sound_database_has_nothing_wrong(store):
    fill(store, MIB)
    assert maintenance.integrity_check(store) == []
    assert maintenance.quick_check(store) == []


def break_a_page(path, table):
    with closing(sqlite3.connect(path)) as connection:
        (root,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)
        ).fetchone()
    with path.open("rb+") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\xff" * 4096)


def test_broken_page_is_found(data_dir):
    path = data_dir / "solosync.db"
    with Store.open(path) as store:
        for i in range(100):
            store.write(partial(settings.put, name=f"{i}", value="x" * 1000))
    break_a_page(path, "settings")
    with Store.open(path) as store:
        assert maintenance.integrity_check(store)
        assert maintenance.quick_check(store)


def test_reference_to_nothing_is_found(store):
    def orphan(tx):
        tx.execute("PRAGMA foreign_keys = OFF")
        updates.append(tx, 99, [make_update()])
        tx.execute("PRAGMA foreign_keys = ON")

    store.write_alone(orphan)
    (found,) = maintenance.integrity_check(store)
    assert "updates refers to a row of sessions" in found


def test_space_of_what_was_deleted_goes_back_to_the_disk(store):
    kept, gone = fill(store, MIB), fill(store, 20 * MIB)
    assert maintenance.truncate_log(store)
    full = maintenance.sizes(store)
    assert full.database_bytes > 20 * MIB
    assert (full.log_bytes, full.free_bytes) == (0, 0)

    empty(store, gone)
    assert maintenance.sizes(store).free_bytes > 19 * MIB
    given_back = maintenance.incremental_vacuum(store)
    assert given_back > 19 * MIB
    assert maintenance.truncate_log(store)
    after = maintenance.sizes(store)
    assert after.database_bytes == full.database_bytes - given_back
    assert (after.log_bytes, after.free_bytes) == (0, 0)
    assert maintenance.integrity_check(store) == []
    assert store.read(lambda tx: updates.weight(tx, kept.key))[1] > MIB - 10_000


def test_nothing_to_vacuum_is_no_work(store):
    assert maintenance.incremental_vacuum(store) == 0


def test_log_grows_and_is_truncated(store):
    fill(store, MIB)
    assert maintenance.sizes(store).log_bytes > MIB
    assert maintenance.truncate_log(store)
    assert maintenance.sizes(store).log_bytes == 0


def test_reader_in_the_way_leaves_the_log_and_harms_nothing(store):
    session = fill(store, MIB)

    def read_meanwhile(tx):
        before = updates.weight(tx, session.key)
        store.write(lambda tx: updates.append(tx, session.key, [make_update()]))
        assert maintenance.truncate_log(store) is False
        assert updates.weight(tx, session.key) == before

    store.read(read_meanwhile)
    assert maintenance.truncate_log(store) is True
    timeout = store.write(lambda tx: tx.all("PRAGMA busy_timeout"))
    assert timeout == [(10_000,)]


@pytest.mark.parametrize("by", [1_000_000, 5])
def test_raised_revs_are_of_every_board_and_leave_the_history_alone(store, by):
    ann = make_user(store)
    new, old = make_session(store, ann), make_session(store, ann)

    def work(tx):
        updates.append(tx, old.key, [make_update(7)])
        sessions.advance(
            tx,
            old.key,
            rev=7,
            page_count=None,
            state_bytes=None,
            updated_at=old.updated_at,
            device_id=None,
        )
        maintenance.raise_revs(tx, by, 9)

    store.write(work)
    found = store.read(lambda tx: sessions.list_for_actor(tx, as_actor(ann), Query((), {}, 10)))
    assert {session.key: session.rev for session in found.items} == {new.key: by, old.key: 7 + by}
    versions = store.read(lambda tx: updates.versions(tx, old.key))
    assert [(version.rev, version.summary) for version in versions] == [
        (7 + by, "restored from a backup"),
        (7, ""),
    ]
