import shutil
import sqlite3
from contextlib import closing

import pytest

from solosync.errors import SchemaTooNew, StorageFailed, Unavailable
from solosync.store import migrations, settings
from solosync.store.engine import Store

PAST, PRESENT = migrations.SCHEMA_VERSION, migrations.SCHEMA_VERSION + 1


def add_a_table(db):
    db.execute("CREATE TABLE added (name TEXT NOT NULL) STRICT")
    db.execute("INSERT INTO added SELECT name FROM settings")


def add_and_fail(db):
    db.execute("CREATE TABLE half (name TEXT NOT NULL) STRICT")
    raise sqlite3.OperationalError("on purpose")


def look(path, sql):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def tables(path):
    return {name for (name,) in look(path, "SELECT name FROM sqlite_master WHERE type = 'table'")}


@pytest.fixture
def path(data_dir):
    """A database of the schema that is the past for tests that use `newer_program`."""
    path = data_dir / "solosync.db"
    with Store.open(path) as store:
        store.write(lambda tx: settings.put(tx, "kept", "1"))
    return path


@pytest.fixture
def newer_program(monkeypatch):
    """This program as it may be after its next release."""

    def become(*added):
        names = [f"{9000 + i}_test" for i in range(len(added))]
        listed = [*migrations.MIGRATIONS, *zip(names, added, strict=True)]
        monkeypatch.setattr(migrations, "MIGRATIONS", listed)
        monkeypatch.setattr(migrations, "SCHEMA_VERSION", len(listed))

    return become


def test_new_file_gets_the_newest_schema_and_no_copy(tmp_path):
    path = tmp_path / "solosync.db"
    Store.open(path).close()
    assert look(path, "PRAGMA user_version") == [(migrations.SCHEMA_VERSION,)]
    assert {"users", "sessions", "updates", "snapshots", "bases"} <= tables(path)
    assert [file.name for file in tmp_path.iterdir()] == ["solosync.db"]


def test_every_migration_is_recorded_by_name_in_order(path):
    recorded = look(path, "SELECT name FROM _sqlite_migrations ORDER BY id")
    assert [name for (name,) in recorded] == [name for name, _ in migrations.MIGRATIONS]


def test_tables_are_strict(path):
    loose = look(
        path,
        """
        SELECT name FROM pragma_table_list
        WHERE schema = 'main' AND NOT strict AND substr(name, 1, 1) <> '_'
            AND name NOT LIKE 'sqlite_%'
        """,
    )
    assert loose == []


def test_every_reference_says_what_happens_on_delete_and_has_an_index(path):
    unsaid, unindexed = [], []
    for table in tables(path):
        for key in look(path, f"PRAGMA foreign_key_list({table})"):
            column, on_delete = key[3], key[6]
            if on_delete not in {"CASCADE", "RESTRICT", "SET NULL"}:
                unsaid.append((table, column))
            first_columns = {
                look(path, f"PRAGMA index_info('{index[1]}')")[0][2]
                for index in look(path, f"PRAGMA index_list({table})")
            }
            # A whole number that is the primary key is where the row itself lies.
            first_columns |= {
                name
                for _, name, kind, _, _, place in look(path, f"PRAGMA table_info({table})")
                if place == 1 and kind == "INTEGER"
            }
            if column not in first_columns:
                unindexed.append((table, column))
    assert unsaid == []
    assert unindexed == []


def test_opening_again_changes_nothing(path):
    before = path.read_bytes()
    Store.open(path).close()
    assert path.read_bytes() == before


def test_older_database_is_copied_aside_then_migrated_with_its_rows(path, newer_program):
    newer_program(add_a_table)
    with Store.open(path) as store:
        assert store.read(lambda tx: tx.all("SELECT name FROM added")) == [("kept",)]

    copy = path.with_name(f"solosync.db.before-{PRESENT}")
    assert look(copy, "PRAGMA user_version") == [(PAST,)]
    assert look(copy, "SELECT name FROM settings") == [("kept",)]
    assert look(copy, "PRAGMA integrity_check") == [("ok",)]
    assert "added" not in tables(copy)
    assert copy.stat().st_mode & 0o077 == 0
    assert not list(path.parent.glob("*.part"))


def test_copy_holds_what_was_still_in_the_write_ahead_log(path, newer_program, tmp_path):
    crashed = tmp_path / "crashed.db"
    with Store.open(path) as store:
        store.write(lambda tx: settings.put(tx, "only in the log", "1"))
        # As after a crash: the log isn't in the database yet.
        shutil.copyfile(path, crashed)
        shutil.copyfile(f"{path}-wal", f"{crashed}-wal")
    newer_program(add_a_table)
    Store.open(crashed).close()
    copied = look(f"{crashed}.before-{PRESENT}", "SELECT name FROM settings ORDER BY name")
    assert copied == [("kept",), ("only in the log",)]


def test_without_its_copy_no_migration_is_begun(path, newer_program):
    newer_program(add_a_table)
    path.with_name(f"solosync.db.before-{PRESENT}").mkdir()  # in the way of the copy
    with pytest.raises(StorageFailed, match="Nothing was changed"):
        Store.open(path)
    assert look(path, "PRAGMA user_version") == [(PAST,)]
    assert "added" not in tables(path)


def test_failing_migration_leaves_everything_as_it_was(path, newer_program):
    newer_program(add_a_table, add_and_fail)
    with pytest.raises(sqlite3.OperationalError, match="on purpose"):
        Store.open(path)
    assert look(path, "PRAGMA user_version") == [(PAST,)]
    assert not {"added", "half"} & tables(path)
    assert look(path, "SELECT name FROM settings") == [("kept",)]


def test_repaired_migration_runs_after_a_failed_one(path, newer_program, monkeypatch):
    newer_program(add_and_fail)
    with pytest.raises(sqlite3.OperationalError):
        Store.open(path)
    monkeypatch.undo()
    newer_program(add_a_table)
    Store.open(path).close()
    assert "added" in tables(path)


def test_newer_database_is_refused_and_left_as_it_is(path, newer_program, monkeypatch):
    newer_program(add_a_table)
    Store.open(path).close()
    monkeypatch.undo()
    before = path.read_bytes()
    with pytest.raises(SchemaTooNew, match=f"schema {PRESENT}; this solosync knows up to {PAST}"):
        Store.open(path)
    assert path.read_bytes() == before


def test_without_leave_to_migrate_an_older_database_is_refused(path, newer_program):
    newer_program(add_a_table)
    with pytest.raises(Unavailable, match="solosync serve"):
        Store.open(path, migrate=False)
    assert "added" not in tables(path)
    assert not list(path.parent.glob("*.before-*"))
