"""What a server did in which order, by strace: the log was written, synced, and then answered."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

CALLS = "read,recvfrom,recvmsg,write,writev,sendto,sendmsg,pwrite64,fdatasync,fsync"
# Paths and addresses beside file descriptors, and all of what is written.
COMMAND = ("strace", "-f", "-q", "-yy", "-s", "1000000", "-e", f"trace={CALLS}")
MARK = re.compile(rb"mark[0-9]{6}")

_LINE = re.compile(r"(?P<thread>\d+) +(?P<rest>.*)", re.S)
_RESUMED = re.compile(r"<\.\.\. \w+ resumed>")
_UNFINISHED = " <unfinished ...>"
_CALL = re.compile(r"(?P<name>\w+)\(\d+<(?P<file>.*?)>[,)](?P<rest>.*)", re.S)
_TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"', re.S)
_READING = ("read", "recvfrom", "recvmsg")
_SYNCING = ("fdatasync", "fsync")


@dataclass
class Call:
    """A system call that succeeded; `begin` and `end` are places in the order of all of them."""

    name: str
    file: str  # a path, or the addresses of both ends
    data: bytes
    begin: int
    end: int

    @property
    def on_log(self) -> bool:
        return self.file.endswith("-wal")

    @property
    def on_network(self) -> bool:
        return self.file.startswith("TCP")

    @property
    def marks(self) -> set[bytes]:
        return set(MARK.findall(self.data))


def read_calls(trace: Path) -> list[Call]:
    calls = []
    unfinished: dict[str, tuple[int, str]] = {}
    for place, line in enumerate(trace.read_text(encoding="utf-8").splitlines()):
        parts = _LINE.fullmatch(line)
        assert parts is not None, line
        thread, text, begin = parts["thread"], parts["rest"], place
        if text.endswith(_UNFINISHED):
            unfinished[thread] = place, text.removesuffix(_UNFINISHED)
            continue
        if resumed := _RESUMED.match(text):
            begin, head = unfinished.pop(thread)
            text = head + text[resumed.end() :]
        call = _CALL.fullmatch(text)
        if call is None or re.search(r"= -1 \w+ \(", call["rest"]):
            continue
        data = "".join(_TEXT.findall(call["rest"])).encode().decode("unicode_escape")
        calls.append(Call(call["name"], call["file"], data.encode("latin-1"), begin, place))
    return calls


@dataclass
class Findings:
    answers: int = 0  # 2xx to requests that change something
    frames: int = 0  # to Yjs clients, with something in them that somebody drew
    too_early: list[str] = field(default_factory=list)


@dataclass
class _Connection:
    """What has come on one connection and isn't answered yet."""

    request: bytes = b""
    came_at: int = 0
    marks: set[bytes] = field(default_factory=set)
    status: bytes = b""


class Judge:
    """Goes through the calls in order, and finds what was sent before it was safe.

    Whatever carries a mark must have been written to the log and synced before: in the answer to
    the request that brought it, in any later answer, and in frames to other devices. A 2xx to a
    request that changes something follows a commit that began after the request came.
    """

    def __init__(self) -> None:
        self.findings = Findings()
        self._written: dict[bytes, int] = {}  # when a mark first got into the log
        self._safe: set[bytes] = set()
        self._last_write = -1
        self._safe_until = -1  # what was written to the log before this is on disk
        self._connections: dict[str, _Connection] = {}

    def judge(self, calls: list[Call]) -> Findings:
        for _, kind, call in sorted(_moments(calls), key=lambda moment: moment[0]):
            connection = self._connections.setdefault(call.file, _Connection())
            if kind == "sync":
                self._synced(call)
            elif kind == "write":
                self._last_write = call.end
                for mark in call.marks:
                    self._written.setdefault(mark, call.end)
            elif kind == "receive":
                self._received(connection, call)
            else:
                self._sent(connection, call)
        return self.findings

    def _synced(self, call: Call) -> None:
        self._safe |= {mark for mark, written in self._written.items() if written < call.begin}
        if self._last_write < call.begin:
            self._safe_until = self._last_write

    def _received(self, connection: _Connection, call: Call) -> None:
        if connection.status.startswith(b"101"):
            return  # frames of a client are masked, and not answered
        if re.match(rb"[A-Z]+ /", call.data):
            connection.request, connection.came_at = call.data.splitlines()[0], call.end
            connection.marks = set()
        connection.marks |= call.marks

    def _sent(self, connection: _Connection, call: Call) -> None:
        head = re.match(rb"HTTP/1\.1 (\d+)", call.data)
        if head is not None:
            connection.status = head[1]
        if connection.status.startswith(b"101"):
            if head is None and call.marks:
                self.findings.frames += 1
                self._expect(call.marks, "a frame")
        elif connection.status.startswith(b"2"):
            what = f"{connection.status.decode()} to {connection.request.decode()}"
            self._expect(call.marks, what)
            if head is not None and not connection.request.startswith(b"GET"):
                self.findings.answers += 1
                self._expect(connection.marks, what)
                if self._safe_until < connection.came_at:
                    self.findings.too_early.append(f"{what}: nothing was synced since it came")

    def _expect(self, marks: set[bytes], what: str) -> None:
        self.findings.too_early += [
            f"{what}: {mark.decode()} was not synced" for mark in sorted(marks - self._safe)
        ]


def _moments(calls: list[Call]) -> Iterator[tuple[int, str, Call]]:
    """What counts: a sync or a read when it has ended, a write to the log when it ended, and what
    is sent from the moment it begins to be."""
    for call in calls:
        if call.on_log and call.name in _SYNCING:
            yield call.end, "sync", call
        elif call.on_log and call.name == "pwrite64":
            yield call.end, "write", call
        elif call.on_network and call.name in _READING:
            yield call.end, "receive", call
        elif call.on_network:
            yield call.begin, "send", call
