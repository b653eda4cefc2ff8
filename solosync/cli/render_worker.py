"""`solosync render-worker`: the child process that draws for a server. Not for people.

It reads requests from standard input and writes answers to standard output, a line each. When
standard input is closed it ends at once, in the middle of a picture too: then the server is gone,
however it went.
"""

from __future__ import annotations

import contextlib
import errno
import os
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, NoReturn

import msgspec

from solosync.errors import SolosyncError
from solosync.jobs.requests import DISK_FULL, Answer, Made, Progress, Refusal, Request, is_full

MEMORY_BYTES = 2 * 1024**3
FILE_BYTES = 2 * 1024**3
LOWEST_PRIORITY = 19
WINDOWS_IDLE_PRIORITY = 0x40


def main() -> int:
    answers = _take_standard_output()
    # Ctrl-C in a terminal goes to the whole group; the server decides when this process ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    lower_priority()
    limit_resources()
    forbid_network()
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(lines,), daemon=True).start()
    while True:
        request = msgspec.json.decode(lines.get(), type=Request)
        _write(answers, _answer(request, answers))


def lower_priority() -> None:
    """As low as it goes: a picture can wait, the boards people draw on can't."""
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), WINDOWS_IDLE_PRIORITY)
    else:
        os.nice(LOWEST_PRIORITY)


def limit_resources() -> None:
    """Where the system can: address space, and the size of a file."""
    # numpy's linear algebra would reserve memory for each core, and isn't used. It asks the C
    # library, which is where this goes.
    os.putenv("OPENBLAS_NUM_THREADS", "1")
    if sys.platform == "win32":
        return
    import resource

    for kind, most in ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_FSIZE, FILE_BYTES)):
        _, hard = resource.getrlimit(kind)
        limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with contextlib.suppress(ValueError, OSError):  # macOS has no RLIMIT_AS but in name
            resource.setrlimit(kind, (limit, limit))


def forbid_network() -> None:
    """From now on, whatever would make a connection or look up a name raises PermissionError:
    nothing that a picture holds may be fetched. It can't be undone."""

    def refuse(event: str, _: tuple[object, ...]) -> None:
        if event.startswith("socket."):
            raise PermissionError(errno.EPERM, f"Drawing needs no network ({event})")

    sys.addaudithook(refuse)


def _take_standard_output() -> BinaryIO:
    """A way to the server that nobody else writes to: what a library prints goes to standard
    error."""
    own = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return own


def _read(lines: queue.SimpleQueue[bytes]) -> NoReturn:
    for line in sys.stdin.buffer:
        lines.put(line)
    os._exit(0)


def _write(answers: BinaryIO, answer: Answer) -> None:
    answers.write(msgspec.json.encode(answer) + b"\n")
    answers.flush()


def _answer(request: Request, answers: BinaryIO) -> Answer:
    def tell(done: int, total: int) -> None:
        _write(answers, Progress(done, total))

    try:
        return _thumbnail(request) if request.kind == "thumbnail" else _export(request, tell)
    except SolosyncError as error:
        return Refusal("refused", str(error))
    except MemoryError:
        limit = MEMORY_BYTES // 1024**3
        return Refusal("no_memory", f"Drawing it takes more than {limit} GiB of memory.")
    except OSError as error:
        return _os_refusal(error)
    except Exception:  # a mistake of ours must not take the child down with it
        return Refusal("broken", "It could not be drawn.", traceback.format_exc())


def _os_refusal(error: OSError) -> Refusal:
    if is_full(error):
        return Refusal("disk_full", DISK_FULL)
    if error.errno == errno.EFBIG:
        limit = FILE_BYTES // 1024**3
        return Refusal("too_large", f"The file would be larger than {limit} GiB.")
    return Refusal("broken", "It could not be drawn.", traceback.format_exc())


def _export(request: Request, tell: Callable[[int, int], None]) -> Made:
    from solosync.domain import drawings
    from solosync.render import export

    drawn = drawings.read(Path(request.document))
    made = export.make(
        drawn.state,
        format=request.format,
        options=request.options,
        out=Path(request.out),
        title=request.title,
        files=drawn.files,
        on_progress=tell,
    )
    return Made(made.content_type, made.suffix, made.page_count, tuple(made.warnings))


def _thumbnail(request: Request) -> Made:
    from solosync.domain import drawings
    from solosync.render import thumbnail

    drawn = drawings.read(Path(request.document))
    webp, png = thumbnail.make(drawn.state, request.title, drawn.files)
    Path(f"{request.out}.webp").write_bytes(webp)
    Path(f"{request.out}.png").write_bytes(png)
    return Made(state_bytes=len(drawn.state))
