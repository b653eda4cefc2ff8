"""Reading request bodies: capped while they arrive, inflated with a cap, checked as JSON.

The order of the checks is the contract's: encoding (415), size (413), content (400).
"""

from __future__ import annotations

import asyncio
import contextlib
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import msgspec

from solosync import paths
from solosync.board import canonical
from solosync.board.seen import Seen, Text
from solosync.errors import Invalid, StorageFailed, TooLarge, UnsupportedMedia
from solosync.web import repeats
from solosync.web.auth import check_still_signed_in
from solosync.web.connections import AnyRequest
from solosync.web.errors import Disconnected
from solosync.web.fields import convert

S = TypeVar("S", bound=msgspec.Struct)

_PIECE_BYTES = 1024 * 1024  # inflated at a time, before others get their turn
_JSON_SPACE = b" \t\n\r"  # and no other (RFC 8259)
_GZIP_WINDOW = 31  # zlib's code for "gzip header and trailer, largest window"
_MEMBERS: msgspec.json.Decoder[dict[str, msgspec.Raw]] = msgspec.json.Decoder(
    dict[str, msgspec.Raw]
)


class Body:
    """A JSON object taken apart one level deep, its members unread until asked for."""

    def __init__(self, raw: bytes, seen: Seen | None = None) -> None:
        """``seen`` is what is known of the board that `state` is for. Raises Invalid for what isn't
        a JSON object. How deep `state` nests, and what numbers it holds, is for the board to judge,
        which knows most of it already."""
        self.raw = raw
        self._cut = seen.cut(raw) if seen is not None else Text(raw, {}, len(raw))
        if self._cut.runs:
            with contextlib.suppress(Invalid, RecursionError, msgspec.MsgspecError):
                self.members = _members(self._cut.left)
                if self._is_cut_in_state():
                    return
        self._cut = Text(raw, {}, len(raw))
        try:
            self.members = _members(raw)
        except RecursionError:
            raise Invalid(f"JSON is nested deeper than {canonical.MAX_DEPTH} levels.") from None
        except msgspec.MsgspecError:
            # msgspec refuses lone surrogates, which are taken in as U+FFFD; the slower parser
            # tells them from what is broken, and says where.
            canonical.check_depth(raw)
            self.raw = canonical.dump(_object(canonical.parse(raw))).encode()
            self.members = _MEMBERS.decode(self.raw)

    def _is_cut_in_state(self) -> bool:
        """Whether all other members are as they were sent."""
        state = bytes(self.members.get("state", b""))
        return state.startswith(b"{") and self._cut.has_all_in(state)

    def __contains__(self, name: str) -> bool:
        return name in self.members

    def text(self, name: str) -> bytes:
        """The JSON text of a member as it was sent. Raises KeyError."""
        return bytes(self.members[name])

    def fields(self, model: type[S], *, but: str = "") -> S:
        """All members except `but`, checked against the model; unknown ones are left out, but
        have to be JSON that we take. Raises Invalid."""
        values = {name: _parse(raw) for name, raw in self.members.items() if name != but}
        return convert(values, model)

    def state(self) -> Text:
        """The member `state` as it was sent, which has to be an object. Raises Invalid."""
        text = self.text("state")
        if not text.startswith(b"{"):
            raise Invalid("`state` has to be an object.", fields={"state": "not an object"})
        return self._cut._replace(left=text)


async def read_object(
    request: AnyRequest, limit: int, endpoint: str, seen: Seen | None = None
) -> Body:
    """The body as a JSON object; none at all is an empty one. ``seen`` is for a `Body`.

    Raises UnsupportedMedia, TooLarge (with `encoding` and `endpoint`), Invalid, Disconnected.
    """
    raw = await read_bytes(request, limit, endpoint)
    return Body(raw if raw.strip(_JSON_SPACE) else b"{}", seen)


async def read_bytes(request: AnyRequest, limit: int, endpoint: str) -> bytes:
    """The body, inflated if it came gzipped; never more than `limit` bytes are held of it. Raises
    also Unauthenticated, if that was over meanwhile, and as `repeats.body_is_read`."""
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("identity", ""):
        body = await _read_raw(request, TooLarge(limit, encoding="raw", endpoint=endpoint))
    elif encoding in ("gzip", "x-gzip"):
        body = await _read_gzip(request, TooLarge(limit, encoding="gzip", endpoint=endpoint))
    else:
        raise UnsupportedMedia(
            f"Content-Encoding {encoding!r} is not read here; send it as it is, or gzipped."
        )
    await _all_is_read(request)
    return body


