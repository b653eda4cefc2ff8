"""Exports: files made of a board as it was when somebody asked. JSON is made at once, pictures by
jobs; a picture that a client drew itself is taken as it is."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import msgspec

from solosync import clock
from solosync.blobs import Blob, Blobs
from solosync.crypto import Keys
from solosync.domain import audit, files, image_headers, jobs, sessions
from solosync.errors import Forbidden, KeyReused, NotFound, SessionTooLarge
from solosync.ids import new_id
from solosync.records.actors import Actor
from solosync.records.audit import Event
from solosync.records.exports import Export
from solosync.records.pictures import Format, PictureOptions, chosen_pages
from solosync.records.sessions import Session
from solosync.store import exports
from solosync.store import sessions as session_rows
from solosync.store.engine import Store
from solosync.store.transactions import Tx

TASKS: dict[Format, str] = {
    "png": "solo.generate_png_export",
    "pdf": "solo.generate_pdf_export",
    "svg": "solo.generate_svg_export",
}
LINK = "export"
LINK_MS = clock.HOUR_MS
IDEMPOTENCY_MS = clock.DAY_MS


class Asked(NamedTuple):
    """What is wanted of a board; `days` is how long it is kept."""

    format: Format
    options: PictureOptions
    idempotency_key: str | None
    days: int


class Shown(NamedTuple):
    """The board at that moment; `state` is its JSON text, safe on disk as `rev`."""

    rev: int
    state: bytes
    page_count: int


class Requested(NamedTuple):
    export: Export
    is_new: bool


class Page(NamedTuple):
    """`total` is of all there are."""

    total: int
    listed: list[exports.Listed]


class Link(NamedTuple):
    """What makes a download's address good without signing in, until then (in ms)."""

    expires_at: int
    signature: str


# -- for people --------------------------------------------------------------------------------


def find_repeated(store: Store, actor: Actor, session: Session, asked: Asked) -> Export | None:
    """The export that was asked for under the same key, by this person, within a day. Raises
    KeyReused if another kind of file was."""
    export = _new(actor, session, asked, session.rev)
    return store.read(lambda tx: _repeated(tx, actor, export))


def request(
    store: Store,
    blobs: Blobs,
    actor: Actor,
    session: Session,
    asked: Asked,
    shown: Shown,
    *,
    max_state_bytes: int,
) -> Requested:
    """A new export, or the one that has the same key already: also if both come at once.

    Raises SessionTooLarge, NotFound, KeyReused, Invalid where the board has none of the pages, and
    RateLimited when too many jobs of the person's wait.
    """
    if len(shown.state) > max_state_bytes:
        raise SessionTooLarge(max_state_bytes, len(shown.state))
    export = _new(actor, session, asked, shown.rev)
    if asked.format == "json":
        content = _Content("application/json", "json", shown.page_count)
        return _insert_made(store, blobs, actor, export, shown.state, content)
    chosen_pages(asked.options.pages, shown.page_count, active=0)
    event = _event("request", actor, export)

    def insert(tx: Tx) -> Requested:
        if (found := _check(tx, actor, export)) is not None:
            return Requested(found, False)
        exports.insert(tx, export)
        jobs.add(tx, TASKS[asked.format], export.export_id, actor.user_id)
        audit.record(tx, event)
        return Requested(export, True)

    return store.write(insert)


def store_picture(
    store: Store, blobs: Blobs, actor: Actor, session: Session, asked: Asked, picture: Path
) -> Requested:
    """A completed export of a PNG that the client drew; the file is taken away. Raises Invalid for
    what is no whole PNG, NotFound, and KeyReused if the key is another picture's."""
    image_headers.check_png(picture)
    export = _new(actor, session, asked, session.rev)
    return _insert_made(store, blobs, actor, export, picture, _Content("image/png", "png", 1))


def get_export(store: Store, actor: Actor, export_id: str) -> Export:
    """Raises NotFound, also for another's."""
    export = store.read(lambda tx: exports.find_for_actor(tx, actor, export_id))
    if export is None:
        raise NotFound("export", export_id)
    return export


def list_exports(
    store: Store,
    actor: Actor,
    session: Session,
    *,
    limit: int | None = None,
    before: tuple[int, int] | None = None,
) -> Page:
    """The actor's own, newest first; `before` is the `(created_at, key)` of the last one seen."""
    key = session.key
    return store.read(
        lambda tx: Page(
            exports.count_for_actor(tx, actor, key),
            exports.list_for_actor(tx, actor, key, limit=limit, before=before),
        )
    )


