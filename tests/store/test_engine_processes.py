"""What holds between processes: kill -9 loses nothing acknowledged, and two may write."""

import contextlib
import random

import pytest

from solosync.store import settings
from solosync.store.engine import Store
from tests.children import child, read_line, write_line

# Names are printed after they are committed, by several threads, so that commits are shared.
WRITE_UNTIL_KILLED = """
import itertools, sys, threading
from pathlib import Path
from solosync.store import settings
from solosync.store.engine import Store

store = Store.open(Path(sys.argv[1]))
numbers = itertools.count()
printing = threading.Lock()

def write():
    for number in numbers:
        name = f"{sys.argv[2]} {number}"
        store.write(lambda tx: settings.put(tx, name, "x" * 300))
        with printing:
            print(name)

for _ in range(8):
    threading.Thread(target=write).start()
"""

WRITE_SOME = """
import sys
from pathlib import Path
from solosync.store import settings
from solosync.store.engine import Store

with Store.open(Path(sys.argv[1])) as store:
    print("ready")
    sys.stdin.readline()
    for number in range(int(sys.argv[3])):
        store.write(lambda tx: settings.put(tx, f"{sys.argv[2]} {number}", "1"))
    print("done")
"""

OPEN_ON_COMMAND = """
import sys
from pathlib import Path
from solosync.store import settings
from solosync.store.engine import Store

print("ready")
sys.stdin.readline()
with Store.open(Path(sys.argv[1])) as store:
    store.write(lambda tx: settings.put(tx, sys.argv[2], "1"))
print("done")
"""


def names(store):
    return {name for (name,) in store.read(lambda tx: tx.all("SELECT name FROM settings"))}


def test_kill_loses_nothing_that_was_acknowledged(data_dir):
    seed = random.randrange(2**32)
    print("seed", seed)
    rng = random.Random(seed)
    acknowledged = set()
    for life in range(5):
        with child(WRITE_UNTIL_KILLED, data_dir / "solosync.db", f"life {life}") as writing:
            acknowledged |= {read_line(writing) for _ in range(rng.randrange(1, 400))}
            writing.kill()
            assert writing.stdout is not None
            # communicate() would pass over what was read ahead, and begin in the middle of a line.
            rest = writing.stdout.read()
            # The last line may have been cut in the middle.
            acknowledged |= set(rest.split("\n")[:-1])
        with Store.open(data_dir / "solosync.db") as store:
            assert acknowledged <= names(store)
            assert store.read(lambda tx: tx.all("PRAGMA integrity_check")) == [("ok",)]


def test_two_processes_write_at_the_same_time_and_both_are_kept(store):
    with child(WRITE_SOME, store.path, "theirs", 200) as other:
        read_line(other)
        write_line(other)
        for number in range(200):
            store.write(lambda tx, number=number: settings.put(tx, f"ours {number}", "1"))
        assert read_line(other) == "done"
    assert names(store) == {f"{whose} {n}" for whose in ("ours", "theirs") for n in range(200)}


def test_what_another_process_wrote_is_seen_at_once(store):
    assert names(store) == set()
    with child(WRITE_SOME, store.path, "theirs", 1) as other:
        read_line(other)
        write_line(other)
        assert read_line(other) == "done"
        assert names(store) == {"theirs 0"}


@pytest.mark.parametrize("attempt", range(3))
def test_several_that_make_the_database_at_the_same_moment_all_succeed(tmp_path, attempt):
    path = tmp_path / "solosync.db"
    with contextlib.ExitStack() as stack:
        processes = [
            stack.enter_context(child(OPEN_ON_COMMAND, path, f"{number}")) for number in range(6)
        ]
        for process in processes:
            read_line(process)
        for process in processes:
            write_line(process)
        for process in processes:
            assert read_line(process) == "done"
    with Store.open(path) as store:
        assert names(store) == {f"{number}" for number in range(6)}


def test_lock_of_another_process_is_waited_for(store):
    hold = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked")
sys.stdin.readline()
connection.execute("COMMIT")
"""
    with child(hold, store.path) as other:
        assert read_line(other) == "locked"
        waiting = store.submit(lambda tx: settings.put(tx, "a", "1"))
        with pytest.raises(TimeoutError):
            waiting.result(0.2)
        write_line(other)
        waiting.result(10)
    assert names(store) == {"a"}
