import pytest

from solosync.domain import audit, jobs
from solosync.jobs.schedule import SCHEDULE
from solosync.records.listing import Query, Sort
from tests.asserts import assert_problem
from tests.make import get_job

JOBS = "/api/v1/admin/jobs/"


@pytest.fixture
def sam(sign_in):
    return sign_in(full_name="Sam Staff", is_staff=True)


@pytest.fixture
def failed(store):
    """Of a task that nobody works off while the test looks."""
    job_id = store.write(lambda tx: jobs.add(tx, "solo.empty_trash", "one"))
    jobs.claim(store, job_id)
    jobs.fail(store, job_id, "The disk is full.")
    return job_id


def told(store):
    entries = audit.list_entries(store, Query((Sort("seq"),), {"action": "job."}, 200)).items
    return [(entry.event.action, entry.event.target) for entry in entries]


def test_jobs_are_listed_with_how_they_went(sam, failed):
    page = sam.get(JOBS, params={"filter[status]": "failed"}).json()
    assert page["meta"]["total"] == 1
    (job,) = page["data"]
    assert job["created_at"] <= job["started_at"] <= job["finished_at"]
    times = {"created_at", "started_at", "finished_at"}
    assert {name: value for name, value in job.items() if name not in times} == {
        "id": failed,
        "task": "solo.empty_trash",
        "subject": "one",
        "user_id": None,
        "status": "failed",
        "attempts": 1,
        "error": "The disk is full.",
        "due_at": None,
    }


def test_jobs_are_found_by_task_and_sorted(sam, store, failed):
    for task in ("solo.b", "solo.a"):
        store.write(lambda tx, task=task: jobs.add(tx, task, "x"))
    by_task = sam.get(JOBS, params={"sort": "task,-created_at", "limit": 2}).json()
    assert [job["task"] for job in by_task["data"]] == ["solo.a", "solo.b"]
    rest = sam.get(
        JOBS, params={"sort": "task,-created_at", "limit": 2, "cursor": by_task["meta"]["next"]}
    ).json()
    assert [job["id"] for job in rest["data"]] == [failed]
    found = sam.get(JOBS, params={"filter[task]": "solo.a"}).json()
    assert [job["task"] for job in found["data"]] == ["solo.a"]
    problem = assert_problem(sam.get(JOBS, params={"filter[status]": "broken"}), 400)
    assert "queued" in problem["detail"]


def test_regular_task_is_run_now(sam, store):
    response = sam.post(JOBS, json={"task": "solo.seal_audit"})
    assert response.status_code == 202
    job = response.json()
    assert job["task"] == "solo.seal_audit"
    assert job["status"] in ("queued", "running", "done")
    assert get_job(store, job["id"]).task == "solo.seal_audit"
    assert told(store) == [("job.run", "solo.seal_audit")]


@pytest.mark.parametrize("task", ["solo.generate_png_export", "mail.send", "rm -rf", ""])
def test_only_regular_tasks_are_run(sam, store, task):
    problem = assert_problem(sam.post(JOBS, json={"task": task}), 400)
    assert all(name in problem["detail"] for name in SCHEDULE)
    assert told(store) == []


def test_failed_job_is_done_once_more(sam, store, failed):
    response = sam.post(f"{JOBS}{failed}/retry/")
    assert response.status_code == 202
    assert response.json()["id"] == failed
    assert response.json()["attempts"] == 0
    assert told(store) == [("job.retry", failed)]


def test_what_didnt_fail_is_not_done_again(sam, store):
    job_id = store.write(lambda tx: jobs.add(tx, "solo.empty_trash"))
    jobs.claim(store, job_id)
    jobs.finish(store, job_id)
    assert_problem(sam.post(f"{JOBS}{job_id}/retry/"), 409)
    assert_problem(sam.post(f"{JOBS}{'0' * 32}/retry/"), 404)
    assert told(store) == []


def test_retry_from_the_terminal_says_so(store, failed):
    jobs.retry(store, failed)
    (entry,) = audit.list_entries(store, Query((Sort("seq"),), {"action": "job.retry"}, 9)).items
    assert (entry.event.actor_id, entry.event.parameters) == (None, {"via": "terminal"})
