"""Boards as rows: made, listed, named, thrown away and brought back. What is on them is the rooms'
and `history`'s."""

from __future__ import annotations

from typing import NamedTuple

from solosync.board.document import Document, Reading
from solosync.clock import now_ms, now_us
from solosync.domain import bases, policy
from solosync.errors import Forbidden, Invalid, NotFound
from solosync.events import SessionDeleted, SessionRestored
from solosync.ids import new_id
from solosync.records.actors import Actor
from solosync.records.listing import Query, Slice
from solosync.records.sessions import Session
from solosync.records.updates import NewUpdate
from solosync.records.users import User
from solosync.store import organizations, sessions, thumbnails, updates
from solosync.store.engine import Store
from solosync.store.transactions import Tx

DEFAULT_NAME = "Untitled"
LONGEST_NAME = 255
COPY_MARK = " (Copy)"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_SUMMARIES = {"create": "created", "duplicate": "copied", "import": "imported"}
_DEPTH_IN_BODY = 2
_DEPTH_IN_FILE = 1


class Created(NamedTuple):
    """A new board, and how it is shown: at rev 0."""

    session: Session
    reading: Reading


class Usage(NamedTuple):
    """How many boards somebody can open, how many are in the trash, and the bytes of both."""

    boards: int
    trashed: int
    bytes: int


def create_session(
    store: Store,
    actor: Actor,
    *,
    name: str = DEFAULT_NAME,
    state: bytes | None = None,
    organization_id: str | None = None,
    thumbnail_url: str | None = None,
    kind: str = "create",
) -> Created:
    """A new board at rev 0, in the actor's own organization (an API key's is the one it is for)
    unless another is named. Without a state it has one empty page. The actor's device is then known
    to hold it.

    Raises Invalid, NotFound("organization") for one they don't belong to, and Forbidden for one
    whose boards they may not edit. Blocks; the state is read in the calling thread.
    """
    within = actor.organization_id
    if within is not None and organization_id not in (None, within):
        raise NotFound("organization", str(organization_id))
    return _insert(
        store,
        user_id=actor.user_id,
        device_id=actor.device_id,
        name=name,
        document=Document.from_state(state, depth=_DEPTH_IN_BODY),
        organization_id=organization_id or within,
        thumbnail_url=thumbnail_url,
        kind=kind,
    )


def import_session(
    store: Store, user: User | Actor, name: str, state: bytes, *, device_id: str | None = None
) -> Session:
    """A new board of the user's from a file's content: a Solo state, or an Excalidraw file.

    Raises Invalid.
    """
    clean_name = name.encode("utf-8", "replace").decode()[:LONGEST_NAME]
    created = _insert(
        store,
        user_id=user.user_id,
        device_id=device_id,
        name=clean_name,
        document=Document.from_state(state.removeprefix(_BYTE_ORDER_MARK), depth=_DEPTH_IN_FILE),
        organization_id=None,
        thumbnail_url=None,
        kind="import",
    )
    return created.session


def duplicate_session(store: Store, actor: Actor, session: Session, state: bytes) -> Created:
    """A copy of the board as it is shown (`state`), in the same organization. The picture of it is
    the copy's, too, until it has its own."""
    created = create_session(
        store,
        actor,
        name=session.name[: LONGEST_NAME - len(COPY_MARK)] + COPY_MARK,
        state=state,
        organization_id=session.organization_id,
        thumbnail_url=session.thumbnail_url,
        kind="duplicate",
    )
    copy = created.session
    store.write(lambda tx: thumbnails.copy(tx, session.key, copy.key))
    return created


def get_session(store: Store, actor: Actor, session_id: str, *, trashed: bool = False) -> Session:
    """Raises NotFound for what the actor may not see, and for a board that is (or, with `trashed`,
    isn't) in the trash."""
    return store.read(lambda tx: _get(tx, actor, session_id, trashed=trashed))


def list_sessions(
    store: Store, actor: Actor, query: Query, *, trashed: bool = False
) -> Slice[Session]:
    return store.read(lambda tx: sessions.list_for_actor(tx, actor, query, trashed=trashed))


def measure(store: Store, actor: Actor) -> Usage:
    return Usage(*store.read(lambda tx: sessions.measure(tx, actor)))


def list_all_sessions(store: Store) -> list[Session]:
    """Everybody's, for the person at the machine."""
    return store.read(sessions.list_all)


