"""The tasks that there are, run as a server runs them."""

import json
import os

import pytest

from solosync import clock, paths
from solosync.domain import exports, sessions, thumbnails
from solosync.jobs.runner import Runner
from solosync.jobs.schedule import SCHEDULE
from solosync.jobs.tasks import TASKS
from solosync.store import thumbnails as rows
from tests.jobs.pictures import board
from tests.make import get_job, make_actor

DAY_MS = 24 * 3_600_000


@pytest.fixture
def running(context):
    runners: list[Runner] = []

    def start(**options):
        runner = Runner(context, TASKS, **options)
        runners.append(runner)
        runner.start()

    yield start
    for runner in runners:
        runner.close()


@pytest.fixture
def session(store):
    state = json.dumps(board()).encode()
    return sessions.create_session(store, make_actor(store), name="Waves", state=state).session


def test_every_regular_task_runs_on_a_new_data_folder(running, store, settled):
    running(schedule=SCHEDULE, first_regular_seconds=0)
    ended = dict(settled() for _ in SCHEDULE)
    assert {get_job(store, job_id).task for job_id in ended} == set(SCHEDULE)
    assert set(ended.values()) == {"done"}


def test_board_that_rested_gets_its_thumbnail_and_only_one(running, store, settled, session):
    looked: list[int] = []

    def find():
        looked.append(thumbnails.queue_due(store, clock.now_ms() + 2 * thumbnails.REST_MS))

    assert thumbnails.queue_due(store, clock.now_ms()) == 0  # it may be drawn on this very moment
    running(schedule={}, find=find, first_regular_seconds=0)
    job_id, status = settled()
    assert (get_job(store, job_id).subject, status) == (session.session_id, "done")
    assert looked == [1]
    assert store.read(lambda tx: rows.find(tx, session.session_id)) is not None
    find()
    assert looked == [1, 0]


def test_thumbnail_of_a_board_that_is_gone_is_no_failure(running, store, add, settled):
    running(schedule={})
    add(thumbnails.TASK, "no-such-board")
    assert settled()[1] == "done"


def test_thumbnail_that_can_not_be_made_is_not_tried_for_ever(
    running, store, add, settled, session
):
    store.write(lambda tx: tx.execute("UPDATE updates SET data = x'ff00ff'"))
    running(schedule={})
    job_id = add(thumbnails.TASK, session.session_id)
    assert settled() == (job_id, "failed")
    assert thumbnails.queue_due(store, clock.now_ms() + 2 * thumbnails.REST_MS) == 0


def test_export_that_is_gone_is_no_failure(running, add, settled):
    running(schedule={})
    for task in exports.TASKS.values():
        add(task, "no-such-export")
    assert {settled()[1] for _ in exports.TASKS} == {"done"}


def test_old_temporary_files_go_and_new_ones_stay(running, data_dir, add, settled):
    folder = paths.make_temporary_dir(data_dir)
    old, new = folder / "old" / "half", folder / "new"
    old.parent.mkdir()
    for file in (old, new):
        file.write_bytes(b"half")
    long_ago = clock.now_ms() / 1000 - 2 * DAY_MS / 1000
    for path in (old, old.parent):
        os.utime(path, (long_ago, long_ago))
    running(schedule={})
    add("solo.cleanup_temporary_files")
    assert settled()[1] == "done"
    assert not old.exists()
    assert new.exists()


def test_names_are_those_that_stand_in_databases():
    assert {
        "solo.generate_thumbnail",
        "solo.generate_pdf_export",
        "solo.generate_png_export",
        "solo.generate_svg_export",
        "solo.cleanup_exports",
        "solo.cleanup_orphan_files",
    } <= set(TASKS)
    assert set(exports.TASKS.values()) | {thumbnails.TASK} <= set(TASKS)


def test_what_is_cleaned_up_is_never_in_the_way_of_drawing():
    queues = {name: task.queue for name, task in TASKS.items()}
    assert {queue for name, queue in queues.items() if "generate" in name} == {"pictures"}
    assert queues.pop("mail.send") == "mail"
    assert {queue for name, queue in queues.items() if "generate" not in name} == {"upkeep"}
