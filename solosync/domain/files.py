"""Pictures that people upload to show on their boards, and the contents of all files that are kept:
which of them anything still refers to."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple, TypeVar

from solosync import clock
from solosync.blobs import Blob, Blobs
from solosync.crypto import Keys
from solosync.domain import addresses, image_headers
from solosync.errors import Forbidden, Invalid, NotFound, TooLarge
from solosync.ids import new_id
from solosync.records.actors import Actor
from solosync.records.files import File
from solosync.records.sessions import Session
from solosync.store import files, sessions
from solosync.store.engine import Store
from solosync.store.transactions import Tx

log = logging.getLogger(__name__)
T = TypeVar("T")

MOST_BYTES = 20 * 1024 * 1024
UPLOAD_SECONDS = 60 * 60
KEPT_MS = clock.DAY_MS
"""What nothing refers to is kept this long: its address may be on its way into a board."""
UPLOAD = "upload"


class Upload(NamedTuple):
    """`url` is where an object store takes the content; None: it comes through ourselves, and
    `signature` is good for that until `expires_at` (in ms)."""

    file: File
    url: str | None
    signature: str
    expires_at: int


class Counted(NamedTuple):
    """By kind, how many files there are and their bytes; and the contents of all files."""

    kinds: dict[str, tuple[int, int]]
    contents: set[str]


def presign(
    store: Store,
    blobs: Blobs,
    keys: Keys,
    actor: Actor,
    session: Session,
    *,
    content_type: str,
    size: int,
    sha256: str | None = None,
    is_direct: bool = True,
) -> Upload:
    """Room for one picture of `size` bytes, for the boards of the session's organization.
    With a `sha256` that the organization has already, it's the file that is there. What isn't
    direct comes through ourselves, also where an object store keeps it.

    Raises Invalid for a kind that isn't taken, TooLarge, NotFound.
    """
    if content_type not in image_headers.SUFFIXES:
        taken = ", ".join(image_headers.SUFFIXES)
        raise Invalid(f"Only {taken} are taken.", fields={"content_type": "not taken"})
    if size > MOST_BYTES:
        raise TooLarge(MOST_BYTES, f"A picture may have at most {MOST_BYTES} bytes.")
    now, organization_id = clock.now_ms(), session.organization_id

    def prepare(tx: Tx) -> File:
        if sessions.find_for_actor(tx, actor, session.session_id) is None:
            raise NotFound("session", session.session_id)
        same = files.find_same(tx, organization_id, sha256, content_type) if sha256 else None
        if same is not None:
            files.touch(tx, same.file_id, now)
            return same
        file = _announced(actor, organization_id, content_type, size, sha256, now)
        files.insert(tx, file)
        return file

    file = store.write(prepare)
    expires_at = now + UPLOAD_SECONDS * 1000
    url = blobs.sign_upload(file.file_id, UPLOAD_SECONDS) if is_direct else None
    return Upload(file, url, keys.seal(UPLOAD, _sealed(file.file_id, expires_at)), expires_at)


def _announced(
    actor: Actor,
    organization_id: str,
    content_type: str,
    size: int,
    sha256: str | None,
    now: int,
) -> File:
    """A file of which nothing has come yet."""
    return File(
        file_id=new_id(),
        organization_id=organization_id,
        user_id=actor.user_id,
        content_type=content_type,
        max_bytes=size,
        announced_sha256=sha256,
        sha256=None,
        size=None,
        created_at=now,
    )


def get_expected(
    store: Store, keys: Keys, file_id: str, *, expires_at: int, signature: str
) -> File:
    """The file that a signed upload is for. Raises Forbidden for a signature that isn't ours or
    has run out, NotFound."""
    is_ours = keys.is_seal(UPLOAD, _sealed(file_id, expires_at), signature)
    if not is_ours or expires_at <= clock.now_ms():
        raise Forbidden("This address is no longer good. Ask for another one.")
    file = store.read(lambda tx: files.find(tx, file_id))
    if file is None:
        raise NotFound("upload", file_id)
    return file


def receive(store: Store, blobs: Blobs, file: File, path: Path) -> None:
    """Takes the content that was uploaded for the file; sent twice, it is taken once.

    Raises Invalid for another kind of picture or fewer bytes than announced (what a connection cut
    short must not pass for the whole), other content, and too many pixels;
    TooLarge; NotFound if the file is gone meanwhile; StorageFailed.
    """
    size = path.stat().st_size
    if size > file.max_bytes:
        raise TooLarge(file.max_bytes)
    if size < file.max_bytes:
        raise Invalid(f"That is {size} bytes, but {file.max_bytes} were announced: send it again.")
    header = image_headers.read(path)
    if header.content_type != file.content_type:
        raise Invalid(f"That is {header.content_type}, but {file.content_type} was announced.")

    def arrive(tx: Tx, kept: list[Blob]) -> tuple[bool, Iterable[str]]:
        if file.announced_sha256 not in (None, kept[0].sha256):
            raise Invalid("That content has another SHA-256 than was announced.")
        return files.arrive(tx, file.file_id, kept[0].sha256, kept[0].size), ()

    if not settle(store, blobs, [path], arrive):
        if store.read(lambda tx: files.find(tx, file.file_id)) is None:
            raise NotFound("upload", file.file_id)
        raise Invalid("Another picture was uploaded to this address already.")


def get_file(store: Store, blobs: Blobs, file_id: str) -> File:
    """A file whose content is there. On an object store the content is looked at now, when it is
    first asked for; what isn't as announced is deleted. Raises NotFound."""
    file = store.read(lambda tx: files.find(tx, file_id))
    if file is not None and file.sha256 is None:
        file = _fetch_in(store, blobs, file)
    if file is None or file.sha256 is None:
        raise NotFound("file", file_id)
    return file


