import contextlib
import queue
import sqlite3
import threading
from contextlib import closing, contextmanager

import pytest

from solosync import paths
from solosync.domain import jobs
from solosync.errors import StorageFailed
from solosync.jobs.context import Context, Task, TryAgain
from solosync.jobs.renderer import RenderCrashed
from solosync.jobs.runner import Runner
from solosync.jobs.schedule import Daily
from solosync.jobs.worker import BROKEN
from solosync.store.engine import Store
from tests.children import child, read_line
from tests.make import get_job
from tests.servers import PATIENCE_SECONDS


class Begun:
    """A task that says that it was begun, and ends when it is told to."""

    def __init__(self):
        self.subjects: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.may_end = threading.Semaphore(0)

    def __call__(self, context, job):
        self.subjects.put(job.subject)
        while not self.may_end.acquire(timeout=0.01):
            context.check(job)

    def wait(self):
        return self.subjects.get(timeout=PATIENCE_SECONDS)


def nothing(context, job):
    pass


@pytest.fixture
def running(context):
    """A runner with some tasks, ended when the test does."""

    @contextlib.contextmanager
    def running(tasks, schedule=None, **options):
        own = Context(context.store, context.config, context.blobs)
        runner = Runner(own, tasks, schedule or {}, **options)
        runner.start()
        try:
            yield runner
        finally:
            runner.close()

    return running


def test_job_is_done_soon_after_it_was_committed(running, store, add, settled):
    with running({"solo.draw": Task("pictures", nothing)}) as runner:
        job_id = add("solo.draw", "s1")
        assert settled() == (job_id, "done")
        assert runner.is_working
    done = get_job(store, job_id)
    assert (done.attempts, done.error) == (1, None)
    assert done.started_at is not None
    assert done.finished_at is not None
    assert done.created_at <= done.started_at <= done.finished_at


def test_jobs_of_a_queue_run_one_by_one_the_most_urgent_first(running, context, add, settled):
    slow, order = Begun(), []
    tasks = {
        "solo.block": Task("pictures", slow),
        "solo.late": Task("pictures", lambda context, job: order.append(job.subject), 1),
        "solo.soon": Task("pictures", lambda context, job: order.append(job.subject), 2),
    }
    with running(tasks):
        add("solo.block")
        slow.wait()
        add("solo.late", "a")
        add("solo.late", "b")
        add("solo.soon", "c")
        add("solo.late", "d")
        with bells(context, 4):
            pass
        slow.may_end.release()
        for _ in range(5):
            settled()
    assert order == ["c", "a", "b", "d"]


def test_upkeep_does_not_wait_for_a_long_drawing(running, add, settled):
    slow = Begun()
    tasks = {"solo.draw": Task("pictures", slow), "solo.sweep": Task("upkeep", nothing)}
    with running(tasks):
        drawing = add("solo.draw")
        slow.wait()
        sweeping = add("solo.sweep")
        assert settled() == (sweeping, "done")
        slow.may_end.release()
        assert settled() == (drawing, "done")


def test_cancelled_job_is_stopped(running, store, add, settled):
    slow = Begun()
    with running({"solo.draw": Task("pictures", slow)}):
        job_id, next_id = add("solo.draw", "e1"), add("solo.draw", "e2")
        slow.wait()
        store.write(lambda tx: jobs.cancel(tx, "e1"))
        assert settled() == (job_id, "cancelled")
        assert slow.wait() == "e2"
        slow.may_end.release()
        assert settled() == (next_id, "done")


def test_job_that_the_end_of_the_server_interrupts_goes_on_after_the_next_start(
    running, store, add, settled
):
    slow = Begun()
    with running({"solo.draw": Task("pictures", slow)}):
        job_id = add("solo.draw")
        slow.wait()
    assert get_job(store, job_id).status == "queued"
    assert get_job(store, job_id).attempts == 0
    with running({"solo.draw": Task("pictures", nothing)}):
        assert settled() == (job_id, "done")


def test_job_of_a_server_that_died_is_done_after_the_next_start(running, store, add, settled):
    job_id = add("solo.draw")
    jobs.claim(store, job_id)
    with running({"solo.draw": Task("pictures", nothing)}):
        assert settled() == (job_id, "done")
    assert get_job(store, job_id).attempts == 2


