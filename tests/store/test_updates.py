from typing import Any

import pytest

from solosync.store import updates
from tests.make import make_device, make_session, make_update, make_user


@pytest.fixture
def ann(store):
    return make_user(store, full_name="Ann Example")


@pytest.fixture
def session(store, ann):
    return make_session(store, ann)


@pytest.fixture
def append(store, session):
    def append(*rows, key=session.key):
        return store.write(lambda tx: updates.append(tx, key, rows))

    return append


def log(store, session, *, after=0, until_rev=None):
    return store.read(lambda tx: updates.since(tx, session.key, after, until_rev))


def versions(store, session):
    return store.read(lambda tx: updates.versions(tx, session.key))


# The log


def test_update_comes_back_as_it_was_given(store, session, append):
    append(
        make_update(
            1,
            b"\x00\xff",
            kind="save",
            actor_id="someone gone",
            device_id="d",
            summary="2 strokes",
            set_aside=b"[1]",
            size=9,
            created_at=5,
        )
    )
    (found,) = log(store, session)
    assert (found.rev, found.data, found.kind) == (1, b"\x00\xff", "save")
    assert (found.actor_id, found.device_id, found.summary) == ("someone gone", "d", "2 strokes")
    assert (found.set_aside, found.size, found.created_at) == (b"[1]", 9, 5)
    assert found.seq > 0


def test_log_keeps_its_order_and_many_may_share_a_rev(store, session, append):
    append(make_update(0, b"a"), make_update(1, b"b"), make_update(1, b"c"))
    append(make_update(2, b"d"))
    found = log(store, session)
    assert [update.data for update in found] == [b"a", b"b", b"c", b"d"]
    assert [update.seq for update in found] == sorted({update.seq for update in found})


def test_log_is_read_from_a_place_and_up_to_a_rev(store, session, append):
    seq = append(make_update(0, b"a"), make_update(1, b"b"))
    append(make_update(2, b"c"), make_update(3, b"d"))
    assert [update.data for update in log(store, session, after=seq)] == [b"c", b"d"]
    assert [update.data for update in log(store, session, after=seq, until_rev=2)] == [b"c"]
    assert [update.data for update in log(store, session, until_rev=0)] == [b"a"]


def test_boards_have_logs_of_their_own(store, ann, session, append):
    other = make_session(store, ann)
    append(make_update(1, b"mine"))
    append(make_update(1, b"theirs"), key=other.key)
    assert [update.data for update in log(store, session)] == [b"mine"]
    assert [update.data for update in log(store, other)] == [b"theirs"]
    assert store.read(lambda tx: updates.weight(tx, other.key)) == (1, 6)


def test_empty_log_weighs_nothing(store, session):
    assert store.read(lambda tx: updates.weight(tx, session.key)) == (0, 0)
    assert log(store, session) == []
    assert versions(store, session) == []


def test_weight_counts_what_came_after(store, session, append):
    seq = append(make_update(1, b"xx"))
    append(make_update(2, b"xxx"), make_update(3, b"xxxx"))
    assert store.read(lambda tx: updates.weight(tx, session.key)) == (3, 9)
    assert store.read(lambda tx: updates.weight(tx, session.key, seq)) == (2, 7)


def test_places_in_the_log_grow_as_long_as_the_newest_update_stays(store, session, append):
    first, newest = append(make_update(1)), append(make_update(2))
    store.write(lambda tx: tx.execute("DELETE FROM updates WHERE seq = ?", (first,)).rowcount)
    assert append(make_update(3)) > newest


# Versions


def test_versions_are_newest_first_with_names_for_people(store, ann, session, append):
    laptop = make_device(store, ann, name="Laptop")
    by_ann: dict[str, Any] = {"actor_id": ann.user_id, "device_id": laptop.device_id}
    append(
        make_update(0, summary="created", created_at=1, size=5, **by_ann),
        make_update(1, summary="2 strokes", created_at=2, size=7, **by_ann),
    )
    newest, oldest = versions(store, session)
    assert (newest.rev, newest.created_at, newest.summary, newest.size) == (1, 2, "2 strokes", 7)
    assert (newest.actor, newest.device) == ("Ann Example", "Laptop")
    assert (oldest.rev, oldest.created_at, oldest.summary, oldest.size) == (0, 1, "created", 5)


def test_version_of_several_updates_names_everyone_once_and_adds_their_sizes(
    store, ann, session, append
):
    bob = make_user(store, full_name="Bob Other")
    laptop, phone = make_device(store, ann), make_device(store, bob, name="Phone")
    by_ann: dict[str, Any] = {"actor_id": ann.user_id, "device_id": laptop.device_id, "size": 1}
    by_bob: dict[str, Any] = {"actor_id": bob.user_id, "device_id": phone.device_id, "size": 10}
    append(
        make_update(1, created_at=1, summary="first", **by_ann),
        make_update(1, created_at=2, summary="second", **by_bob),
        make_update(1, created_at=3, summary="third", **by_ann),
    )
    (version,) = versions(store, session)
    assert version.size == 12
    assert (version.created_at, version.summary) == (3, "third")
    assert sorted(version.actor.split(", ")) == ["Ann Example", "Bob Other"]
    assert sorted(version.device.split(", ")) == ["Laptop", "Phone"]


