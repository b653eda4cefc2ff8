import functools

import pytest

from solosync import clock, paths
from solosync.domain import features, jobs, thumbnails
from solosync.domain.features import DECLARED, REFRESH_SECONDS, Features
from solosync.errors import FeatureOff
from solosync.ids import new_id
from solosync.store import users
from solosync.store.engine import Store
from tests.make import make_actor, make_organization, make_session


class Seconds:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def seconds():
    return Seconds()


@pytest.fixture
def switches(store, seconds):
    return Features(store, seconds)


@pytest.fixture
def actor(store):
    return make_actor(store)


@pytest.fixture
def put(store, actor):
    def put(name, is_on=True, percentage=100, organizations=None, *, store=store):
        features.put(
            store,
            actor,
            name,
            is_on=is_on,
            percentage=percentage,
            organizations=organizations or {},
        )

    return put


def test_what_is_declared_is_on_and_what_nobody_made_is_off(switches):
    assert all(switches.is_on(name) for name in DECLARED)
    assert not switches.is_on("darkness")


def test_a_change_holds_at_once(switches, put):
    assert switches.is_on("exports")
    put("exports", False)
    assert not switches.is_on("exports")
    assert not switches.is_on("exports", new_id(), new_id())
    with pytest.raises(FeatureOff) as refused:
        switches.check("exports")
    assert refused.value.feature == "exports"
    put("exports")
    switches.check("exports")


def test_what_another_process_changed_holds_within_seconds(switches, put, data_dir, seconds):
    assert switches.is_on("exports")
    with Store.open(data_dir / paths.DATABASE_NAME, migrate=False) as other:
        put("exports", False, store=other)
    seconds.now += REFRESH_SECONDS / 2
    assert switches.is_on("exports")
    seconds.now += REFRESH_SECONDS
    assert not switches.is_on("exports")


def test_it_answers_from_memory(store, switches, monkeypatch):
    reads = []
    read = store.read

    def counted(fn):
        reads.append(fn)
        return read(fn)

    monkeypatch.setattr(store, "read", counted)
    for _ in range(100):
        switches.is_on("exports", new_id())
    assert len(reads) == 1


def test_part_of_all_is_always_the_same_part(switches, put):
    ids = [new_id() for _ in range(1000)]
    before: set[str] = set()
    for percentage in (0, 20, 50, 99, 100):
        put("darkness", percentage=percentage)
        on = {id for id in ids if switches.is_on("darkness", id)}
        assert on >= before
        assert on == {id for id in ids if switches.is_on("darkness", None, id)}
        # A thousand fair coins stray by more than this once in a million times.
        assert abs(len(on) - 10 * percentage) <= 80
        before = on
    assert len(before) == 1000


def test_another_feature_is_on_for_others(switches, put):
    ids = [new_id() for _ in range(200)]
    put("one", percentage=50)
    put("two", percentage=50)
    assert [switches.is_on("one", id) for id in ids] != [switches.is_on("two", id) for id in ids]


def test_part_never_changes_with_the_program(switches, put):
    """SHA-256 of the name and the id, as one number, modulo 100: what is on for whom lasts."""
    put("darkness", percentage=50)
    found = [switches.is_on("darkness", f"organization-{number}") for number in range(12)]
    assert found == EXPECTED


EXPECTED = [False, False, True, False, False, True, False, True, False, False, True, False]


def test_without_an_id_only_what_is_on_for_all_is_on(switches, put):
    put("darkness", percentage=99)
    assert not switches.is_on("darkness")
    put("darkness", percentage=100)
    assert switches.is_on("darkness")


def test_organizations_have_it_their_own_way(store, actor, switches, put):
    user = store.read(lambda tx: users.find(tx, actor.user_id))
    mine, other = (make_organization(store, user).organization_id for _ in range(2))
    put("darkness", False, organizations={mine: True})
    assert switches.is_on("darkness", mine)
    assert not switches.is_on("darkness", other)
    put("darkness", True, organizations={mine: False})
    assert not switches.is_on("darkness", mine)
    assert switches.is_on("darkness", other)


def test_thumbnails_are_renewed_only_where_they_are_on(store, actor, switches, put):
    user = store.read(lambda tx: users.find(tx, actor.user_id))
    mine, other = (make_organization(store, user).organization_id for _ in range(2))
    for _ in range(thumbnails.AT_ONCE):  # as many as are looked at in one go
        make_session(store, user, organization_id=other)
    wanted = make_session(store, user, organization_id=mine)
    put("thumbnails", False, organizations={mine: True})
    later = clock.now_ms() + 2 * thumbnails.REST_MS
    is_wanted = functools.partial(switches.is_on, features.THUMBNAILS)
    assert thumbnails.queue_due(store, later, is_wanted) == 1
    assert [job.subject for job in jobs.list_jobs(store)] == [wanted.session_id]
