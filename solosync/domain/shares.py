"""Links by which a board is shown to whoever has them, and how many have looked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from solosync import crypto
from solosync.clock import DAY_MS, now_ms
from solosync.crypto import Keys, new_token
from solosync.domain import audit
from solosync.errors import NotFound, Unauthenticated
from solosync.events import ShareRevoked
from solosync.ids import new_id
from solosync.origin import current
from solosync.records.actors import Actor
from solosync.records.listing import Query, Slice
from solosync.records.sessions import Session
from solosync.records.shares import Access, Accesses, Share, SharedBoard, device_of
from solosync.store import sessions, shares, users
from solosync.store.engine import Store
from solosync.store.transactions import Tx

LINK = "share link"
VIEW = "share view"
VIEW_SECONDS = 60 * 60
LONGEST_DAYS = 3650
MOST_VIEWS = 1_000_000_000
# Who has looked can be read for so long after a link has ended.
KEPT_DAYS = 30
_PREFIX = 8
_LONGEST_AGENT = 300


class Terms(NamedTuple):
    """What a link is good for. None or 0 days is for ever, no ``max_views`` any number."""

    expires_in_days: int | None
    max_views: int | None
    allow_download: bool
    password_hash: str | None
    may_edit: bool = False


class Link(NamedTuple):
    """A link as those see it who may edit the board; its ``token`` only while it is good."""

    share: Share
    token: str | None


class Opened(NamedTuple):
    """What a link leads to; ``owner`` is a name to show."""

    share: Share
    session: Session
    owner: str


# -- for those whose board it is ---------------------------------------------------------------


def create(store: Store, keys: Keys, actor: Actor, session_id: str, terms: Terms) -> Link:
    """A link to a board; an earlier one is good no more. Raises NotFound."""
    days = terms.expires_in_days
    event = audit.event(
        "share.create",
        actor,
        target=session_id,
        expires_in_days=days,
        max_views=terms.max_views,
        allow_download=terms.allow_download,
        may_edit=terms.may_edit,
        is_protected=terms.password_hash is not None,
    )
    token, now = new_token(), event.created_at

    def insert(tx: Tx) -> Share:
        session = _session(tx, actor, session_id)
        share = Share(
            share_id=new_id(),
            session_key=session.key,
            token_hash=keys.hash_token(LINK, token),
            sealed_token=keys.lock(LINK, token.encode()),
            prefix=token[:_PREFIX],
            password_hash=terms.password_hash,
            expires_at=now + days * DAY_MS if days else None,
            max_views=terms.max_views,
            view_count=0,
            allow_download=terms.allow_download,
            may_edit=terms.may_edit,
            created_by=actor.user_id,
            created_at=now,
            last_accessed_at=None,
            revoked_at=None,
        )
        _revoke(tx, session.key, now)
        shares.insert(tx, share)
        audit.record(tx, event)
        return share

    return Link(store.write(insert), token)


def get(store: Store, keys: Keys, actor: Actor, session_id: str) -> Link | None:
    """The board's link, if it wasn't revoked. Raises NotFound."""
    now = now_ms()

    def find(tx: Tx) -> tuple[Share | None, bool]:
        key = _session(tx, actor, session_id).key
        return shares.find_in_use(tx, key), shares.is_open(tx, key, now)

    share, is_good = store.read(find)
    return None if share is None else _link(keys, share, is_good)


def revoke(store: Store, actor: Actor, session_id: str) -> None:
    """Whoever watches by the link is shown out at once. Raises NotFound for a board that the actor
    may not see; without a link there is nothing to do."""
    event = audit.event("share.revoke", actor, target=session_id)

    def end(tx: Tx) -> None:
        if _revoke(tx, _session(tx, actor, session_id).key, event.created_at):
            audit.record(tx, event)

    store.write(end)


def list_links(
    store: Store, keys: Keys, actor: Actor, query: Query
) -> Slice[tuple[SharedBoard, Link]]:
    """The actor's own, and all of the organizations that they are admin of."""
    now = now_ms()

    def find(tx: Tx) -> tuple[Slice[SharedBoard], set[int]]:
        found = shares.list_for_actor(tx, actor, query)
        return found, shares.find_open_boards(tx, [it.share.session_key for it in found.items], now)

    found, good = store.read(find)
    items = [
        (board, _link(keys, board.share, board.share.session_key in good)) for board in found.items
    ]
    return Slice(items, found.next, found.prev, found.total)


def revoke_link(store: Store, actor: Actor, share_id: str) -> None:
    """As `revoke`, if that is its board's link now. Raises NotFound."""
    event = audit.event("share.revoke", actor)

    def end(tx: Tx) -> None:
        session_id = shares.find_board(tx, share_id)
        session = sessions.find_for_actor(tx, actor, session_id) if session_id else None
        if session is None:
            raise NotFound("link", share_id)
        _revoke(tx, session.key, event.created_at)
        audit.record(tx, msgspec.structs.replace(event, target=session.session_id))

    store.write(end)