def test_job_that_asks_for_it_is_tried_again_as_often_as_it_asks(running, store, add, settled):
    tries, told = [], []

    def send(context, job):
        tries.append(job.attempts)
        if len(tries) <= jobs.MOST_ATTEMPTS:
            raise TryAgain("The line is busy.", 0)

    task = Task("mail", send, 0, lambda context, job, message: told.append(message))
    with running({"mail.send": task}):
        job_id = add("mail.send")
        assert settled() == (job_id, "done")
    assert (tries, told) == ([1] * (jobs.MOST_ATTEMPTS + 1), [])
    assert get_job(store, job_id).error is None


def test_job_that_is_not_due_is_left_alone(running, store, add, settled):
    later, now = add("mail.send", "later"), add("mail.send", "now")
    claimed = jobs.claim(store, later)
    assert claimed is not None
    jobs.postpone(store, claimed, 3600, "The line is busy.")
    with running({"mail.send": Task("mail", nothing)}):
        assert settled() == (now, "done")
    assert get_job(store, later).status == "queued"


def test_job_that_took_the_server_down_three_times_is_given_up(running, store, add, settled):
    told = []
    task = Task("pictures", nothing, 0, lambda context, job, message: told.append(message))
    job_id = add("solo.draw")
    for _ in range(jobs.MOST_ATTEMPTS - 1):
        claimed = jobs.claim(store, job_id)
        assert claimed is not None
        jobs.put_back(store, claimed, counts=True)
    jobs.claim(store, job_id)
    with running({"solo.draw": task}):
        assert settled() == (job_id, "failed")
    assert told == [get_job(store, job_id).error]
    assert "3 times" in told[0]


def test_what_the_error_says_is_told_to_those_who_wait(running, store, add, settled):
    told = []

    def fail(context, job):
        raise StorageFailed("The disk is full.")

    def give_up(context, job, message):
        told.append((job.subject, message))

    with running({"solo.draw": Task("pictures", fail, 0, give_up)}):
        job_id = add("solo.draw", "e1")
        assert settled() == (job_id, "failed")
    assert told == [("e1", "The disk is full.")]
    assert get_job(store, job_id).error == "The disk is full."
    assert get_job(store, job_id).attempts == 1


def test_mistake_of_ours_is_logged_and_not_told(running, store, add, settled, caplog):
    def fail(context, job):
        raise LookupError("private")

    with running({"solo.draw": Task("pictures", fail), "solo.other": Task("pictures", nothing)}):
        job_id = add("solo.draw")
        assert settled() == (job_id, "failed")
        assert settled_after(add("solo.other"), settled) == "done"
    assert get_job(store, job_id).error == BROKEN
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "private" in caplog.text


def settled_after(job_id, settled):
    ended, status = settled()
    assert ended == job_id
    return status


def test_crash_of_the_child_is_tried_again_and_given_up_at_last(
    running, store, add, settled, caplog
):
    attempts = []

    def crash(context, job):
        attempts.append(job.attempts)
        raise RenderCrashed("The program that draws crashed (SIGKILL).")

    with running({"solo.draw": Task("pictures", crash)}):
        job_id = add("solo.draw")
        assert settled() == (job_id, "failed")
    assert attempts == [1, 2, 3]
    error = get_job(store, job_id).error
    assert error == "The program that draws crashed (SIGKILL). It was tried 3 times."


def test_task_of_another_version_fails_with_a_reason(running, store, add, settled):
    with running({"solo.draw": Task("pictures", nothing)}):
        job_id = add("solo.dance")
        assert settled() == (job_id, "failed")
    assert "solo.dance" in str(get_job(store, job_id).error)


def test_job_that_another_process_queues_is_noticed(running, store, data_dir, settled):
    script = """
import sys
from pathlib import Path
from solosync.domain import jobs
from solosync.store.engine import Store
with Store.open(Path(sys.argv[1])) as store:
    print(store.write(lambda tx: jobs.add(tx, "solo.draw")))
"""
    with running({"solo.draw": Task("pictures", nothing)}), child(script, store.path) as other:
        job_id = read_line(other)
        assert settled() == (job_id, "done")


def test_lost_bell_is_rung_again(running, context, add, settled):
    """As when Huey's file can't be written for a moment."""
    slow = Begun()
    tasks = {"solo.block": Task("pictures", slow), "solo.draw": Task("pictures", nothing)}
    with running(tasks) as runner:
        blocking = add("solo.block")
        slow.wait()
        job_id = add("solo.draw")
        with bells(context, 1) as rung:
            rung.execute("DELETE FROM task")
        runner._rung.discard(job_id)
        slow.may_end.release()
        assert settled() == (blocking, "done")
        assert settled() == (job_id, "done")


