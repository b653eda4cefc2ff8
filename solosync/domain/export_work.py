"""The work on exports that was asked for: begun, told of, finished, and thrown away in time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from solosync import clock
from solosync.blobs import Blob, Blobs
from solosync.domain import drawings, files, jobs
from solosync.records.exports import Export
from solosync.records.pictures import Format
from solosync.records.sessions import Session
from solosync.store import exports
from solosync.store import sessions as session_rows
from solosync.store.engine import Store
from solosync.store.transactions import Tx

_EXPIRED_AT_ONCE = 100


class Work(NamedTuple):
    """What the process that draws is given; `document` is for `drawings.read`, `options` JSON."""

    document: Path
    title: str
    format: Format
    options: bytes


def begin(store: Store, blobs: Blobs, export_id: str, folder: Path) -> Work | None:
    """What is to be drawn, put into the folder; None if it was cancelled, or is finished. May be
    called again when the work broke off. Raises as `drawings.pack`."""

    def start(tx: Tx) -> tuple[Export, Session] | None:
        export = exports.begin(tx, export_id, clock.now_ms())
        session = session_rows.find_by_key(tx, export.session_key) if export else None
        return (export, session) if export and session else None

    started = store.write(start)
    if started is None:
        return None
    export, session = started
    document = drawings.pack(store, blobs, session, export.rev, folder)
    return Work(document, export.title, export.format, export.options)


def set_progress(store: Store, export_id: str, done: int, total: int) -> bool:
    """So many of so many pages. False: nobody wants it any more."""
    percent = min(99, 100 * done // max(total, 1))
    found = _find(store, export_id)
    if found is None or found.progress == percent:
        return found is not None and found.status == "processing"
    return store.write(lambda tx: exports.set_progress(tx, export_id, percent, clock.now_ms()))


def complete(
    store: Store,
    blobs: Blobs,
    export_id: str,
    file: Path,
    *,
    content_type: str,
    suffix: str,
    page_count: int,
    warnings: Sequence[str],
) -> bool:
    """Takes the file away and shows it to whoever asked. False, and nothing is kept, if nobody
    wants it any more. Raises StorageFailed."""

    def finish(tx: Tx, kept: list[Blob]) -> tuple[bool, Iterable[str]]:
        is_wanted = exports.complete(
            tx,
            export_id,
            sha256=kept[0].sha256,
            content_type=content_type,
            suffix=suffix.lstrip("."),
            file_size=kept[0].size,
            page_count=page_count,
            warnings=tuple(warnings),
            now=clock.now_ms(),
        )
        return is_wanted, ()

    return files.settle(store, blobs, [file], finish)


def fail(store: Store, export_id: str, message: str) -> None:
    """The message is for the person who asked. What is completed stays so."""
    store.write(lambda tx: exports.fail(tx, export_id, message, clock.now_ms()))


def clean_up(store: Store, blobs: Blobs, now_ms: int) -> int:
    """Deletes what is past its `expires_at`, files too; returns how many."""

    def drop(tx: Tx, _: list[Blob]) -> tuple[int, Iterable[str]]:
        expired = exports.list_expired(tx, now_ms, limit=_EXPIRED_AT_ONCE)
        for export_id, _sha256 in expired:
            jobs.cancel(tx, export_id)
            exports.delete(tx, export_id)
        return len(expired), {sha256 for _, sha256 in expired if sha256 is not None}

    gone = 0
    while count := files.settle(store, blobs, [], drop):
        gone += count
    return gone


def _find(store: Store, export_id: str) -> Export | None:
    """What was begun is finished though the board may be in the trash by then."""
    return store.read(lambda tx: exports.find(tx, export_id, also_trashed=True))