def list_accesses(
    store: Store, actor: Actor, session_id: str, *, limit: int, before: int | None = None
) -> Accesses:
    """Newest first; `before` is the key of the last one seen. Raises NotFound."""

    def find(tx: Tx) -> Accesses:
        key = _session(tx, actor, session_id).key
        listed = shares.list_accesses(tx, key, limit=limit, before=before)
        return Accesses(shares.count_accesses(tx, key), listed)

    return store.read(find)


def find_shared(store: Store, session_keys: Iterable[int]) -> set[int]:
    """Of these boards, those that somebody could open by a link now."""
    now = now_ms()
    return store.read(lambda tx: shares.find_open_boards(tx, session_keys, now))


def show_session(store: Store, actor: Actor, session_id: str) -> tuple[Session, bool]:
    """A board, and whether somebody could open it by a link now. Raises NotFound."""
    now = now_ms()

    def find(tx: Tx) -> tuple[Session, bool]:
        session = _session(tx, actor, session_id)
        return session, shares.is_open(tx, session.key, now)

    return store.read(find)


# -- for those who have a link -----------------------------------------------------------------


def open_link(store: Store, keys: Keys, token: str) -> Opened:
    """Raises NotFound for a link that isn't ours or is good no more. Whether a view is left is
    asked for when one is counted: who was admitted stays so."""
    token_hash, now = keys.hash_token(LINK, token), now_ms()

    def find(tx: Tx) -> Opened | None:
        share = shares.find_standing(tx, token_hash, now)
        session = sessions.find_by_key(tx, share.session_key) if share else None
        if share is None or session is None:
            return None
        owner = users.find(tx, session.owner_id)
        # Some people put their address where their name should be.
        name = owner.display_name.partition("@")[0] if owner else ""
        return Opened(share, session, name)

    opened = store.read(find)
    if opened is None:
        raise NotFound("share", "")
    return opened


def check_views_left(opened: Opened) -> None:
    """Raises NotFound, as if there were no such link."""
    if not opened.share.has_views_left:
        raise NotFound("share", "")


def count_view(store: Store, keys: Keys, opened: Opened, user_agent: str) -> str:
    """One more person looks at the board; returns what proves for an hour that they were counted.
    Of many who come at once, no more are admitted than there are views left. Raises NotFound."""
    share_id, session = opened.share.share_id, opened.session
    event = audit.event(
        "share.access",
        target=session.session_id,
        organization_id=session.organization_id,
        share=share_id,
        may_edit=opened.share.may_edit,
    )
    agent = user_agent[:_LONGEST_AGENT].encode(errors="replace").decode()
    access = Access(current.get().address, agent, event.created_at)

    def count(tx: Tx) -> bool:
        if not shares.is_standing(tx, share_id, access.accessed_at):
            return False
        if not shares.count_view(tx, share_id, access):
            return False
        audit.record(tx, event)
        return True

    if not store.write(count):
        raise NotFound("share", "")
    issued_at = access.accessed_at // 1000
    claims = {"sub": share_id, "iat": issued_at, "exp": issued_at + VIEW_SECONDS}
    return keys.sign(VIEW, claims)


def is_view(keys: Keys, share: Share, proof: str) -> bool:
    """Whether it proves that its holder was counted for this link within the hour."""
    try:
        return bool(proof) and keys.read_signed(VIEW, proof)["sub"] == share.share_id
    except Unauthenticated:
        return False


def fits(share: Share, password: str) -> bool:
    """Whether that is the link's password. As costly as `crypto.verify_password`."""
    return crypto.verify_password(share.password_hash, password)


def visitor(share: Share) -> Actor:
    """The actor that stands for whoever comes by a link: no person, and what they change, if the
    link allows that, is noted as the link's."""
    device_id = device_of(share.share_id)
    return Actor("", device_id, False, "", scopes=frozenset(), share_id=share.share_id)


# -- for the jobs ------------------------------------------------------------------------------


def clean_up(store: Store, now_ms: int) -> int:
    """Forgets links that ended long ago, and who looked by them; returns how many."""
    return store.write(lambda tx: shares.purge(tx, now_ms - KEPT_DAYS * DAY_MS))


# -- inside ------------------------------------------------------------------------------------


def _session(tx: Tx, actor: Actor, session_id: str) -> Session:
    session = sessions.find_for_actor(tx, actor, session_id)
    if session is None:
        raise NotFound("session", session_id)
    return session


def _link(keys: Keys, share: Share, is_good: bool) -> Link:
    token = keys.unlock(LINK, share.sealed_token).decode() if is_good else None
    return Link(share, token)


def _revoke(tx: Tx, session_key: int, now: int) -> bool:
    revoked = shares.revoke(tx, session_key, now)
    for share_id in revoked:
        tx.emit(ShareRevoked(share_id))
    return bool(revoked)