def find_shown(
    store: Store, blobs: Blobs, organization_id: str, contents: Iterable[bytes], folder: Path
) -> dict[str, Path]:
    """By id, local files for those of the organization whose addresses stand in the contents; one
    whose content isn't there is left out."""
    found = {file_id for content in contents for file_id in addresses.find(content)}
    mine = store.read(lambda tx: files.find_several(tx, organization_id, sorted(found)))
    shown = {}
    for file in mine:
        try:
            sha256 = get_file(store, blobs, file.file_id).sha256
            if sha256 is not None:
                shown[file.file_id] = blobs.fetch(sha256, folder)
        except NotFound:
            log.warning("Upload %s has no content", file.file_id)
    return shown


def settle(
    store: Store,
    blobs: Blobs,
    sources: Sequence[bytes | Path],
    change: Callable[[Tx, list[Blob]], tuple[T, Iterable[str]]],
) -> T:
    """Keeps the sources' contents and, in one transaction, lets `change` refer to them; it returns
    its result and the contents that it let go. What nothing refers to then is deleted."""

    def write(tx: Tx) -> tuple[T, list[str]]:
        result, let_go = change(tx, kept)
        touched = {*let_go, *(blob.sha256 for blob in kept)}
        return result, [it for it in sorted(touched) if not files.is_referred_to(tx, it)]

    with blobs.guard:
        kept = [blobs.put(source) for source in sources]
        try:
            result, unwanted = store.write(write)
        except BaseException:
            for blob in kept:
                if not store.read(lambda tx, it=blob: files.is_referred_to(tx, it.sha256)):  # type: ignore[misc]
                    blobs.delete(blob.sha256)
            raise
        for sha256 in unwanted:
            blobs.delete(sha256)
    return result


def count(store: Store) -> Counted:
    """For the person at the machine."""
    return store.read(
        lambda tx: Counted(
            {kind: (rows, size) for kind, rows, size in files.sizes(tx)},
            files.list_referred_to(tx),
        )
    )


def clean_up(store: Store, blobs: Blobs, now_ms: int) -> int:
    """Deletes what is older than KEPT_MS and that nothing refers to: uploads whose address stands
    in no rev that is kept, in nothing that a device holds, and in no profile; contents without any
    row; what broke off. Returns how many."""
    before = now_ms - KEPT_MS
    gone = _drop_uploads(store, blobs, before)
    referred = store.read(files.list_referred_to)
    for stored in list(blobs.list()):
        if stored.modified_at < before and stored.name not in referred:
            gone += _drop_content(store, blobs, stored.name)
    for stored in list(blobs.list_uploads()):
        if stored.modified_at < before:
            with blobs.guard:  # or it might be one that is just being written
                blobs.delete_upload(stored.name)
            gone += 1
    return gone


def _drop_uploads(store: Store, blobs: Blobs, before: int) -> int:
    candidates = {
        file.file_id: file for file in store.read(lambda tx: files.list_older(tx, before))
    }
    if not candidates:
        return 0
    search = addresses.Search(store)
    search.run()
    for file_id in candidates.keys() & search.found:
        file = candidates.pop(file_id)
        if file.sha256 is None:
            _fetch_in(store, blobs, file)

    def drop(tx: Tx, _: list[Blob]) -> tuple[int, Iterable[str]]:
        search.finish(tx)  # what was saved while the rest was searched
        unused = [file for file_id, file in candidates.items() if file_id not in search.found]
        dropped = [it for it in unused if files.delete(tx, it.file_id, made_before=before)]
        return len(dropped), {it.sha256 for it in dropped if it.sha256 is not None}

    return settle(store, blobs, [], drop)


def _drop_content(store: Store, blobs: Blobs, sha256: str) -> int:
    with blobs.guard:
        if store.read(lambda tx: files.is_referred_to(tx, sha256)):
            return 0
        blobs.delete(sha256)
    return 1


def _fetch_in(store: Store, blobs: Blobs, file: File) -> File | None:
    """Looks at what was put to the object store; None if there is nothing, or nothing good."""
    size = blobs.upload_size(file.file_id)
    if size is None:
        return None
    try:
        if size > file.max_bytes:
            raise TooLarge(file.max_bytes)
        with TemporaryDirectory() as folder:
            receive(store, blobs, file, blobs.fetch_upload(file.file_id, Path(folder)))
    except (Invalid, TooLarge) as error:
        log.warning("Upload %s was deleted: %s", file.file_id, error)
        store.write(lambda tx: files.delete(tx, file.file_id))
    blobs.delete_upload(file.file_id)
    return store.read(lambda tx: files.find(tx, file.file_id))


def _sealed(file_id: str, expires_at: int) -> str:
    return f"{file_id} {expires_at}"