def test_version_by_nobody_or_someone_gone_has_empty_names(store, session, append):
    append(make_update(1), make_update(2, actor_id="gone", device_id="gone"))
    assert [(v.actor, v.device) for v in versions(store, session)] == [("", ""), ("", "")]


def test_person_without_a_name_is_shown_by_less_than_their_address(store, session, append):
    nameless = make_user(store, "carla@example.org", full_name="")
    append(make_update(1, actor_id=nameless.user_id))
    assert versions(store, session)[0].actor == "carla"


def test_one_version_is_found_by_its_rev(store, session, append):
    append(make_update(1, size=3), make_update(1, size=4), make_update(2, size=9))
    found = store.read(lambda tx: updates.find_version(tx, session.key, 1))
    assert (found.rev, found.size) == (1, 7)
    assert store.read(lambda tx: updates.find_version(tx, session.key, 3)) is None


def test_what_was_set_aside_comes_in_the_order_of_the_log(store, session, append):
    append(
        make_update(1, set_aside=b"[1]"),
        make_update(1),
        make_update(1, set_aside=b"[2]"),
        make_update(2, set_aside=b"[3]"),
    )
    found = store.read(lambda tx: updates.list_set_aside(tx, session.key, 1))
    assert found == [b"[1]", b"[2]"]


# Thinning


def test_outline_has_sizes_without_the_data(store, session, append):
    seq = append(make_update(0, b"xx", created_at=1, size=99))
    append(make_update(1, b"xxx", created_at=2))
    outline = store.read(lambda tx: updates.outline(tx, session.key))
    assert [(row.rev, row.created_at, row.data_bytes) for row in outline] == [(0, 1, 2), (1, 2, 3)]
    assert [row.rev for row in store.read(lambda tx: updates.outline(tx, session.key, seq))] == [1]


def test_thinned_range_is_one_update_in_the_place_of_its_last(store, ann, session, append):
    other = make_session(store, ann)
    append(make_update(0, b"a"), make_update(1, b"b"), make_update(2, b"c"))
    append(make_update(1, b"theirs"), key=other.key)
    append(make_update(3, b"d", created_at=7, actor_id=ann.user_id), make_update(4, b"e"))
    before = log(store, session)
    first, last = before[1], before[3]

    gone = store.write(
        lambda tx: updates.replace_range(
            tx,
            session.key,
            first.seq,
            last.seq,
            data=b"bcd",
            summary="3 changes",
            set_aside=b"[1]",
            size=3,
        )
    )

    assert gone == 2
    after = log(store, session)
    assert [update.data for update in after] == [b"a", b"bcd", b"e"]
    assert [update.rev for update in after] == [0, 3, 4]
    assert (after[1].seq, after[1].created_at) == (last.seq, 7)
    assert (after[1].actor_id, after[1].summary) == (ann.user_id, "3 changes")
    assert after[1].set_aside == b"[1]"
    assert [update.data for update in log(store, other)] == [b"theirs"]


def test_range_whose_last_update_is_gone_or_anothers_is_left_alone(store, ann, session, append):
    other = make_session(store, ann)
    append(make_update(0, b"a"), make_update(1, b"b"))
    theirs = append(make_update(1, b"theirs"), key=other.key)
    first = log(store, session)[0].seq
    for last in (theirs, theirs + 100):
        gone = store.write(
            lambda tx, last=last: updates.replace_range(
                tx, session.key, first, last, data=b"", summary="", set_aside=None, size=0
            )
        )
        assert gone == 0
    assert [update.data for update in log(store, session)] == [b"a", b"b"]
    assert [update.data for update in log(store, other)] == [b"theirs"]


def test_large_updates_are_kept_packed_and_read_back_as_they_were(store):
    """[STORE] A whole board's JSON-like text takes a fraction of its size on disk."""
    session = make_session(store, make_user(store))
    large, small = b'{"x":1,"y":2},' * 10_000, b"\x01\x02"
    store.write(
        lambda tx: updates.append(tx, session.key, [make_update(1, large), make_update(2, small)])
    )
    rows = store.read(lambda tx: updates.since(tx, session.key, 0))
    assert [row.data for row in rows] == [large, small]
    stored = store.read(lambda tx: tx.all("SELECT is_packed, length(data) FROM updates"))
    assert stored[0][0] == 1
    assert stored[0][1] < len(large) / 10
    assert stored[1] == (0, 2)
