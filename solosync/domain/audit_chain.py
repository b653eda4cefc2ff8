"""Whether the audit log is as it was written.

Every row's hash covers its own columns and the hash of the row before, so a row that was changed,
taken out, put in or moved shows. Whoever has the database could compute all hashes anew, or cut
the newest rows off: against that, the newest row is sealed every now and then with the server's
key, which isn't in the database (docs/decisions/026-the-audit-log-is-a-sealed-chain.md).
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from solosync.crypto import Keys
from solosync.domain.audit import BEFORE_THE_FIRST, digest
from solosync.errors import Damaged
from solosync.store import audit, settings
from solosync.store.audit import Stored
from solosync.store.engine import Store
from solosync.store.transactions import Row, Tx

SEAL = "audit"
SETTING = "audit_seal"
ROWS_AT_ONCE = 1_000
BEFORE_ALL = -(2**63)


class Broken(Damaged):
    """``seq`` is the first row that isn't as it was written, ``created_at`` (ms) the time it tells,
    None where there is no such row."""

    code = "audit.broken"

    def __init__(self, seq: int, why: str, created_at: int | None = None) -> None:
        super().__init__(f"Row {seq} of the audit log: {why}")
        self.seq = seq
        self.why = why
        self.created_at = created_at


class Place(NamedTuple):
    """A row and its hash; all rows up to it are settled by that."""

    seq: int
    hash: bytes


class Verified(NamedTuple):
    """All rows up to the newest are as they were written: the server's seal says so up to one of
    them (None: it was never sealed), their own hashes beyond."""

    newest: Place
    sealed_up_to: int | None


class _Seal(msgspec.Struct, frozen=True):
    seq: int
    hash: bytes
    seal: str


class _Link(NamedTuple):
    seq: int
    created_at: int | None
    hash: bytes


def verify(store: Store, keys: Keys, noted: Place | None = None) -> Verified:
    """Reads all of the log. ``noted`` is a place that somebody wrote down earlier. Raises Broken
    for the first row that isn't as it was written."""
    seal = _find_seal(store, keys)
    known = [place for place in (noted, seal) if place is not None]
    known_seqs = {place.seq for place in known}
    newest = Place(0, BEFORE_THE_FIRST)
    for link in _follow(store, newest):
        newest = Place(link.seq, link.hash)
        if link.seq in known_seqs and any(
            place.seq == link.seq and place != newest for place in known
        ):
            why = "it isn't the row that was sealed or noted; it and others were written anew."
            raise Broken(link.seq, why, link.created_at)
    last = max(known_seqs, default=0)
    if last > newest.seq:
        raise Broken(newest.seq + 1, f"it is gone, with all that came up to row {last}.")
    if not store.read(audit.is_guarded):
        raise Broken(newest.seq, "up to here all is whole, but what refuses changes is gone.")
    return Verified(newest, seal.seq if seal else None)


def seal(store: Store, keys: Keys) -> None:
    """Seals what was added since the last time, if that is whole and goes on from there. Raises
    Broken, and then leaves the seal as it is: a seal on what was written anew would hide it."""
    sealed = _find_seal(store, keys)
    newest = sealed or Place(0, BEFORE_THE_FIRST)
    if newest.seq and store.read(lambda tx: audit.find_hash(tx, newest.seq)) != newest.hash:
        raise Broken(newest.seq, "it isn't the row that was sealed, or it is gone.")
    for link in _follow(store, newest):
        newest = Place(link.seq, link.hash)
    if newest != sealed:
        value = _Seal(newest.seq, newest.hash, keys.seal(SEAL, _sealed(newest)))
        text = msgspec.json.encode(value).decode()
        store.write(lambda tx: settings.put(tx, SETTING, text))


def _find_seal(store: Store, keys: Keys) -> Place | None:
    """Raises Broken for one that isn't ours."""
    text = store.read(lambda tx: settings.find(tx, SETTING))
    if text is None:
        return None
    try:
        found = msgspec.json.decode(text, type=_Seal)
    except msgspec.MsgspecError:
        raise Broken(0, "the seal was changed.") from None
    place = Place(found.seq, found.hash)
    if not keys.is_seal(SEAL, _sealed(place), found.seal):
        raise Broken(found.seq, "its seal was changed, or made by a server with other keys.")
    return place


def _sealed(place: Place) -> str:
    return f"{place.seq} {place.hash.hex()}"


def _follow(store: Store, start: Place) -> Iterator[_Link]:
    """The rows behind a place, a few at a time. Raises Broken."""
    before = start
    after = start.seq or BEFORE_ALL
    while rows := store.read(functools.partial(audit.list_raw, after=after, limit=ROWS_AT_ONCE)):
        for row in rows:
            link = _check(store, before, row)
            before = Place(link.seq, link.hash)
            yield link
        after = before.seq


def _check(store: Store, before: Place, row: Row) -> _Link:
    seq, created_at, found = row[0], row[1], row[-1]
    if seq <= before.seq:
        raise Broken(seq, "it was put in; the first row is row 1.", created_at)
    if seq > before.seq + 1:
        raise Broken(before.seq + 1, f"it is gone; row {seq} comes after row {before.seq}.")
    stored = _to_stored(row)
    expected = digest(stored, before.hash) if stored is not None else None
    if found != expected:
        raise Broken(seq, store.read(lambda tx: _why(tx, seq, found, expected)), created_at)
    return _Link(seq, created_at, found)


def _to_stored(row: Row) -> Stored | None:
    """None for what can't have been written by us."""
    try:
        return tuple(value.decode() if isinstance(value, bytes) else value for value in row[:-1])
    except UnicodeDecodeError:
        return None


def _why(tx: Tx, seq: int, found: bytes, expected: bytes | None) -> str:
    """The next row, made when this one was as it should be, tells what of it was changed."""
    following = audit.list_raw(tx, after=seq, limit=1)
    stored = _to_stored(following[0]) if following else None
    if stored is not None:
        if digest(stored, found) == following[0][-1]:
            return "its fields were changed: they don't fit its hash."
        if expected is not None and digest(stored, expected) == following[0][-1]:
            return "its hash was changed."
    return (
        "it was changed, put in or moved: its hash fits neither its fields nor what is around it."
    )
