import pytest

from solosync.ids import new_id
from solosync.records.jobs import Job
from solosync.store import jobs
from tests.make import make_user


@pytest.fixture
def add(store):
    def add(task="solo.draw", subject="", user=None, created_at=1, status="queued", **fields):
        defaults = {"attempts": 0, "error": None, "started_at": None, "finished_at": None}
        user_id = user and user.user_id
        job = Job(
            job_id=new_id(),
            task=task,
            subject=subject,
            user_id=user_id,
            status=status,
            created_at=created_at,
            **(defaults | fields),
        )
        store.write(lambda tx: jobs.insert(tx, job))
        return job

    return add


def test_job_is_found_as_it_was_added(store, add):
    job = add(user=make_user(store), subject="e1", attempts=2, error="why", started_at=5)
    assert store.read(lambda tx: jobs.find(tx, job.job_id)) == job
    assert store.read(lambda tx: jobs.find(tx, "another")) is None


def test_only_one_claim_of_a_job_succeeds_and_counts_as_an_attempt(store, add):
    job = add()
    claimed = store.write(lambda tx: jobs.claim(tx, job.job_id, 7))
    assert (claimed.status, claimed.attempts, claimed.started_at) == ("running", 1, 7)
    assert store.write(lambda tx: jobs.claim(tx, job.job_id, 8)) is None


def test_job_ends_once(store, add):
    job = add()
    ended = store.write(lambda tx: jobs.settle(tx, job.job_id, "failed", "no paper", 9))
    assert (ended.status, ended.error, ended.finished_at) == ("failed", "no paper", 9)
    assert store.write(lambda tx: jobs.settle(tx, job.job_id, "done", None, 10)) is None
    assert store.read(lambda tx: jobs.find(tx, job.job_id)) == ended


def test_cancelling_reaches_the_unfinished_jobs_of_one_subject_only(store, add):
    queued, running = add(subject="e1"), add(subject="e1", status="running")
    done, other = add(subject="e1", status="done", finished_at=3), add(subject="e2")
    ended = store.write(lambda tx: jobs.cancel(tx, "e1", 9))
    assert {job.job_id for job in ended} == {queued.job_id, running.job_id}
    assert {job.status for job in ended} == {"cancelled"}
    for job in (done, other):
        assert store.read(lambda tx, job=job: jobs.find(tx, job.job_id)) == job


def test_only_a_running_job_is_put_back(store, add):
    running, done = add(status="running", started_at=2), add(status="done", finished_at=3)
    back = store.write(lambda tx: jobs.put_back(tx, running.job_id, attempts=2))
    assert (back.status, back.attempts, back.started_at) == ("queued", 2, None)
    assert store.write(lambda tx: jobs.put_back(tx, done.job_id, attempts=2)) is None


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_reopened_job_is_as_new(store, add, status):
    job = add(status=status, attempts=3, error="why", started_at=2, finished_at=3)
    reopened = store.write(lambda tx: jobs.reopen(tx, job.job_id))
    assert (reopened.status, reopened.attempts, reopened.error) == ("queued", 0, None)
    assert (reopened.started_at, reopened.finished_at) == (None, None)


@pytest.mark.parametrize("status", ["queued", "running", "done"])
def test_job_that_did_not_fail_is_not_reopened(store, add, status):
    job = add(status=status)
    assert store.write(lambda tx: jobs.reopen(tx, job.job_id)) is None
    assert store.read(lambda tx: jobs.find(tx, job.job_id)) == job


def test_unfinished_jobs_come_in_the_order_they_were_added(store, add):
    second, first = add(created_at=2), add(created_at=1)
    third = add(created_at=2)
    running = add(created_at=3, status="running")
    add(status="done", finished_at=1)
    listed = store.read(jobs.list_unfinished)
    assert listed == [first, second, third, running]
    assert store.read(lambda tx: jobs.list_unfinished(tx, status="running")) == [running]
    assert [job.created_at for job in store.read(jobs.list_all)] == [3, 2, 2, 1, 1]
    assert len(store.read(lambda tx: jobs.list_all(tx, status="done"))) == 1


def test_unfinished_jobs_are_counted_by_person(store, add):
    ann, bob = make_user(store), make_user(store)
    add(user=ann), add(user=ann, status="running"), add(user=bob), add()
    add(user=ann, status="done", finished_at=1), add(user=ann, status="failed", finished_at=1)
    assert store.read(lambda tx: jobs.count_unfinished(tx, ann.user_id)) == 2


def test_waiting_job_is_found_by_task_and_subject(store, add):
    add(subject="s", status="running"), add(subject="t"), add(task="solo.sweep", subject="s")
    assert store.read(lambda tx: jobs.find_queued(tx, "solo.draw", "s")) is None
    job = add(subject="s")
    assert store.read(lambda tx: jobs.find_queued(tx, "solo.draw", "s")) == job


def test_questions_asked_every_second_use_the_small_index(store):
    def plan(tx):
        sql = f"SELECT * FROM jobs WHERE {jobs.UNFINISHED} AND status = 'queued'"
        return tx.all(f"EXPLAIN QUERY PLAN {sql}")[0][3]

    assert "jobs_unfinished" in store.read(plan)


def test_old_jobs_are_forgotten_failed_ones_later(store, add):
    kept = [
        add(status="done", finished_at=20),
        add(status="failed", finished_at=12),
        add(status="running"),
        add(),
    ]
    add(status="done", finished_at=19), add(status="cancelled", finished_at=19)
    add(status="failed", finished_at=11)
    forget = {"ended_before": 20, "failed_before": 12}
    assert store.write(lambda tx: jobs.purge(tx, **forget)) == 3
    assert {job.job_id for job in store.read(jobs.list_all)} == {job.job_id for job in kept}


def test_last_run_of_a_regular_task_is_replaced(store):
    store.write(lambda tx: jobs.put_last_run(tx, "solo.sweep", 5))
    store.write(lambda tx: jobs.put_last_run(tx, "solo.sweep", 6))
    assert store.read(jobs.last_runs) == {"solo.sweep": 6}
