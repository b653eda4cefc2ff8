"""The writer, its transactions, and the readers, within one process.

Measured on 2 shared cores (Python 3.11, SQLite 3.40, a virtual disk that syncs in 0.1 ms), with
coroutines on one uvloop that each await `commit` of one insert of 300 bytes, synchronous=FULL:
1: 6,700/s, p99 0.2 ms; 16: 50,000/s, 0.5 ms; 64: 98,000/s, 1.0 ms. With the real tables, an update
appended and its board advanced in each commit: 64: 20,000/s, p99 9 ms, on a busy machine.
"""

import asyncio
import contextlib
import sqlite3
import threading
from typing import Any

import pytest

from solosync.errors import Damaged, StorageFailed, Unavailable
from solosync.events import SessionDeleted
from solosync.store import settings
from solosync.store.engine import Store
from solosync.store.readers import MOST_READERS


def put(name, value="1"):
    return lambda tx: settings.put(tx, name, value)


def put_and_answer(number):
    def work(tx):
        settings.put(tx, f"{number}", "1")
        return number

    return work


def fail(tx):
    settings.put(tx, "failed", "1")
    raise ValueError("on purpose")


def names(store):
    return {name for (name,) in store.read(lambda tx: tx.all("SELECT name FROM settings"))}


@contextlib.contextmanager
def busy_writer(store):
    """Keeps the writer at work, so that what is submitted meanwhile is one batch."""
    is_busy, go_on = threading.Event(), threading.Event()

    def wait(tx):
        is_busy.set()
        assert go_on.wait(10)

    waiting = store.submit(wait)
    assert is_busy.wait(10)
    try:
        yield
    finally:
        go_on.set()
        waiting.result(10)


@pytest.fixture
def statements(store):
    """What the write connection executes, as SQLite tells it."""
    seen: list[str] = []
    store.write(lambda tx: tx.db.conn.set_trace_callback(seen.append))
    seen.clear()
    yield seen
    store.write(lambda tx: tx.db.conn.set_trace_callback(None))


def break_commit(tx):
    """Leaves a broken reference that SQLite looks at only when it commits."""
    tx.execute("PRAGMA defer_foreign_keys = ON")
    tx.execute("INSERT INTO memberships VALUES ('nobody', 'nothing', 'admin')")


# Writing


def test_write_answers_what_the_function_returned_and_it_is_there(store):
    def work(tx):
        settings.put(tx, "a", "1")
        return 42

    assert store.write(work) == 42
    assert names(store) == {"a"}


def test_many_that_queued_up_share_one_commit(store, statements):
    with busy_writer(store):
        waiting = [store.submit(put(f"name {i}")) for i in range(200)]
    for future in waiting:
        future.result(10)

    commits = [statement for statement in statements if statement == "COMMIT"]
    assert len(commits) == 2  # the busy one's, and one for all 200
    assert len(names(store)) == 200


def test_one_alone_needs_no_savepoint(store, statements):
    store.write(put("a"))
    assert "BEGIN IMMEDIATE" in statements
    assert not [statement for statement in statements if "SAVEPOINT" in statement]


def test_they_run_in_the_order_they_came(store):
    ran = []
    with busy_writer(store):
        waiting = [store.submit(lambda tx, i=i: ran.append(i)) for i in range(50)]
    for future in waiting:
        future.result(10)
    assert ran == list(range(50))


def test_failing_one_rolls_back_alone_and_alone_gets_its_exception(store):
    with busy_writer(store):
        before, failing, after = map(store.submit, [put("before"), fail, put("after")])

    with pytest.raises(ValueError, match="on purpose"):
        failing.result(10)
    before.result(10)
    after.result(10)
    assert names(store) == {"before", "after"}


def test_failing_one_without_company_leaves_nothing(store):
    with pytest.raises(ValueError, match="on purpose"):
        store.write(fail)
    assert names(store) == set()
    store.write(put("next"))
    assert names(store) == {"next"}


def test_broken_constraint_reaches_its_author_as_it_is(store):
    insert = "INSERT INTO settings (name, value) VALUES ('a', '1')"
    store.write(lambda tx: tx.execute(insert).rowcount)
    with pytest.raises(sqlite3.IntegrityError):
        store.write(lambda tx: tx.execute(insert).rowcount)


def test_even_a_base_exception_stops_neither_the_writer_nor_the_others(store):
    class Panic(BaseException):
        pass

    def panic(tx):
        settings.put(tx, "panic", "1")
        raise Panic

    with busy_writer(store):
        panicking, fine = store.submit(panic), store.submit(put("fine"))
    with pytest.raises(Panic):
        panicking.result(10)
    fine.result(10)
    assert names(store) == {"fine"}