def change_session(
    store: Store, actor: Actor, session_id: str, changes: dict[str, str | None]
) -> Session:
    """Sets `updated_at`, and any of `name` and `thumbnail_url` that `changes` holds.

    Raises NotFound.
    """

    def change(tx: Tx) -> Session:
        session = _get(tx, actor, session_id)
        name = changes.get("name")
        if name is not None:
            sessions.rename(tx, session.key, name)
        if "thumbnail_url" in changes:
            sessions.set_thumbnail(tx, session.key, changes["thumbnail_url"])
        sessions.touch(tx, session.key, now_us())
        return _get(tx, actor, session_id)

    return store.write(change)


def is_as_saved(store: Store, session: Session) -> bool:
    """Whether its last change was the one that led to its rev, and not one beside it, such as
    another name."""
    version = store.read(lambda tx: updates.find_version(tx, session.key, session.rev))
    return version is not None and version.created_at == session.updated_at // 1_000


def mark_seen(store: Store, actor: Actor, session_id: str) -> None:
    """A heartbeat: only the time changes. Raises NotFound."""
    store.write(lambda tx: sessions.mark_seen(tx, _get(tx, actor, session_id).key, now_ms()))


def trash_session(store: Store, actor: Actor, session_id: str) -> None:
    """Raises NotFound."""

    def trash(tx: Tx) -> None:
        session = _get(tx, actor, session_id)
        sessions.trash(tx, session.key, now_ms())
        tx.emit(SessionDeleted(session_id))

    store.write(trash)


def restore_session(store: Store, actor: Actor, session_id: str) -> Session:
    """Out of the trash; a board that isn't in there stays as it is. Raises NotFound."""

    def restore(tx: Tx) -> Session:
        found = sessions.find_for_actor(tx, actor, session_id, trashed=True)
        if found is not None and sessions.restore(tx, found.key):
            tx.emit(SessionRestored(session_id))
        return _get(tx, actor, session_id)

    return store.write(restore)


def _get(tx: Tx, actor: Actor, session_id: str, *, trashed: bool = False) -> Session:
    session = sessions.find_for_actor(tx, actor, session_id, trashed=trashed)
    if session is None:
        raise NotFound("session", session_id)
    return session


def _insert(
    store: Store,
    *,
    user_id: str,
    device_id: str | None,
    name: str,
    document: Document,
    organization_id: str | None,
    thumbnail_url: str | None,
    kind: str,
) -> Created:
    if len(name) > LONGEST_NAME:
        raise Invalid(f"A name has at most {LONGEST_NAME} characters.", fields={"name": "too long"})
    # A document stays on its thread, and the transaction runs on another: only bytes go there.
    update, reading, dialect = document.update(), document.reading(), document.dialect

    def insert(tx: Tx) -> Session:
        now = now_us()
        session = sessions.insert(
            tx,
            session_id=new_id(),
            organization_id=_organization(tx, user_id, organization_id),
            owner_id=user_id,
            name=name,
            dialect=dialect,
            page_count=reading.page_count,
            thumbnail_url=thumbnail_url,
            state_bytes=len(reading.state),
            created_at=now,
            device_id=device_id,
        )
        first = _first_update(update, kind, user_id, device_id, now // 1000)
        updates.append(tx, session.key, [first])
        if device_id is not None:
            bases.keep_rev(tx, session.key, device_id, 0)
        return session

    return Created(store.write(insert), reading)


def _first_update(
    data: bytes, kind: str, user_id: str, device_id: str | None, created_at: int
) -> NewUpdate:
    return NewUpdate(
        rev=0,
        data=data,
        kind=kind,
        actor_id=user_id,
        device_id=device_id,
        summary=_SUMMARIES[kind],
        set_aside=None,
        size=len(data),
        created_at=created_at,
    )


def _organization(tx: Tx, user_id: str, organization_id: str | None) -> str:
    """Where a new board goes."""
    if organization_id is None:
        personal = organizations.find_personal(tx, user_id)
        if personal is None:
            raise NotFound("organization", "personal")
        return personal.organization_id
    role = organizations.find_role(tx, organization_id, user_id)
    if role is None:
        raise NotFound("organization", organization_id)
    if not policy.may_edit_boards(role):
        raise Forbidden("Your role in that organization doesn't let you make boards.")
    return organization_id
