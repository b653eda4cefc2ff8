import sqlite3

import pytest
from msgspec.structs import replace

from solosync import clock as clocks
from solosync.records.idempotency import RememberedAnswer
from solosync.records.listing import EVERYTHING, Query, Sort
from solosync.store import bases, idempotency, sessions, snapshots, updates
from solosync.store.packing import pack
from tests.make import (
    as_actor,
    make_member,
    make_organization,
    make_session,
    make_update,
    make_user,
)

NEWEST = Query((Sort("updated_at", is_descending=True),), {}, EVERYTHING)


@pytest.fixture
def ann(store):
    return make_user(store, "ann@example.org")


@pytest.fixture
def bob(store):
    return make_user(store, "bob@example.org", full_name="Bob Other")


def find(store, user, session, **kind):
    return store.read(
        lambda tx: sessions.find_for_actor(tx, as_actor(user), session.session_id, **kind)
    )


def names(store, user, **kind):
    found = store.read(lambda tx: sessions.list_for_actor(tx, as_actor(user), NEWEST, **kind))
    assert found.total == len(found.items)
    return [session.name for session in found.items]


# Who sees what


def test_new_board_is_as_it_was_made(store, clock, ann):
    made = make_session(store, ann, "Plan")
    assert find(store, ann, made) == made
    assert (made.rev, made.deleted_at) == (0, None)
    assert made.created_at == made.updated_at == clocks.now_us()
    assert made.last_seen_at == clocks.now_ms()


def test_id_is_given_once(store, ann):
    made = make_session(store, ann)

    def insert_again(tx):
        return sessions.insert(
            tx,
            session_id=made.session_id,
            organization_id=made.organization_id,
            owner_id=ann.user_id,
            name="Twin",
            dialect="solo",
            page_count=1,
            thumbnail_url=None,
            state_bytes=2,
            created_at=1,
            device_id=None,
        )

    with pytest.raises(sqlite3.IntegrityError):
        store.write(insert_again)


def test_board_of_a_stranger_is_invisible_in_every_way(store, ann, bob):
    session = make_session(store, ann)
    trashed = make_session(store, ann)
    store.write(lambda tx: sessions.trash(tx, trashed.key, clocks.now_ms()))
    for kind in (False, True):
        assert find(store, bob, session, trashed=kind) is None
        assert find(store, bob, trashed, trashed=kind) is None
        assert names(store, bob, trashed=kind) == []


def test_board_of_nobody_is_invisible(store, ann):
    session = make_session(store, ann)
    for user_id in ("", "nobody", ann.email, ann.user_id.upper()):
        nobody = replace(ann, user_id=user_id)
        assert find(store, nobody, session) is None
        assert names(store, nobody) == []


@pytest.mark.parametrize(("role", "sees"), [("admin", True), ("member", True), ("billing", False)])
@pytest.mark.parametrize("trashed", [False, True])
def test_role_in_the_organization_decides(store, ann, bob, role, sees, trashed):
    team = make_organization(store, ann)
    make_member(store, team, bob, role)
    session = make_session(store, ann, "Team plan", organization_id=team.organization_id)
    if trashed:
        store.write(lambda tx: sessions.trash(tx, session.key, clocks.now_ms()))

    found = find(store, bob, session, trashed=trashed)
    assert (found is not None) is sees
    assert names(store, bob, trashed=trashed) == (["Team plan"] if sees else [])
    assert find(store, bob, session, trashed=not trashed) is None


def test_owner_of_a_board_who_left_its_organization_sees_it_no_more(store, ann, bob):
    team = make_organization(store, ann)
    make_member(store, team, bob, "member")
    session = make_session(store, bob, organization_id=team.organization_id)
    assert find(store, bob, session) is not None
    make_member(store, team, bob, "billing")
    assert find(store, bob, session) is None


def test_boards_of_all_ones_organizations_are_listed_once_each(store, clock, ann, bob):
    team = make_organization(store, bob)
    make_member(store, team, ann, "member")
    make_session(store, ann, "Own")
    clock.advance(seconds=1)
    make_session(store, bob, "Team", organization_id=team.organization_id)
    make_session(store, bob, "Bob's own")
    assert names(store, ann) == ["Team", "Own"]


# Lists


def test_list_has_the_last_changed_first(store, clock, ann):
    first, second, _third = (make_session(store, ann, name) for name in "abc")
    for session in (second, first):
        clock.advance(seconds=1)
        store.write(lambda tx, key=session.key: sessions.touch(tx, key, clocks.now_us()))
    assert names(store, ann) == ["a", "b", "c"]


def test_pages_neither_repeat_nor_skip_boards_of_the_same_moment(store, clock, ann):
    made = {make_session(store, ann).session_id for _ in range(7)}
    seen, query = [], replace(NEWEST, limit=2)
    while True:
        page = store.read(lambda tx, query=query: sessions.list_for_actor(tx, as_actor(ann), query))
        make_session(store, ann, "added meanwhile")
        seen += [session.session_id for session in page.items]
        if page.next is None:
            break
        query = replace(query, position=page.next)
    assert len(seen) == 7
    assert set(seen) == made


