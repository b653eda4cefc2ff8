import io
import json
import sys
from pathlib import Path

import pytest

from solosync import cli
from solosync.domain import sessions
from solosync.store.lock import FolderLock
from tests.backups import opened
from tests.make import make_actor, make_user


@pytest.fixture
def run(capsys, data_dir):
    def run(*words):
        try:
            code = cli.main([*words, "--data-dir", str(data_dir)])
        except SystemExit as exit:
            code = exit.code  # type: ignore[assignment]
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def board(store):
    ann = make_actor(store, make_user(store, "ann@example.org"))
    return sessions.create_session(store, ann, name="Plan").session


@pytest.fixture
def backup(run, board, store, tmp_path):
    """A file; nobody has the database open any more."""
    assert run("backup", "-o", str(tmp_path / "b.zip"))[0] == 0
    store.close()
    return tmp_path / "b.zip"


def test_backup_tells_where_it_is_and_what_it_holds(run, board, tmp_path):
    code, out, err = run("backup", "-o", str(tmp_path))
    (file,) = tmp_path.glob("solosync-*.zip")
    assert (code, err) == (0, "")
    assert out.startswith(f"{file}: 1 board, 1 person, 0 files; 0.0 MiB\n")
    assert "keys and secrets" in out


def test_backup_in_json_is_for_scripts(run, board, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, _ = run("backup", "--json")
    said = json.loads(out)
    (file,) = tmp_path.glob("solosync-*.zip")
    assert code == 0
    assert said == {
        "file": str(file),
        "bytes": file.stat().st_size,
        "made_at": said["made_at"],
        "boards": 1,
        "people": 1,
        "files": 0,
        "missing": [],
    }
    code, _, err = run("backup", "-o", str(file))
    assert (code, err.count("\n"), "isn't overwritten" in err) == (1, 1, True)
    assert run("backup", "-o", f"{tmp_path}/usb/") == (
        1,
        "",
        f"solosync: There is no folder '{tmp_path}/usb/'.\n",
    )


def test_restore_asks_before_anything_is_replaced(run, backup, board, data_dir, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    code, _, err = run("restore", str(backup))
    assert (code, "say --yes" in err) == (1, True)

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr(sys, "stdin", Terminal("n\n"))
    code, out, err = run("restore", str(backup))
    assert (code, out, "Nothing was changed." in err) == (1, "", True)
    assert "1 board, 1 person, 0 files" in err
    with opened(data_dir) as store:
        assert [it.rev for it in sessions.list_all_sessions(store)] == [board.rev]

    monkeypatch.setattr(sys, "stdin", Terminal("y\n"))
    code, out, _ = run("restore", str(backup))
    assert code == 0
    assert out.startswith("restored the backup of ")
    assert "before-restore-" in out
    with opened(data_dir) as store:
        assert [it.rev for it in sessions.list_all_sessions(store)] == [1_000_000]


def test_restore_beside_a_server_and_of_something_else_is_one_line(run, backup, data_dir):
    lock = FolderLock(data_dir)
    assert lock.acquire()
    code, _, err = run("restore", str(backup), "--yes")
    assert (code, err) == (
        1,
        f"solosync: The server is running on {data_dir}. Stop it first, then restore.\n",
    )
    lock.release()
    for file in (backup.with_name("none.zip"), data_dir / "solosync.db", data_dir):
        code, out, err = run("restore", str(file), "--yes")
        assert (code, out, err.count("\n")) == (1, "", 1)


def test_command_finishes_a_restore_that_was_broken_off(run, backup, data_dir, monkeypatch):
    rename = Path.rename

    def refuse(path, target):
        raise OSError(5, "no more", str(path))

    monkeypatch.setattr(Path, "rename", refuse)
    code, _, err = run("restore", str(backup), "--yes")
    assert (code, "the next command goes on" in err) == (1, True)
    monkeypatch.setattr(Path, "rename", rename)
    code, out, _ = run("boards", "list", "--json")
    assert code == 0
    assert [row["name"] for row in json.loads(out)] == ["Plan"]
    assert list(data_dir.glob("before-restore-*"))
