import json

import pytest

from solosync.domain import history, sessions
from solosync.errors import Forbidden, Invalid, NotFound
from solosync.events import SessionDeleted, SessionRestored
from solosync.records.listing import Query
from solosync.store import bases
from tests.make import make_actor, make_member, make_organization, make_user

STATE = b'{"pages":[{"id":"p","strokes":[{"id":"s","tool":"pen"}]}],"zoom":2}'
EXCALIDRAW = b'{"type":"excalidraw","version":2,"elements":[{"id":"e"}],"appState":{},"files":{}}'


@pytest.fixture
def actor(store):
    return make_actor(store)


@pytest.fixture
def published(store):
    events: list[object] = []
    for kind in (SessionDeleted, SessionRestored):
        store.bus.subscribe(kind, events.append)
    return events


def shown(store, session):
    return json.loads(history.document_at(store, session, session.rev).reading().state)


def test_new_board_is_rev_0_and_that_is_in_its_history(store, actor):
    created = sessions.create_session(store, actor, name="Plan", state=STATE)
    assert created.session.rev == 0
    assert created.session.state_bytes == len(created.reading.state)
    assert shown(store, created.session) == json.loads(STATE)
    (version,) = history.list_versions(store, created.session.key)
    assert (version.rev, version.summary) == (0, "created")


def test_device_that_made_a_board_is_known_to_hold_it(store, actor):
    session = sessions.create_session(store, actor, state=STATE).session
    held = store.read(lambda tx: bases.list_for(tx, session.key, actor.device_id))
    assert [base.rev for base in held] == [0]


def test_imported_board_is_held_by_no_device(store, actor):
    user = make_user(store)
    session = sessions.import_session(store, user, "Old", b"\xef\xbb\xbf" + STATE)
    assert session.owner_id == user.user_id
    assert session.last_device_id is None
    assert shown(store, session) == json.loads(STATE)


def test_kind_of_board_is_fixed_by_its_first_state(store, actor):
    assert sessions.create_session(store, actor, state=STATE).session.dialect == "solo"
    made = sessions.create_session(store, actor, state=EXCALIDRAW)
    assert made.session.dialect == "excalidraw"
    copy = sessions.duplicate_session(store, actor, made.session, made.reading.state)
    assert copy.session.dialect == "excalidraw"
    assert copy.reading == made.reading


@pytest.mark.parametrize("state", [b"[]", b"{", b'{"a":NaN}', b"\xff{}", b""])
def test_unusable_file_makes_no_board(store, state):
    user = make_user(store)
    with pytest.raises(Invalid):
        sessions.import_session(store, user, "Broken", state)
    assert sessions.list_all_sessions(store) == []


def test_undecodable_file_name_is_no_obstacle(store):
    session = sessions.import_session(store, make_user(store), "caf\udce9" + "x" * 300, STATE)
    assert session.name == "caf?" + "x" * 251


def test_stranger_sees_changes_and_restores_nothing(store, actor, published):
    session = sessions.create_session(store, actor, state=STATE).session
    stranger = make_actor(store)
    for act in (
        sessions.get_session,
        sessions.mark_seen,
        sessions.trash_session,
        sessions.restore_session,
    ):
        with pytest.raises(NotFound):
            act(store, stranger, session.session_id)
    with pytest.raises(NotFound):
        sessions.change_session(store, stranger, session.session_id, {"name": "Mine"})
    assert sessions.list_sessions(store, stranger, Query((), {}, 10)).total == 0
    assert sessions.get_session(store, actor, session.session_id) == session
    assert published == []


@pytest.mark.parametrize("role, error", [("admin", None), ("member", None), ("billing", Forbidden)])
def test_role_decides_who_makes_a_teams_boards(store, actor, role, error):
    team = make_organization(store, make_user(store))
    person = make_user(store)
    make_member(store, team, person, role)
    member = make_actor(store, person)
    if error is None:
        made = sessions.create_session(store, member, organization_id=team.organization_id)
        assert made.session.organization_id == team.organization_id
    else:
        with pytest.raises(error):
            sessions.create_session(store, member, organization_id=team.organization_id)
        assert sessions.list_all_sessions(store) == []


def test_change_sets_the_time_and_no_rev(store, actor, clock):
    session = sessions.create_session(store, actor, state=STATE).session
    clock.advance(microseconds=1)
    changed = sessions.change_session(store, actor, session.session_id, {"name": "New"})
    assert changed.name == "New"
    assert changed.updated_at == session.updated_at + 1
    assert changed.rev == 0


def test_trash_and_back_is_told(store, actor, published):
    session_id = sessions.create_session(store, actor, state=STATE).session.session_id
    sessions.trash_session(store, actor, session_id)
    with pytest.raises(NotFound):
        sessions.trash_session(store, actor, session_id)
    assert sessions.get_session(store, actor, session_id, trashed=True)
    sessions.restore_session(store, actor, session_id)
    sessions.restore_session(store, actor, session_id)
    assert published == [SessionDeleted(session_id), SessionRestored(session_id)]