def test_list_for_the_person_at_the_machine_has_everyones(store, ann, bob):
    make_session(store, ann, "a")
    trashed = make_session(store, bob, "b")
    store.write(lambda tx: sessions.trash(tx, trashed.key, 1))
    assert [session.name for session in store.read(sessions.list_all)] == ["a"]
    in_trash = store.read(lambda tx: sessions.list_all(tx, trashed=True))
    assert [session.name for session in in_trash] == ["b"]


# Changes


def test_new_rev_changes_what_is_given_and_keeps_the_rest(store, clock, ann):
    session = make_session(store, ann)
    clock.advance(minutes=1)
    later = clocks.now_us()

    def advance(tx):
        sessions.advance(
            tx, session.key, rev=1, page_count=3, state_bytes=99, updated_at=later, device_id="d"
        )
        sessions.advance(
            tx,
            session.key,
            rev=2,
            page_count=None,
            state_bytes=None,
            updated_at=later,
            device_id=None,
        )

    store.write(advance)
    found = find(store, ann, session)
    assert (found.rev, found.page_count, found.state_bytes) == (2, 3, 99)
    assert (found.updated_at, found.last_seen_at) == (later, later // 1_000)
    assert found.last_device_id == "d"
    assert found.created_at == session.created_at


def test_time_of_change_never_goes_back(store, clock, ann):
    session = make_session(store, ann)
    earlier = session.updated_at - 5_000_000

    def change(tx):
        sessions.touch(tx, session.key, earlier)
        sessions.advance(
            tx,
            session.key,
            rev=1,
            page_count=None,
            state_bytes=None,
            updated_at=earlier,
            device_id=None,
        )

    store.write(change)
    assert find(store, ann, session).updated_at == session.updated_at


def test_name_and_thumbnail_and_being_seen_leave_rev_and_time_alone(store, clock, ann):
    session, other = make_session(store, ann), make_session(store, ann)
    clock.advance(minutes=1)

    def change(tx):
        sessions.rename(tx, session.key, "Übersicht")
        sessions.set_thumbnail(tx, session.key, "/t.png")
        sessions.mark_seen(tx, session.key, clocks.now_ms())

    store.write(change)
    found = find(store, ann, session)
    assert (found.name, found.thumbnail_url) == ("Übersicht", "/t.png")
    assert found.last_seen_at == clocks.now_ms()
    assert (found.rev, found.updated_at) == (0, session.updated_at)
    assert find(store, ann, other) == other


def test_trash_and_back(store, ann):
    session = make_session(store, ann)
    assert store.write(lambda tx: sessions.trash(tx, session.key, 7))
    assert not store.write(lambda tx: sessions.trash(tx, session.key, 8))
    assert find(store, ann, session) is None
    assert find(store, ann, session, trashed=True).deleted_at == 7
    assert store.read(lambda tx: sessions.find_by_key(tx, session.key)).deleted_at == 7

    assert store.write(lambda tx: sessions.restore(tx, session.key))
    assert not store.write(lambda tx: sessions.restore(tx, session.key))
    assert find(store, ann, session) == session


def test_purge_takes_only_what_was_trashed_long_ago_and_all_that_belongs_to_it(store, ann):
    old, recent, kept = (make_session(store, ann, name) for name in ("old", "recent", "kept"))

    def fill(tx):
        for session in (old, recent, kept):
            updates.append(tx, session.key, [make_update()])
            snapshots.put(tx, session.key, rev=1, seq=1, packed=pack(b"x"), created_at=1)
            bases.put(tx, session.key, "d", rev=1, packed=None, created_at=1)
            answer = RememberedAnswer(202, b"{}", 1)
            idempotency.put(tx, session.key, ann.user_id, "k", answer)
        sessions.trash(tx, old.key, 10)
        sessions.trash(tx, recent.key, 30)

    store.write(fill)
    assert store.write(lambda tx: sessions.purge_trashed(tx, 20)) == [old.session_id]
    assert store.write(lambda tx: sessions.purge_trashed(tx, 20)) == []
    assert names(store, ann) == ["kept"]
    assert names(store, ann, trashed=True) == ["recent"]
    for table in ("updates", "snapshots", "bases", "idempotency_keys"):
        keys = store.read(
            lambda tx, table=table: tx.all(f"SELECT session_key FROM {table} ORDER BY 1")
        )
        assert keys == [(recent.key,), (kept.key,)], table


def test_purge_takes_the_oldest_first_and_few_at_a_time(store, ann):
    made = [make_session(store, ann) for _ in range(4)]
    for at, session in enumerate(reversed(made)):
        store.write(lambda tx, key=session.key, at=at: sessions.trash(tx, key, at))
    gone = store.write(lambda tx: sessions.purge_trashed(tx, 100, limit=3))
    assert sorted(gone) == sorted(session.session_id for session in made[1:])
