"""The server's side of the child process that draws: started when there is something to draw,
ended when there isn't, killed when it takes too long."""

from __future__ import annotations

import contextlib
import logging
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Callable

import msgspec

from solosync import programs
from solosync.errors import SolosyncError, StorageFailed
from solosync.jobs.requests import (
    Answer,
    Made,
    Progress,
    Refusal,
    Request,
    decode_answer,
)

log = logging.getLogger(__name__)

LIMIT_SECONDS = 300.0
LIMIT_SECONDS_PER_PAGE = 10.0
# However many pages: everybody else's pictures wait meanwhile.
LONGEST_SECONDS = 3600.0
# Nobody asked for most of them, and each change of a board makes one more.
THUMBNAIL_SECONDS = 60.0
IDLE_SECONDS = 60.0
GOODBYE_SECONDS = 2.0
# How soon a cancelled picture, or a server that ends, stops the child.
LOOK_SECONDS = 0.2


class RenderFailed(SolosyncError):
    """It can't be drawn, and trying again won't help."""

    code = "render_failed"
    default_message = "It could not be drawn."


class RenderCrashed(SolosyncError):
    """The child died over it. That may have been an accident, so it is worth another try."""

    code = "render_crashed"
    default_message = "The program that draws crashed."


class Renderer:
    """One picture at a time: whoever comes second waits for the first."""

    def __init__(
        self,
        *,
        limit_seconds: float = LIMIT_SECONDS,
        longest_seconds: float = LONGEST_SECONDS,
        thumbnail_seconds: float = THUMBNAIL_SECONDS,
    ) -> None:
        self._limit_seconds = limit_seconds
        self._thumbnail_seconds = thumbnail_seconds
        self._longest_seconds = longest_seconds
        self._busy = threading.Lock()
        self._child: _Child | None = None
        self._last_used = 0.0

    @property
    def pid(self) -> int | None:
        """The child's, if there is one."""
        child = self._child
        return child.process.pid if child is not None else None

    def render(
        self,
        request: Request,
        *,
        on_progress: Callable[[int, int], object],
        check: Callable[[], object],
    ) -> Made:
        """Blocks until it is drawn. ``check`` is called several times a second; when it or
        ``on_progress`` raises, the child is killed and the exception goes on.

        Raises RenderFailed, RenderCrashed, StorageFailed when the disk is full.
        """
        with self._busy:
            if self._child is None or not self._child.is_alive:
                self._child = _Child()
            try:
                answer = self._talk(self._child, request, on_progress, check)
            except BaseException:
                # Whatever it is doing, nobody waits for it any more.
                self._child.kill()
                self._child = None
                raise
            finally:
                self._last_used = time.monotonic()
        if isinstance(answer, Refusal):
            raise _error(answer)
        return answer

    def end_if_idle(self) -> None:
        """Ends a child that had nothing to do for a minute: it holds some 100 MB."""
        if self._busy.acquire(blocking=False):
            try:
                if self._child and time.monotonic() - self._last_used > IDLE_SECONDS:
                    self._child.end()
                    self._child = None
            finally:
                self._busy.release()

    def close(self) -> None:
        """Waits for a picture that is being drawn; its ``check`` can cut that short."""
        with self._busy:
            if self._child is not None:
                self._child.end()
                self._child = None

    def _limit_for(self, pages: int) -> float:
        return min(self._limit_seconds + pages * LIMIT_SECONDS_PER_PAGE, self._longest_seconds)

    def _talk(
        self,
        child: _Child,
        request: Request,
        on_progress: Callable[[int, int], object],
        check: Callable[[], object],
    ) -> Made | Refusal:
        started = time.monotonic()
        is_export = request.kind == "export"
        limit = self._limit_seconds if is_export else self._thumbnail_seconds
        child.send(request)
        while True:
            check()
            if time.monotonic() - started > limit:
                raise RenderFailed(f"Drawing it took longer than {limit:.0f} seconds.")
            answer = child.receive(LOOK_SECONDS)
            if isinstance(answer, Progress):
                limit = self._limit_for(answer.total)
                on_progress(answer.done, answer.total)
            elif answer is not None:
                return answer


class _Child:
    def __init__(self) -> None:
        self.process = subprocess.Popen(
            programs.own("render-worker"),
            cwd=programs.FOLDER,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            creationflags=programs.unseen_flags(),
        )
        self._answers: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, name="render-answers", daemon=True).start()

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    def send(self, request: Request) -> None:
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(msgspec.json.encode(request) + b"\n")
            self.process.stdin.flush()
        except OSError as error:  # it has just died
            raise self._crash() from error

    def receive(self, timeout_seconds: float) -> Answer | None:
        """None when there is no answer yet. Raises RenderCrashed."""
        try:
            line = self._answers.get(timeout=timeout_seconds)
        except queue.Empty:
            return None
        if line is None:
            raise self._crash()
        return decode_answer(line)

    def end(self) -> None:
        """It ends by itself once nobody can ask it for anything."""
        self._close_input()
        try:
            self.process.wait(GOODBYE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self._close_input()

    def _close_input(self) -> None:
        assert self.process.stdin is not None
        with contextlib.suppress(OSError):  # it died with a request not read to its end
            self.process.stdin.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as answers:
            for line in answers:
                self._answers.put(line)
        self._answers.put(None)

    def _crash(self) -> RenderCrashed:
        try:
            code = self.process.wait(GOODBYE_SECONDS)
        except subprocess.TimeoutExpired:
            return RenderCrashed("The program that draws closed its door without a word.")
        return RenderCrashed(f"The program that draws crashed ({_describe(code)}).")


def _describe(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def _error(refusal: Refusal) -> SolosyncError:
    if refusal.traceback:
        log.error("A picture could not be drawn:\n%s", refusal.traceback)
    kind = StorageFailed if refusal.reason == "disk_full" else RenderFailed
    return kind(refusal.message)
