import pytest

from solosync.clock import now_ms
from solosync.domain import jobs
from solosync.errors import Conflict, NotFound, RateLimited
from solosync.events import JobQueued, JobSettled
from tests.make import get_job, make_user


@pytest.fixture
def heard(store):
    events: list[object] = []
    for kind in (JobQueued, JobSettled):
        store.bus.subscribe(kind, events.append)
    return events


def add(store, *arguments):
    return store.write(lambda tx: jobs.add(tx, *arguments))


def claim(store, job_id):
    job = jobs.claim(store, job_id)
    assert job is not None
    return job


def test_job_is_announced_once_it_is_committed(store, heard):
    job_id = add(store, "solo.draw", "e1")
    assert heard == [JobQueued(job_id)]

    def change_of_mind(tx):
        jobs.add(tx, "solo.draw", "e2")
        raise LookupError

    with pytest.raises(LookupError):
        store.write(change_of_mind)
    assert len(heard) == 1
    assert [job.subject for job in jobs.list_jobs(store)] == ["e1"]


def test_person_with_too_many_unfinished_jobs_has_to_wait(store):
    ann, bob = make_user(store), make_user(store)
    ids = [add(store, "solo.draw", "", ann.user_id) for _ in range(jobs.MOST_UNFINISHED)]
    with pytest.raises(RateLimited) as caught:
        add(store, "solo.draw", "", ann.user_id)
    assert caught.value.retry_after_seconds == jobs.RETRY_AFTER_SECONDS
    add(store, "solo.draw", "", bob.user_id)
    add(store, "solo.sweep")
    jobs.claim(store, ids[0])
    jobs.finish(store, ids[0])
    add(store, "solo.draw", "", ann.user_id)


def test_same_work_is_not_queued_twice_until_it_has_begun(store):
    def once():
        return store.write(lambda tx: jobs.add_once(tx, "solo.draw", "s1"))

    first = once()
    assert once() == first
    jobs.claim(store, first)
    assert once() != first


def test_finished_and_failed_jobs_are_announced_with_how_it_went(store, heard):
    good, bad = add(store, "solo.draw", "e1"), add(store, "solo.draw", "e2")
    heard.clear()
    jobs.claim(store, good)
    jobs.claim(store, bad)
    jobs.finish(store, good)
    jobs.fail(store, bad, "The disk is full.")
    assert heard == [
        JobSettled(good, "solo.draw", "e1", "done"),
        JobSettled(bad, "solo.draw", "e2", "failed"),
    ]
    assert get_job(store, bad).error == "The disk is full."


def test_cancelled_job_stays_cancelled(store, heard):
    job_id = add(store, "solo.draw", "e1")
    jobs.claim(store, job_id)
    assert jobs.is_running(store, job_id)
    heard.clear()
    assert store.write(lambda tx: jobs.cancel(tx, "e1")) == 1
    assert not jobs.is_running(store, job_id)
    jobs.finish(store, job_id)
    jobs.fail(store, job_id, "too late")
    assert get_job(store, job_id).status == "cancelled"
    assert heard == [JobSettled(job_id, "solo.draw", "e1", "cancelled")]


def test_job_is_unfinished_until_it_has_ended(store):
    def is_unfinished():
        return store.read(lambda tx: jobs.is_unfinished(tx, "solo.draw", "e1"))

    add(store, "solo.draw", "e2")
    assert not is_unfinished()
    job_id = add(store, "solo.draw", "e1")
    assert is_unfinished()
    jobs.claim(store, job_id)
    assert is_unfinished()
    jobs.finish(store, job_id)
    assert not is_unfinished()


def test_postponed_job_waits_for_its_time_and_says_why(store, clock):
    job_id = add(store, "mail.send")
    jobs.postpone(store, claim(store, job_id), 60, "The line is busy.")
    waiting = get_job(store, job_id)
    assert (waiting.status, waiting.attempts, waiting.error) == ("queued", 0, "The line is busy.")
    clock.advance(seconds=59)
    assert jobs.list_queued(store) == []
    assert jobs.claim(store, job_id) is None
    clock.advance(seconds=1)
    assert [job.job_id for job in jobs.list_queued(store)] == [job_id]
    begun = claim(store, job_id)
    assert (begun.attempts, begun.error) == (1, None)


def test_retried_job_does_not_wait(store, clock):
    job_id = add(store, "mail.send", "m1")
    jobs.postpone(store, claim(store, job_id), 60, "The line is busy.")
    store.write(lambda tx: jobs.cancel(tx, "m1"))
    assert jobs.retry(store, job_id).due_at == 0
    assert claim(store, job_id).attempts == 1


def test_interrupted_attempt_does_not_count_and_a_crashed_one_does(store, heard):
    job_id = add(store, "solo.draw")
    jobs.put_back(store, claim(store, job_id), counts=False)
    assert get_job(store, job_id).attempts == 0
    jobs.put_back(store, claim(store, job_id), counts=True)
    assert get_job(store, job_id).attempts == 1
    assert heard == [JobQueued(job_id)] * 3
    assert [job.job_id for job in jobs.list_queued(store)] == [job_id]
    assert jobs.list_running(store) == []


def test_failed_job_is_retried_when_told_to_and_others_are_not(store, heard):
    job_id = add(store, "solo.draw")
    with pytest.raises(Conflict, match="it is queued"):
        jobs.retry(store, job_id)
    jobs.claim(store, job_id)
    jobs.fail(store, job_id, "no")
    heard.clear()
    assert jobs.retry(store, job_id).attempts == 0
    assert heard == [JobQueued(job_id)]
    with pytest.raises(NotFound):
        jobs.retry(store, "unknown")


def test_regular_task_is_queued_and_its_time_kept(store):
    jobs.add_regular(store, "solo.sweep", 1_000)
    jobs.add_regular(store, "solo.sweep", 2_000)
    assert jobs.last_runs(store) == {"solo.sweep": 2_000}
    assert [job.task for job in jobs.list_queued(store)] == ["solo.sweep"]


def test_jobs_of_the_past_are_forgotten(store, clock):
    done, failed, queued = (add(store, "solo.draw") for _ in range(3))
    jobs.finish(store, done)
    jobs.fail(store, failed, "no")
    later = now_ms() + jobs.DONE_KEPT_MS + 1
    assert store.write(lambda tx: jobs.purge(tx, later)) == 1
    later += jobs.FAILED_KEPT_MS
    assert store.write(lambda tx: jobs.purge(tx, later)) == 1
    assert [job.job_id for job in jobs.list_jobs(store)] == [queued]