def test_commit_that_fails_fails_all_that_shared_it(store):
    with busy_writer(store):
        waiting = [store.submit(work) for work in (put("a"), break_commit, put("b"))]

    for future in waiting:
        with pytest.raises(StorageFailed) as raised:
            future.result(10)
        assert isinstance(raised.value.__cause__, sqlite3.IntegrityError)
    assert names(store) == set()
    assert store.read(lambda tx: tx.all("SELECT * FROM memberships")) == []
    store.write(put("next"))
    assert names(store) == {"next"}


def test_function_that_ends_the_transaction_itself_fails_all_and_the_writer_goes_on(store):
    with busy_writer(store):
        waiting = [
            store.submit(work)
            for work in (put("a"), lambda tx: tx.execute("ROLLBACK").rowcount, put("b"))
        ]
    for future in waiting:
        with pytest.raises(StorageFailed):
            future.result(10)
    assert names(store) == set()
    store.write(put("next"))
    assert names(store) == {"next"}


async def an_async_function(tx):
    settings.put(tx, "async", "1")


def a_generator(tx):
    settings.put(tx, "generator", "1")
    yield


@pytest.mark.parametrize("fn", [an_async_function, a_generator, lambda tx: an_async_function(tx)])
def test_what_would_outlast_its_transaction_is_refused(store, fn):
    with pytest.raises(TypeError, match="plain function"):
        store.write(fn)
    with pytest.raises(TypeError, match="plain function"):
        store.read(fn)
    with pytest.raises(TypeError, match="plain function"):
        asyncio.run(store.commit(fn))
    assert names(store) == set()


def test_writing_from_inside_a_transaction_is_refused_at_once(store):
    with pytest.raises(RuntimeError, match="use the tx"):
        store.write(lambda tx: store.write(put("inner")))
    assert names(store) == set()


def test_tx_hands_out_sqlite_utils_on_the_same_transaction(store):
    def work(tx):
        tx.db["settings"].insert({"name": "a", "value": "1"})
        raise ValueError("take it back")

    with pytest.raises(ValueError, match="take it back"):
        store.write(work)
    assert names(store) == set()
    store.write(lambda tx: tx.db["settings"].insert({"name": "b", "value": "1"}).last_pk)
    assert names(store) == {"b"}


def test_alone_is_outside_any_transaction(store):
    def work(tx):
        was_in_transaction = tx.db.conn.in_transaction
        settings.put(tx, "a", "1")
        tx.execute("VACUUM")
        return was_in_transaction

    assert store.write_alone(work) is False
    assert names(store) == {"a"}


def test_alone_keeps_its_place_in_the_queue(store):
    ran = []
    with busy_writer(store):
        before = store.submit(lambda tx: ran.append("before"))
        thread = threading.Thread(
            target=lambda: store.write_alone(lambda tx: ran.append("alone")), daemon=True
        )
        thread.start()
    thread.join(10)
    before.result(10)
    store.write(lambda tx: ran.append("after"))
    assert ran == ["before", "alone", "after"]


def test_alone_that_fails_answers_its_caller_and_leaves_no_transaction_open(store):
    def begin_and_fail(tx):
        tx.execute("BEGIN")
        settings.put(tx, "a", "1")
        raise ValueError("on purpose")

    with pytest.raises(ValueError, match="on purpose"):
        store.write_alone(begin_and_fail)
    store.write(put("next"))
    assert names(store) == {"next"}


# From an event loop


def test_coroutines_are_all_answered_by_one_wake_up_of_their_loop(store):
    async def work():
        loop: Any = asyncio.get_running_loop()
        wake_up, wake_ups = loop.call_soon_threadsafe, []

        def count(*call):
            wake_ups.append(call)
            return wake_up(*call)

        loop.call_soon_threadsafe = count
        with busy_writer(store):
            tasks = [asyncio.create_task(store.commit(put_and_answer(i))) for i in range(64)]
            await asyncio.sleep(0)  # lets each put its work into the queue
        return await asyncio.gather(*tasks), len(wake_ups)

    answers, wake_ups = asyncio.run(work())
    assert answers == list(range(64))
    assert wake_ups == 1
    assert len(names(store)) == 64


def test_coroutine_gets_its_own_exception(store):
    async def work():
        works = (put("a"), fail, put("b"))
        return await asyncio.gather(*map(store.commit, works), return_exceptions=True)

    a, failed, b = asyncio.run(work())
    assert (a, b) == (None, None)
    assert isinstance(failed, ValueError)
    assert names(store) == {"a", "b"}