@contextmanager
def bells(context, count):
    """Huey's file, as soon as so many jobs wait in it."""
    pause = threading.Event()
    file = context.config.data_dir / "jobs.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as rung:
        for _ in range(PATIENCE_SECONDS * 100):
            if rung.execute("SELECT count(*) FROM task").fetchone() == (count,):
                break
            pause.wait(0.01)
        else:
            raise AssertionError("the bells weren't rung")
        yield rung


def test_regular_task_that_was_missed_runs_after_the_start_once(running, store, settled):
    schedule = {"solo.sweep": Daily(3, 0)}
    tasks = {"solo.sweep": Task("upkeep", nothing)}
    with running(tasks, schedule, first_regular_seconds=0):
        job_id, status = settled()
        assert (get_job(store, job_id).task, status) == ("solo.sweep", "done")
    assert set(jobs.last_runs(store)) == {"solo.sweep"}
    with running(tasks | {"solo.draw": Task("upkeep", nothing)}, schedule, first_regular_seconds=0):
        store.write(lambda tx: jobs.add(tx, "solo.draw"))
        assert get_job(store, settled()[0]).task == "solo.draw"
    assert [job.task for job in jobs.list_jobs(store)] == ["solo.draw", "solo.sweep"]


def test_what_there_is_to_do_is_looked_for(running, store, settled):
    def find():
        store.write(lambda tx: jobs.add_once(tx, "solo.draw", "found"))

    with running({"solo.draw": Task("pictures", nothing)}, find=find, first_regular_seconds=0):
        assert get_job(store, settled()[0]).subject == "found"


def test_trouble_while_looking_does_not_end_it(running, store, add, settled, caplog, monkeypatch):
    monkeypatch.setattr("solosync.jobs.runner.AFTER_FAILURE_SECONDS", 0.01)
    looked = []

    def find():
        looked.append(1)
        raise LookupError("on purpose")

    with running({"solo.draw": Task("pictures", nothing)}, find=find, first_regular_seconds=0):
        assert settled_after(add("solo.draw"), settled) == "done"
        assert settled_after(add("solo.draw"), settled) == "done"
    assert "on purpose" in caplog.text
    assert looked == [1]


def test_end_of_a_job_is_stored_when_the_disk_takes_it_again(
    running, store, add, settled, caplog, monkeypatch
):
    monkeypatch.setattr("solosync.jobs.worker.AFTER_FAILURE_SECONDS", 0.01)
    refused: list[str] = []

    def give_up(context, job, message):
        if len(refused) < 3:
            refused.append(message)
            raise StorageFailed

    def fail(context, job):
        raise StorageFailed("The disk is full.")

    with running({"solo.draw": Task("pictures", fail, 0, give_up)}):
        job_id = add("solo.draw")
        assert settled() == (job_id, "failed")
    assert len(refused) == 3
    assert get_job(store, job_id).error == "The disk is full."


def test_folder_of_a_job_is_empty_at_first_and_gone_afterwards(context, running, add, settled):
    seen = []

    def write(own, job):
        with own.folder(job) as folder:
            closed = [path.stat().st_mode & 0o077 for path in (folder, *folder.parents[:2])]
            seen.append((list(folder.iterdir()), closed))
            (folder / "half").write_bytes(b"x")
            raise StorageFailed("The disk is full.")

    paths.make_temporary_dir(context.config.data_dir)
    left = context.work_dir / "of-a-server-that-died"
    left.mkdir(parents=True)
    (left / "half").write_bytes(b"x")
    with running({"solo.draw": Task("pictures", write)}):
        settled_after(add("solo.draw"), settled)
    assert seen == [([], [0, 0, 0])]
    assert not context.work_dir.exists() or list(context.work_dir.iterdir()) == []


def test_file_of_the_bell_is_the_owners_alone_and_starts_empty(context, running, add, settled):
    path = context.config.data_dir / "jobs.db"
    path.write_bytes(b"not a database")
    path.chmod(0o666)
    with running({"solo.draw": Task("pictures", nothing)}):
        settled_after(add("solo.draw"), settled)
        modes = {file.stat().st_mode & 0o077 for file in path.parent.glob("jobs.db*")}
    assert modes == {0}


def test_closing_at_once_leaves_nothing_behind(running, store, add):
    before = set(threading.enumerate())
    with running({"solo.draw": Task("pictures", nothing)}):
        add("solo.draw")
    assert set(threading.enumerate()) <= before
    assert jobs.list_running(store) == []


def test_store_opens_beside_it(running, store, data_dir, add):
    with running({"solo.draw": Task("pictures", nothing)}), Store.open(store.path) as other:
        assert jobs.list_queued(other) == []
