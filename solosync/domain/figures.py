"""What staff see of the server as a whole: how many, how large, how much is waiting."""

from __future__ import annotations

import shutil
from typing import NamedTuple

from solosync import clock
from solosync.blobs import Blobs
from solosync.clock import DAY_MS
from solosync.errors import Unavailable
from solosync.records.figures import (
    BoardFigures,
    OrganizationFigures,
    PeopleFigures,
    StoreBytes,
)
from solosync.store import figures, files, maintenance
from solosync.store.engine import Store
from solosync.store.transactions import Tx

LARGEST = 10
EXPORT_STATUSES = ("pending", "processing", "completed", "failed")
JOB_STATUSES = ("queued", "running", "done", "failed", "cancelled")
MAIL_STATUSES = ("queued", "sent", "failed", "dropped")


class Summary(NamedTuple):
    people: PeopleFigures
    boards: BoardFigures
    exports: dict[str, int]


class Work(NamedTuple):
    """By status, how many jobs and mails there are; those that ended long ago are forgotten."""

    jobs: dict[str, int]
    mails: dict[str, int]


class Storage(NamedTuple):
    counts: dict[str, int]
    bytes: StoreBytes
    work: Work
    organizations: list[OrganizationFigures]


def summarize(store: Store) -> Summary:
    now = clock.now_ms()
    midnight_us = (now - now % DAY_MS) * 1000

    def read(tx: Tx) -> Summary:
        return Summary(
            figures.people(tx, day_ago=now - DAY_MS, week_ago=now - 7 * DAY_MS),
            figures.boards(tx, changed_since_us=midnight_us),
            _all(EXPORT_STATUSES, figures.count_by_status(tx, "exports")),
        )

    return store.read(read)


def work(store: Store) -> Work:
    return store.read(_work)


def updates(store: Store) -> int:
    """Changes of boards ever committed."""
    return store.read(figures.updates)


def database_bytes(store: Store) -> dict[str, int]:
    sizes = maintenance.sizes(store)
    return {"database": sizes.database_bytes, "log": sizes.log_bytes, "free": sizes.free_bytes}


def measure_storage(store: Store, blobs: Blobs) -> Storage:
    """Looks at every file that is kept: not on an event loop, and not all the time."""
    sizes = maintenance.sizes(store)
    disk_free = shutil.disk_usage(store.path.parent).free
    thumbnails = _thumbnail_bytes(store, blobs)

    def read(tx: Tx) -> Storage:
        kinds = {kind: size for kind, _, size in files.sizes(tx)}
        return Storage(
            _counts(tx),
            StoreBytes(
                database=sizes.database_bytes,
                log=sizes.log_bytes,
                free=sizes.free_bytes,
                boards=figures.board_bytes(tx),
                uploads=kinds["uploads"],
                exports=kinds["exports"],
                thumbnails=thumbnails,
                disk_free=disk_free,
            ),
            _work(tx),
            figures.largest_organizations(tx, LARGEST),
        )

    return store.read(read)


def _counts(tx: Tx) -> dict[str, int]:
    return {
        "people": figures.count(tx, "users"),
        "organizations": figures.count(tx, "organizations"),
        "sign_ins": figures.count(tx, "devices"),
        "boards": figures.count(tx, "sessions"),
        "updates": figures.updates(tx),
        "snapshots": figures.count(tx, "snapshots"),
        "exports": figures.count(tx, "exports"),
        "uploads": figures.count(tx, "files"),
        "thumbnails": figures.count(tx, "thumbnails"),
        "notifications": figures.count(tx, "notifications"),
        "audit": figures.count(tx, "audit"),
    }


def _thumbnail_bytes(store: Store, blobs: Blobs) -> int | None:
    contents = store.read(figures.list_thumbnail_contents)
    if not contents:
        return 0
    try:
        return sum(stored.size for stored in blobs.list() if stored.name in contents)
    except Unavailable:
        return None


def _work(tx: Tx) -> Work:
    return Work(
        _all(JOB_STATUSES, figures.count_by_status(tx, "jobs")),
        _all(MAIL_STATUSES, figures.count_by_status(tx, "mails")),
    )


def _all(statuses: tuple[str, ...], counted: dict[str, int]) -> dict[str, int]:
    return {status: counted.get(status, 0) for status in statuses}