def delete_export(store: Store, blobs: Blobs, actor: Actor, export_id: str) -> None:
    """Its file goes too, and so does the work on it. Raises NotFound."""
    event = audit.event("export.delete", actor, target=export_id)

    def delete(tx: Tx, _: list[Blob]) -> tuple[None, list[str]]:
        export = exports.find_for_actor(tx, actor, export_id)
        if export is None:
            raise NotFound("export", export_id)
        jobs.cancel(tx, export_id)
        exports.delete(tx, export_id)
        audit.record(tx, event)
        return None, [export.sha256] if export.sha256 is not None else []

    files.settle(store, blobs, [], delete)


def sign(keys: Keys, export: Export) -> Link:
    expires_at = clock.now_ms() + LINK_MS
    return Link(expires_at, keys.seal(LINK, _sealed(export.export_id, expires_at)))


def get_signed(store: Store, keys: Keys, export_id: str, link: Link) -> Export:
    """A completed export, for whoever has the link. Raises Forbidden for a link that isn't ours or
    has run out, NotFound for what is no longer there."""
    is_ours = keys.is_seal(LINK, _sealed(export_id, link.expires_at), link.signature)
    if not is_ours or link.expires_at <= clock.now_ms():
        raise Forbidden("This link is no longer good. Ask for the export again to get another.")
    export = store.read(lambda tx: exports.find(tx, export_id))
    if export is None or export.sha256 is None or is_expired(export):
        raise NotFound("export", export_id)
    return export


def record_download(store: Store, export: Export) -> None:
    """That somebody with the link takes the file, or a part of it."""
    event = _event("download", None, export)
    store.write(lambda tx: audit.record(tx, event))


def is_expired(export: Export) -> bool:
    return export.expires_at <= clock.now_ms()


# -- inside ------------------------------------------------------------------------------------


class _Content(NamedTuple):
    content_type: str
    suffix: str
    page_count: int


def _new(actor: Actor, session: Session, asked: Asked, rev: int) -> Export:
    now = clock.now_ms()
    return Export(
        export_id=new_id(),
        session_id=session.session_id,
        session_key=session.key,
        user_id=actor.user_id,
        format=asked.format,
        status="pending",
        rev=rev,
        title=session.name or sessions.DEFAULT_NAME,
        options=msgspec.json.encode(asked.options),
        idempotency_key=asked.idempotency_key,
        progress=0,
        sha256=None,
        content_type=None,
        suffix=None,
        file_size=None,
        page_count=None,
        warnings=(),
        error=None,
        created_at=now,
        updated_at=now,
        expires_at=now + asked.days * clock.DAY_MS,
    )


def _event(verb: str, actor: Actor | None, export: Export) -> Event:
    return audit.event(
        f"export.{verb}",
        actor,
        target=export.export_id,
        session=export.session_id,
        format=export.format,
    )


def _insert_made(
    store: Store,
    blobs: Blobs,
    actor: Actor,
    export: Export,
    source: bytes | Path,
    content: _Content,
) -> Requested:
    """An export that is complete from the start."""
    event = _event("request", actor, export)

    def insert(tx: Tx, kept: list[Blob]) -> tuple[Requested, Iterable[str]]:
        if (found := _check(tx, actor, export)) is not None:
            if isinstance(source, Path) and found.sha256 != kept[0].sha256:
                raise KeyReused()
            return Requested(found, False), ()
        made = msgspec.structs.replace(
            export,
            status="completed",
            progress=100,
            sha256=kept[0].sha256,
            file_size=kept[0].size,
            content_type=content.content_type,
            suffix=content.suffix,
            page_count=content.page_count,
        )
        exports.insert(tx, made)
        audit.record(tx, event)
        return Requested(made, True), ()

    return files.settle(store, blobs, [source], insert)


def _check(tx: Tx, actor: Actor, export: Export) -> Export | None:
    """What was asked for under the same key, perhaps a moment ago. Raises KeyReused, and NotFound
    if the person lost the board meanwhile."""
    if session_rows.find_for_actor(tx, actor, export.session_id) is None:
        raise NotFound("session", export.session_id)
    return _repeated(tx, actor, export)


def _repeated(tx: Tx, actor: Actor, export: Export) -> Export | None:
    key = export.idempotency_key
    if key is None:
        return None
    since = clock.now_ms() - IDEMPOTENCY_MS
    found = exports.find_by_idempotency_key(tx, actor, export.session_key, key, since=since)
    if found and (found.format, found.options) != (export.format, export.options):
        raise KeyReused()
    return found


def _sealed(export_id: str, expires_at: int) -> str:
    return f"{export_id} {expires_at}"
