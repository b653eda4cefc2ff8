import json
import os

import pytest

from solosync import crypto
from solosync.clock import now_ms
from solosync.config import Config
from solosync.domain import jobs, mail, sessions, upkeep
from solosync.errors import NotFound
from tests.make import make_actor


@pytest.fixture
def actor(store):
    return make_actor(store)


def new_board(store, actor):
    state = json.dumps({"pages": [{"id": "p"}]}).encode()
    return sessions.create_session(store, actor, state=state).session


def test_check_between_boards_ends_the_thinning(store, actor, data_dir):
    class Enough(Exception):
        pass

    def check():
        checked.append(1)
        if len(checked) == 2:
            raise Enough

    checked: list[int] = []
    for _ in range(3):
        new_board(store, actor)
    with pytest.raises(Enough):
        upkeep.thin_histories(store, Config(data_dir=data_dir), now_ms(), check)
    assert len(checked) == 2


def test_all_of_it_runs_on_an_empty_database(store, data_dir):
    upkeep.run(store, Config(data_dir=data_dir), now_ms())


def test_jobs_of_the_past_are_dropped_with_what_has_expired(store):
    job_id = store.write(lambda tx: jobs.add(tx, "solo.draw"))
    jobs.finish(store, job_id)
    upkeep.drop_expired(store, now_ms() + jobs.DONE_KEPT_MS - 60_000)
    assert jobs.find(store, job_id) is not None
    upkeep.drop_expired(store, now_ms() + jobs.DONE_KEPT_MS + 1)
    assert jobs.find(store, job_id) is None


def test_mails_of_the_past_are_dropped_with_what_has_expired(store, data_dir):
    keys = crypto.load_keys(data_dir)
    mail_id = store.write(
        lambda tx: mail.queue(tx, keys, "ann@example.org", "test", {}, language="en")
    )
    queued = mail.get_mail(store, mail_id)
    upkeep.drop_expired(store, queued.created_at + mail.KEPT_MS)
    assert mail.get_mail(store, mail_id) == queued
    upkeep.drop_expired(store, queued.created_at + mail.KEPT_MS + 1)
    with pytest.raises(NotFound):
        mail.get_mail(store, mail_id)


def test_old_files_are_removed_and_what_is_new_stays_where_it_is(tmp_path):
    (tmp_path / "old" / "deep").mkdir(parents=True)
    (tmp_path / "mixed").mkdir()
    (tmp_path / "fresh").mkdir()
    for name in ("old/deep/a", "old/b", "mixed/old", "mixed/new", "c"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "outside").symlink_to("/nowhere")
    for name in ("old/deep/a", "old/b", "mixed/old", "c", "old/deep", "mixed"):
        os.utime(tmp_path / name, (1_000, 1_000))
    assert upkeep.remove_old_files(tmp_path, 2_000_000) == 4
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")}
    assert {"mixed", "mixed/new", "fresh", "outside"} <= left
    assert not left & {"c", "mixed/old", "old/b", "old/deep/a"}


def test_folder_that_is_not_there_holds_no_old_files(tmp_path):
    assert upkeep.remove_old_files(tmp_path / "none", now_ms()) == 0