def test_cancelled_wait_takes_nothing_back_and_disturbs_nobody(store):
    async def work():
        with busy_writer(store):
            impatient = asyncio.create_task(store.commit(put("impatient")))
            patient = asyncio.create_task(store.commit(put("patient")))
            await asyncio.sleep(0)
            impatient.cancel()
            with pytest.raises(asyncio.CancelledError):
                await impatient
        await patient

    asyncio.run(work())
    assert names(store) == {"impatient", "patient"}


def test_loop_that_closed_while_it_waited_disturbs_nobody(store):
    async def leave():
        asyncio.create_task(store.commit(put("left"))).add_done_callback(lambda task: None)
        await asyncio.sleep(0)

    with busy_writer(store):
        asyncio.run(leave())
        fine = store.submit(put("fine"))
    fine.result(10)
    assert names(store) == {"left", "fine"}


def test_two_loops_in_two_threads_are_both_answered(store):
    answers = {}

    def run(name):
        async def work():
            return [await store.commit(lambda tx, i=i: i) for i in range(50)]

        answers[name] = asyncio.run(work())

    threads = [threading.Thread(target=run, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert answers == {"one": list(range(50)), "two": list(range(50))}


# Events


def test_event_is_published_when_others_can_see_what_happened_and_before_the_answer(store):
    told: list[object] = []

    def look(event):
        told.append((event, names(store)))

    def work(tx):
        settings.put(tx, "a", "1")
        tx.emit(SessionDeleted("s"))
        assert told == []

    store.bus.subscribe(SessionDeleted, look)
    store.write(work)
    assert told == [(SessionDeleted("s"), {"a"})]


def test_what_was_rolled_back_is_never_announced(store):
    told: list[object] = []
    store.bus.subscribe(SessionDeleted, told.append)

    def emit(id):
        return lambda tx: tx.emit(SessionDeleted(id))

    def emit_and_fail(tx):
        tx.emit(SessionDeleted("failed"))
        raise ValueError("on purpose")

    with busy_writer(store):
        waiting = [store.submit(work) for work in (emit("a"), emit_and_fail, emit("b"))]
    with pytest.raises(ValueError, match="on purpose"):
        waiting[1].result(10)
    waiting[2].result(10)
    assert told == [SessionDeleted("a"), SessionDeleted("b")]

    with busy_writer(store):
        waiting = [store.submit(emit("c")), store.submit(break_commit)]
    with pytest.raises(StorageFailed):
        waiting[0].result(10)
    assert told == [SessionDeleted("a"), SessionDeleted("b")]


def test_subscriber_that_fails_or_writes_harms_neither_answer_nor_writer(store, caplog):
    store.bus.subscribe(SessionDeleted, lambda event: store.write(put("from a subscriber")))
    assert store.write(lambda tx: tx.emit(SessionDeleted("s")) or "done") == "done"
    assert "use the tx" in caplog.text
    store.write(put("next"))
    assert names(store) == {"next"}


def test_reading_announces_nothing(store):
    with pytest.raises(RuntimeError, match="changes nothing"):
        store.read(lambda tx: tx.emit(SessionDeleted("s")))


# Reading


def test_reader_refuses_to_write(store):
    with pytest.raises(StorageFailed) as raised:
        store.read(put("a"))
    assert "readonly" in str(raised.value.__cause__)
    with pytest.raises(StorageFailed):
        store.read(lambda tx: tx.execute("CREATE TABLE t (a TEXT) STRICT").rowcount)
    assert names(store) == set()


def test_all_selects_of_one_read_see_one_state(store):
    def look_twice(tx):
        before = settings.find(tx, "a")
        store.write(put("a"))
        return before, settings.find(tx, "a")

    assert store.read(look_twice) == (None, None)
    assert store.read(lambda tx: settings.find(tx, "a")) == "1"


def test_reading_waits_for_no_writer(store):
    store.write(put("a"))
    with busy_writer(store):
        unfinished = store.submit(put("b"))
        assert names(store) == {"a"}
        assert not unfinished.done()


def test_reader_that_raised_is_as_good_as_new(store):
    with pytest.raises(ZeroDivisionError):
        store.read(lambda tx: tx.all("SELECT 1") and 1 / 0)
    store.write(put("a"))
    assert names(store) == {"a"}


def test_only_so_many_read_at_a_time_and_the_others_get_their_turn(store):
    together = threading.Barrier(MOST_READERS, timeout=20)
    lock, now, most, done = threading.Lock(), [0], [0], []

    def look(tx):
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        together.wait()  # passes only if so many are in at once
        with lock:
            now[0] -= 1
        return tx.all("SELECT 1")

    threads = [
        threading.Thread(target=lambda: done.append(store.read(look)))
        for _ in range(3 * MOST_READERS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(done) == 3 * MOST_READERS
    assert most[0] == MOST_READERS


# Opening and closing


def test_closing_commits_and_answers_what_is_queued(data_dir):
    store = Store.open(data_dir / "solosync.db")
    with busy_writer(store):
        waiting = [store.submit(put(f"{i}")) for i in range(100)]
    store.close()
    assert all(future.done() and not future.exception() for future in waiting)
    with Store.open(data_dir / "solosync.db") as again:
        assert len(names(again)) == 100


def test_closed_store_says_so(data_dir):
    store = Store.open(data_dir / "solosync.db")
    store.close()
    store.close()
    with pytest.raises(Unavailable):
        store.write(put("late"))
    with pytest.raises(Unavailable):
        store.read(lambda tx: tx.all("SELECT 1"))
    with pytest.raises(Unavailable):
        asyncio.run(store.commit(put("late")))


@pytest.mark.parametrize(("durability", "synchronous"), [("full", 2), ("normal", 1)])
def test_durability_is_what_sqlite_is_told(data_dir, durability, synchronous):
    def pragma(name):
        return store.write(lambda tx: tx.all(f"PRAGMA {name}")[0][0])

    with Store.open(data_dir / "solosync.db", durability=durability) as store:
        assert pragma("synchronous") == synchronous
        assert pragma("fullfsync") == (1 if durability == "full" else 0)
        assert pragma("journal_mode") == "wal"
        assert pragma("foreign_keys") == 1
        assert store.read(lambda tx: tx.all("PRAGMA query_only")) == [(1,)]
        assert store.read(lambda tx: tx.all("PRAGMA foreign_keys")) == [(1,)]


def test_new_database_is_for_its_owner_only_and_can_shrink(tmp_path):
    path = tmp_path / "solosync.db"
    with Store.open(path) as store:
        store.write(put("a"))
        modes = {file.name: file.stat().st_mode & 0o077 for file in tmp_path.iterdir()}
        assert modes == {"solosync.db": 0, "solosync.db-wal": 0, "solosync.db-shm": 0}
        incremental = 2
        assert store.read(lambda tx: tx.all("PRAGMA auto_vacuum")) == [(incremental,)]


def test_missing_folder_is_a_storage_failure(tmp_path):
    with pytest.raises(StorageFailed, match=r"nowhere.* can't be opened: No such file"):
        Store.open(tmp_path / "nowhere" / "solosync.db")


# Broken files and full disks


def test_file_that_is_no_database_is_damaged_and_left_as_it_is(tmp_path):
    path = tmp_path / "solosync.db"
    path.write_bytes(b"this is not a database at all, but some text" * 100)
    before = path.read_bytes()
    with pytest.raises(Damaged):
        Store.open(path)
    assert path.read_bytes() == before


def test_broken_page_is_damaged_for_readers_and_writers(data_dir):
    path = data_dir / "solosync.db"
    with Store.open(path) as store:
        for i in range(200):
            store.write(put(f"{i}", "x" * 500))
        root = store.read(
            lambda tx: tx.all("SELECT rootpage FROM sqlite_master WHERE name = 'settings'")[0][0]
        )
    with path.open("rb+") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\xff" * 4096)
    with Store.open(path) as store:
        with pytest.raises(Damaged):
            store.read(lambda tx: tx.all("SELECT * FROM settings"))
        with pytest.raises(Damaged):
            store.write(put("a"))


def test_disk_that_takes_no_more_fails_with_storage_failed_and_works_again_later(store):
    resource = pytest.importorskip("resource")
    store.write(put("before"))
    log = store.path.with_name("solosync.db-wal")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with busy_writer(store):
        small = store.submit(put("small"))
        large = store.submit(lambda tx: settings.put(tx, "large", "x" * 5_000_000))
        # From here on no file may grow beyond this, which is how a full disk shows itself.
        resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size + 1_000_000, hard))
    try:
        for future in (small, large):
            with pytest.raises(StorageFailed) as raised:
                future.result(10)
            assert isinstance(raised.value.__cause__, sqlite3.OperationalError)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert names(store) == {"before"}
    store.write(put("after"))
    assert names(store) == {"before", "after"}
    assert store.read(lambda tx: tx.all("PRAGMA integrity_check")) == [("ok",)]