async def read_pieces(request: AnyRequest, limit: int, endpoint: str) -> AsyncIterator[bytes]:
    """The body as it arrives, for what goes to the disk. Raises UnsupportedMedia for a compressed
    one, TooLarge as soon as it is, Disconnected."""
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", ""):
        raise UnsupportedMedia("Send the file as it is, without a Content-Encoding.")
    too_large = TooLarge(limit, encoding="raw", endpoint=endpoint)
    if _announced(request) > limit:
        raise too_large
    received, more = 0, True
    while more:
        chunk, more = await _receive(request)
        received += len(chunk)
        if received > limit:
            raise too_large
        yield chunk
    await _all_is_read(request)


@contextmanager
def received_file(data_dir: Path) -> Iterator[Path]:
    """Where to put what arrives, on the disk where it may stay; gone afterwards if it's still
    there. Raises StorageFailed for what goes wrong with the disk meanwhile."""
    try:
        folder = paths.make_temporary_dir(data_dir)
        with TemporaryDirectory(dir=folder) as name:
            yield Path(name) / "received"
    except OSError as error:
        raise StorageFailed() from error


async def _read_raw(request: AnyRequest, too_large: TooLarge) -> bytes:
    if _announced(request) > too_large.limit:
        raise too_large
    chunks: list[bytes] = []
    received, more = 0, True
    while more:
        chunk, more = await _receive(request)
        received += len(chunk)
        if received > too_large.limit:
            chunks.clear()  # or they live as long as the error and its traceback do
            raise too_large
        chunks.append(chunk)
    return b"".join(chunks)


async def _read_gzip(request: AnyRequest, too_large: TooLarge) -> bytes:
    # What can't be squeezed grows a little when it is gzipped: a header, and 5 bytes a block.
    most_compressed = too_large.limit + too_large.limit // 1000 + 1024
    if _announced(request) > most_compressed:
        raise too_large
    gunzip, received, more = _Gunzip(too_large), 0, True
    while more:
        chunk, more = await _receive(request)
        received += len(chunk)
        if received > most_compressed:
            raise too_large
        for _ in gunzip.feed(chunk):
            await asyncio.sleep(0)
    return gunzip.end()


class _Gunzip:
    """Inflates a gzip file as it arrives, and stops as soon as it grows too large."""

    def __init__(self, too_large: TooLarge) -> None:
        self._too_large = too_large
        self._inflater = zlib.decompressobj(_GZIP_WINDOW)
        self._inflated = bytearray()
        self._has_begun = False

    def feed(self, chunk: bytes) -> Iterator[None]:
        """Yields after each piece, so that a large one doesn't hold up the others."""
        pending, goes_on = chunk, bool(chunk)
        while goes_on:
            self._has_begun = True
            if self._inflater.eof:  # a gzip file may have several members
                self._inflater = zlib.decompressobj(_GZIP_WINDOW)
            room = self._too_large.limit - len(self._inflated)
            most = min(_PIECE_BYTES, room + 1)
            try:
                piece = self._inflater.decompress(pending, most)
            except zlib.error as error:
                raise Invalid("The body isn't proper gzip.") from error
            if len(piece) > room:
                self._inflated.clear()  # or it lives as long as the error and its traceback do
                raise self._too_large
            self._inflated += piece
            if self._inflater.eof:
                pending = self._inflater.unused_data
                goes_on = bool(pending)
            else:
                pending = self._inflater.unconsumed_tail
                # A full piece may leave output inside the inflater, with no input to push it out.
                goes_on = bool(pending) or len(piece) == most
            yield

    def end(self) -> bytes:
        if self._has_begun and not self._inflater.eof:
            raise Invalid("The gzipped body ends too early.")
        return bytes(self._inflated)


async def _all_is_read(request: AnyRequest) -> None:
    """Raises Unauthenticated, and as `repeats.body_is_read`."""
    check_still_signed_in(request)
    await repeats.body_is_read(request)


async def _receive(request: AnyRequest) -> tuple[bytes, bool]:
    message = await request.receive()
    if message["type"] != "http.request":
        raise Disconnected()
    chunk = message.get("body", b"")
    repeats.feed(request, chunk)
    return chunk, message.get("more_body", False)


def _announced(request: AnyRequest) -> int:
    """Content-Length; 0 if there is none that can be read (the server counts what arrives)."""
    text = request.headers.get("content-length", "")
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def _members(raw: bytes) -> dict[str, msgspec.Raw]:
    if not raw.isascii():
        _check_utf8(raw)
    return _MEMBERS.decode(raw)


def _check_utf8(raw: bytes) -> None:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid(f"JSON has to be UTF-8; byte {error.start} isn't.") from None


def _parse(member: msgspec.Raw) -> Any:
    text = bytes(member)
    canonical.check_depth(text, canonical.MAX_DEPTH - 1)
    return canonical.parse(text)


def _object(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise Invalid("The body has to be a JSON object.")
