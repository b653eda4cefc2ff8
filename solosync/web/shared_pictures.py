"""Pictures of shared boards, drawn when somebody looks, by a process of their own.

Not by the jobs': a long export there would keep everybody waiting who opens a link. What was drawn
is kept in memory until the board changes, so that many viewers cost no more than one.
"""

from __future__ import annotations

import asyncio
import tempfile
import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal, NamedTuple

from solosync import paths
from solosync.blobs import Blobs
from solosync.config import Config
from solosync.domain import Store, drawings, sessions
from solosync.errors import Unavailable
from solosync.jobs.renderer import IDLE_SECONDS, RenderCrashed, Renderer, RenderFailed
from solosync.jobs.requests import Request
from solosync.records.pictures import Format, PictureOptions
from solosync.records.sessions import Session

Kind = Literal["preview"] | Format

LIMIT_SECONDS = 30.0
# One is drawn at a time.
MOST_WAITING = 20
KEPT_BYTES = 64 * 1024 * 1024
SCALE = 2.0
"""What is drawn for each pixel of the board, for screens that show it finely."""


class Picture(NamedTuple):
    content: bytes
    media_type: str
    suffix: str


class _Key(NamedTuple):
    session_key: int
    name: str
    rev: int
    kind: Kind
    pages: str


class SharedPictures:
    """Lives on one event loop; the drawing is waited for in a thread of its own."""

    def __init__(self, store: Store, blobs: Blobs, config: Config) -> None:
        self._store = store
        self._blobs = blobs
        self._config = config
        self._renderer = Renderer(limit_seconds=LIMIT_SECONDS, thumbnail_seconds=LIMIT_SECONDS)
        self._thread = ThreadPoolExecutor(1, "shared-pictures")
        self._kept: OrderedDict[_Key, Picture] = OrderedDict()
        self._drawing: dict[_Key, asyncio.Task[Picture]] = {}
        self._stopping = threading.Event()

    async def draw(self, session: Session, rev: int, kind: Kind, pages: str = "active") -> Picture:
        """The board as it was at a rev that is on disk. Raises Unavailable when too many wait or
        it can't be drawn, and as `drawings.pack`."""
        key = _Key(session.key, session.name, rev, kind, pages)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        task = self._drawing.get(key)
        if task is None:
            if len(self._drawing) >= MOST_WAITING:
                raise Unavailable("Too many pictures are being drawn. Try again in a moment.")
            task = asyncio.create_task(self._draw(session, key))
            self._drawing[key] = task
        return await asyncio.shield(task)  # those who went away mustn't end it for the others

    def close(self) -> None:
        self._stopping.set()
        self._thread.shutdown(wait=True, cancel_futures=True)
        self._renderer.close()

    async def _draw(self, session: Session, key: _Key) -> Picture:
        loop = asyncio.get_running_loop()
        try:
            picture = await loop.run_in_executor(self._thread, self._make, session, key)
        except (RenderFailed, RenderCrashed) as error:
            raise Unavailable("This board's picture can't be drawn just now.") from error
        finally:
            del self._drawing[key]
            loop.call_later(IDLE_SECONDS + 1, self._renderer.end_if_idle)
        self._keep(key, picture)
        return picture

    def _keep(self, key: _Key, picture: Picture) -> None:
        old = [kept for kept in self._kept if kept[0] == key[0] and kept.rev != key.rev]
        for kept in old:
            del self._kept[kept]
        self._kept[key] = picture
        while sum(len(kept.content) for kept in self._kept.values()) > KEPT_BYTES:
            self._kept.popitem(last=False)

    def _make(self, session: Session, key: _Key) -> Picture:
        temporary = paths.make_temporary_dir(self._config.data_dir)
        with tempfile.TemporaryDirectory(dir=temporary) as name:
            folder = Path(name)
            document = drawings.pack(self._store, self._blobs, session, key.rev, folder)
            out = folder / "picture"
            title = session.name or sessions.DEFAULT_NAME
            request = _request(key, str(document), title, str(out))
            made = self._renderer.render(
                request, on_progress=lambda done, total: None, check=self._check
            )
            if key.kind == "preview":
                return Picture(out.with_suffix(".png").read_bytes(), "image/png", "png")
            return Picture(out.read_bytes(), made.content_type, made.suffix.lstrip("."))

    def _check(self) -> None:
        if self._stopping.is_set():
            raise Unavailable("The server is stopping. Try again in a moment.")


def _request(key: _Key, document: str, title: str, out: str) -> Request:
    if key.kind == "preview":
        return Request("thumbnail", document, title, out)
    options = PictureOptions(pages=key.pages, scale=SCALE if key.kind == "png" else 1.0)
    return Request("export", document, title, out, format=key.kind, options=options)
