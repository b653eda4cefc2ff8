import os

import pytest

from solosync.store.lock import LOCK_NAME, FolderLock, Holder, read_holder
from tests.children import child, read_line, write_line

HOLD = """
import sys
from pathlib import Path
from solosync.store.lock import FolderLock

lock = FolderLock(Path(sys.argv[1]))
print(lock.acquire())
lock.announce("http://127.0.0.1:8765")
print("announced")
sys.stdin.readline()
"""


@pytest.fixture
def lock(tmp_path):
    lock = FolderLock(tmp_path)
    yield lock
    lock.release()


def test_only_one_gets_it(tmp_path, lock):
    assert lock.acquire()
    assert not FolderLock(tmp_path).acquire()


def test_released_lock_is_free_for_the_next(tmp_path, lock):
    lock.acquire()
    lock.release()
    lock.release()
    second = FolderLock(tmp_path)
    assert second.acquire()
    second.release()


def test_two_folders_have_two_locks(tmp_path, lock):
    (tmp_path / "other").mkdir()
    other = FolderLock(tmp_path / "other")
    assert lock.acquire()
    assert other.acquire()
    other.release()


def test_others_can_read_who_holds_it_and_where_it_answers(tmp_path, lock):
    lock.acquire()
    assert read_holder(tmp_path) == Holder(os.getpid(), None)
    lock.announce("http://127.0.0.1:8765")
    assert read_holder(tmp_path) == Holder(os.getpid(), "http://127.0.0.1:8765")
    lock.announce("http://a")
    assert read_holder(tmp_path) == Holder(os.getpid(), "http://a")


def test_nobody_holds_a_folder_that_was_never_locked_or_is_released(tmp_path, lock):
    assert read_holder(tmp_path) is None
    lock.acquire()
    lock.announce("http://127.0.0.1:8765")
    lock.release()
    assert read_holder(tmp_path) is None


def test_looking_doesnt_take_it_away(tmp_path, lock):
    lock.acquire()
    for _ in range(3):
        read_holder(tmp_path)
    assert not FolderLock(tmp_path).acquire()


def test_holder_that_is_just_writing_itself_down_is_a_holder(tmp_path, lock):
    lock.acquire()
    (tmp_path / LOCK_NAME).write_bytes(b'{"pid": 1')
    assert read_holder(tmp_path) == Holder(None, None)


def test_another_process_holds_it_until_it_ends(tmp_path, lock):
    with child(HOLD, tmp_path) as other:
        assert read_line(other) == "True"
        assert read_line(other) == "announced"
        assert not lock.acquire()
        assert read_holder(tmp_path) == Holder(other.pid, "http://127.0.0.1:8765")
        write_line(other)
        other.wait(10)
    assert read_holder(tmp_path) is None
    assert lock.acquire()


def test_killed_process_holds_nothing(tmp_path, lock):
    with child(HOLD, tmp_path) as other:
        assert read_line(other) == "True"
        assert read_line(other) == "announced"
        other.kill()
        other.wait(10)
    assert (tmp_path / LOCK_NAME).read_bytes() != b"", "what it wrote is still there"
    assert read_holder(tmp_path) is None
    assert lock.acquire()
    assert read_holder(tmp_path) == Holder(os.getpid(), None)


def test_announcing_without_holding_is_a_mistake(lock):
    with pytest.raises(RuntimeError, match="isn't held"):
        lock.announce("http://127.0.0.1:8765")


def test_lock_file_is_for_its_owner_only(tmp_path, lock):
    lock.acquire()
    assert (tmp_path / LOCK_NAME).stat().st_mode & 0o077 == 0
