"""Switches for parts of the program, turned while it runs: on, off, or on for a part of all.

Code asks `features.is_on("name", ...)`. A feature that the program knows is declared in DECLARED
and on until somebody turns it off; others are made by staff, and off where nobody did.
"""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Callable, Mapping

import msgspec

from solosync import clock
from solosync.domain import audit
from solosync.errors import FeatureOff, Invalid, NotFound
from solosync.events import FeatureChanged
from solosync.records.actors import Actor
from solosync.records.audit import Event
from solosync.records.features import Feature
from solosync.records.listing import Query, Slice
from solosync.store import features, organizations
from solosync.store.engine import Store
from solosync.store.transactions import Tx

EXPORTS = "exports"
UPLOADS = "uploads"
THUMBNAILS = "thumbnails"
DECLARED: Mapping[str, str] = {
    EXPORTS: "Files made of boards: PNG, PDF, SVG and JSON.",
    UPLOADS: "Pictures that people put on their boards from here on; those that are there stay.",
    THUMBNAILS: "Small pictures of boards for lists; those that are there stay.",
}
# What another process changed is seen so soon; what this one changed, at once.
REFRESH_SECONDS = 2.0
_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,63}", re.ASCII)


class Features:
    """What is on, for the whole server to ask at any time: it answers from memory. For any
    thread."""

    def __init__(self, store: Store, seconds: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._seconds = seconds
        self._lock = threading.Lock()
        self._known: dict[str, Feature] = {}
        self._good_until = float("-inf")
        store.bus.subscribe(FeatureChanged, self._forget)

    def is_on(
        self, name: str, organization_id: str | None = None, user_id: str | None = None
    ) -> bool:
        """Whether an organization has it, or else a person. Whoever has it at 20 % has it at 30 %
        too. One that nobody declared or made is off."""
        feature = self._current().get(name)
        if feature is None:
            return name in DECLARED
        if organization_id is not None and organization_id in feature.organizations:
            return feature.organizations[organization_id]
        return feature.is_on and _share(name, organization_id or user_id) < feature.percentage

    def check(
        self, name: str, organization_id: str | None = None, user_id: str | None = None
    ) -> None:
        """Raises FeatureOff."""
        if not self.is_on(name, organization_id, user_id):
            raise FeatureOff(name)

    def _current(self) -> dict[str, Feature]:
        with self._lock:
            now = self._seconds()
            if now >= self._good_until:
                # Before it is read: what changes meanwhile makes it old again.
                self._good_until = now + REFRESH_SECONDS
                listed = self._store.read(features.list_all)
                self._known = {feature.name: feature for feature in listed}
            return self._known

    def _forget(self, _: FeatureChanged) -> None:
        self._good_until = float("-inf")


def _share(name: str, id: str | None) -> int:
    """From 0 to 99, always the same for a feature and an id. Without an id, only what is on for
    all is on."""
    if id is None:
        return 99
    return int.from_bytes(hashlib.sha256(f"{name}{id}".encode()).digest()) % 100


# -- for staff ---------------------------------------------------------------------------------


def list_features(store: Store, query: Query) -> Slice[Feature]:
    """Those that are declared, changed or not, and those that were made."""
    return store.read(lambda tx: features.page(tx, list(DECLARED), query))


def get_feature(store: Store, name: str) -> Feature:
    """Raises NotFound."""
    return store.read(lambda tx: _get(tx, name))


def put(
    store: Store,
    actor: Actor,
    name: str,
    *,
    is_on: bool,
    percentage: int,
    organizations: dict[str, bool],
) -> Feature:
    """Makes it, or sets all of it anew. Raises Invalid for a name or an organization that can't
    be."""
    if not _NAME.fullmatch(name):
        raise Invalid(
            "A feature's name has up to 64 small letters, digits, dots, dashes and underscores, and"
            " begins with a letter.",
            fields={"name": "unusable"},
        )
    feature = Feature(name, is_on, percentage, clock.now_ms(), organizations)
    event = _event(audit.event("feature.change", actor, target=name), feature)

    def write(tx: Tx) -> Feature:
        _put(tx, feature)
        audit.record(tx, event)
        return feature

    return store.write(write)


def change(
    store: Store,
    actor: Actor,
    name: str,
    *,
    is_on: bool | None,
    percentage: int | None,
    organizations: Mapping[str, bool | None],
) -> Feature:
    """What is None stays; an organization that is None has no way of its own any more. Raises
    NotFound, Invalid."""
    now = clock.now_ms()
    asked = audit.event("feature.change", actor, target=name)

    def write(tx: Tx) -> Feature:
        before = _get(tx, name)
        own: dict[str, bool | None] = {**before.organizations, **organizations}
        feature = msgspec.structs.replace(
            before,
            is_on=before.is_on if is_on is None else is_on,
            percentage=before.percentage if percentage is None else percentage,
            updated_at=now,
            organizations={id: value for id, value in own.items() if value is not None},
        )
        _put(tx, feature)
        audit.record(tx, _event(asked, feature))
        return feature

    return store.write(write)


def delete(store: Store, actor: Actor, name: str) -> None:
    """One that is declared is on again afterwards, for all. Raises NotFound."""
    event = audit.event("feature.change", actor, target=name, is_deleted=True)

    def write(tx: Tx) -> None:
        if not features.delete(tx, name) and name not in DECLARED:
            raise NotFound("feature", name)
        tx.emit(FeatureChanged(name))
        audit.record(tx, event)

    store.write(write)


def _get(tx: Tx, name: str) -> Feature:
    feature = features.find(tx, name)
    if feature is None and name in DECLARED:
        feature = Feature(name, True, 100, 0)
    if feature is None:
        raise NotFound("feature", name)
    return feature


def _put(tx: Tx, feature: Feature) -> None:
    for organization_id in feature.organizations:
        if organizations.find(tx, organization_id) is None:
            raise Invalid(
                f"There is no organization {organization_id[:100]!r}.",
                fields={"organizations": "unknown"},
            )
    features.put(tx, feature)
    tx.emit(FeatureChanged(feature.name))


def _event(asked: Event, feature: Feature) -> Event:
    own = ", ".join(f"{id} {'on' if on else 'off'}" for id, on in feature.organizations.items())
    parameters = {
        "is_on": feature.is_on,
        "percentage": feature.percentage,
        "organizations": own[: audit.LONGEST_TEXT],
    }
    return msgspec.structs.replace(asked, parameters=parameters)
