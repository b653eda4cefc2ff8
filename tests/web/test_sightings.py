import asyncio

from solosync.store import devices
from solosync.web.sightings import Sightings
from tests.make import make_actor


def seen(store, actor):
    found = store.read(lambda tx: devices.find(tx, actor.device_id))
    return found.last_seen_at, found.address


def test_device_is_noted_once_a_minute_with_its_newest_address(clock, store):
    ann = make_actor(store)
    begun, _ = seen(store, ann)

    async def notes():
        sightings = Sightings(store)
        sightings.note(ann.device_id, "::1")
        await sightings.write()
        clock.advance(seconds=59)
        sightings.note(ann.device_id, "::2")
        await sightings.write()
        assert seen(store, ann) == (begun, "::1")
        clock.advance(seconds=1)
        sightings.note(ann.device_id, "::2")
        assert seen(store, ann) == (begun, "::1")
        await sightings.write()
        assert seen(store, ann) == (begun + 60_000, "::2")

    asyncio.run(notes())


def test_all_devices_are_written_together(clock, store):
    people = [make_actor(store) for _ in range(100)]
    clock.advance(seconds=1)

    async def notes():
        sightings = Sightings(store)
        for person in people:
            sightings.note(person.device_id, "::1")
        await sightings.write()

    asyncio.run(notes())
    assert {seen(store, person)[1] for person in people} == {"::1"}


def test_what_is_left_is_written_at_the_end(store):
    ann = make_actor(store)

    async def notes():
        sightings = Sightings(store)
        async with sightings.written_regularly():
            sightings.note(ann.device_id, "::1")

    asyncio.run(notes())
    assert seen(store, ann)[1] == "::1"


def test_disk_that_refuses_is_no_reason_to_fail(store, caplog):
    ann = make_actor(store)
    store.close()

    async def notes():
        sightings = Sightings(store)
        sightings.note(ann.device_id, "::1")
        await sightings.write()

    asyncio.run(notes())
    assert "not written" in caplog.text
