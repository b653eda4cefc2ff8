from solosync import blobs
from solosync.domain import figures
from solosync.store import devices, users
from tests.make import make_device, make_organization, make_session, make_user


def test_empty_server_has_nothing(store, data_dir):
    people = figures.summarize(store).people
    assert (people.total, people.active_24h, people.active_7d) == (0, 0, 0)
    found = figures.measure_storage(store, blobs.open_blobs("", data_dir))
    assert found.bytes.boards == found.bytes.uploads == found.bytes.thumbnails == 0
    assert found.organizations == []
    assert set(found.counts.values()) == {0}
    assert set(found.work.jobs.values()) == set(found.work.mails.values()) == {0}


def test_people_are_active_when_they_were_seen(store, clock):
    seen_now, seen_yesterday, gone = (make_user(store) for _ in range(3))
    make_device(store, gone)
    make_device(store, seen_yesterday)
    clock.advance(days=6)
    make_device(store, seen_now)
    make_device(store, seen_now)
    make_user(store)  # never here
    store.write(lambda tx: users.set_active(tx, gone.user_id, False))
    people = figures.summarize(store).people
    assert (people.total, people.active_24h, people.active_7d) == (3, 1, 2)
    clock.advance(days=2)
    people = figures.summarize(store).people
    assert (people.active_24h, people.active_7d) == (0, 1)


def test_a_key_that_is_used_is_nobody_being_here(store, clock):
    user = make_user(store)
    device = make_device(store, user)
    store.write(
        lambda tx: tx.execute(
            "UPDATE devices SET kind = 'key' WHERE device_id = ?", (device.device_id,)
        )
    )
    assert store.read(lambda tx: devices.find(tx, device.device_id)) is not None
    assert figures.summarize(store).people.active_7d == 0


def test_today_begins_at_midnight_utc(store, clock):
    user = make_user(store)
    make_session(store, user)
    assert figures.summarize(store).boards.changed_today == 1
    clock.advance(hours=21)  # from 03:04
    boards = figures.summarize(store).boards
    assert (boards.total, boards.changed_today) == (1, 0)


def test_largest_organizations_come_first(store, data_dir):
    user = make_user(store)
    made = [make_organization(store, user, name=f"Team {n}") for n in range(12)]
    for number, team in enumerate(made):
        session = make_session(store, user, organization_id=team.organization_id)
        store.write(
            lambda tx, key=session.key, number=number: tx.execute(
                "UPDATE sessions SET state_bytes = ? WHERE key = ?", (1000 * number, key)
            )
        )
    found = figures.measure_storage(store, blobs.open_blobs("", data_dir)).organizations
    assert [(it.name, it.boards, it.bytes) for it in found[:2]] == [
        ("Team 11", 1, 11_000),
        ("Team 10", 1, 10_000),
    ]
    assert len(found) == figures.LARGEST
