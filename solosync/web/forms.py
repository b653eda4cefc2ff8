"""Reading multipart forms: capped while they arrive, a file straight to the disk."""

from __future__ import annotations

import re
from pathlib import Path
from typing import BinaryIO, NamedTuple

from multipart import MultipartError, MultipartSegment, PushMultipartParser

from solosync.errors import Invalid
from solosync.web.bodies import read_pieces
from solosync.web.connections import AnyRequest

MOST_FIELDS = 32
MOST_FILES = 200
MOST_FIELD_BYTES = 16 * 1024
_BOUNDARY = re.compile(r'boundary=(?:"([^"]{1,200})"|([^\s;]{1,200}))', re.I)


def is_form(request: AnyRequest) -> bool:
    return request.headers.get("content-type", "").lower().startswith("multipart/form-data")


async def read_form(
    request: AnyRequest, file: Path, *, limit: int, endpoint: str
) -> dict[str, str]:
    """The form's fields; the content of `file` goes to the given path, which isn't there if the
    form has none.

    Raises Invalid for what is no such form, TooLarge when the whole has more than `limit` bytes,
    and what else `read_pieces` does.
    """
    form = _Form(file)
    await _parse(request, form, limit=limit, endpoint=endpoint, most=MOST_FIELDS)
    return form.texts()


async def _parse(
    request: AnyRequest,
    form: _Form | _Files,
    *,
    limit: int,
    endpoint: str,
    most: int,
) -> None:
    match = _BOUNDARY.search(request.headers.get("content-type", ""))
    if match is None:
        raise Invalid("The form doesn't say its boundary.")
    try:
        with PushMultipartParser(
            match[1] or match[2], max_segment_count=most, max_segment_size=limit
        ) as parser:
            try:
                async for chunk in read_pieces(request, limit, endpoint):
                    if chunk:  # to the parser, an empty one is the end
                        for event in parser.parse(chunk):
                            form.take(event)
            finally:
                form.close()
    except MultipartError as error:
        raise Invalid("That is no proper multipart form.") from error


class Received(NamedTuple):
    """A file of a form: as its sender calls it, and where it is now."""

    name: str
    path: Path
    size: int


async def read_files(
    request: AnyRequest, folder: Path, *, limit: int, endpoint: str
) -> list[Received]:
    """All files of a form, each put into the folder; its fields are passed over. Raises as
    `read_form`."""
    files = _Files(folder)
    await _parse(request, files, limit=limit, endpoint=endpoint, most=MOST_FILES)
    return files.received


class _Files:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: BinaryIO | None = None
        self.received: list[Received] = []

    def take(self, event: MultipartSegment | bytearray | None) -> None:
        if isinstance(event, MultipartSegment):
            if event.filename:  # a field that was left empty has none
                path = self._folder / str(len(self.received))
                self._file = path.open("xb")
                self.received.append(Received(event.filename, path, 0))
        elif event is None:
            self.close()
        elif self._file is not None:
            self._file.write(event)
            last = self.received[-1]
            self.received[-1] = last._replace(size=last.size + len(event))

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


class _Form:
    def __init__(self, file: Path) -> None:
        self._path = file
        self._file: BinaryIO | None = None
        self._fields: dict[str, bytearray] = {}
        self._name = ""

    def take(self, event: MultipartSegment | bytearray | None) -> None:
        """A segment's head, a piece of its content, or (None) its end. Writing a piece takes
        less time than handing it to a thread would."""
        if isinstance(event, MultipartSegment):
            self._begin(event.name)
        elif event is None:
            self.close()
        elif self._file is not None:
            self._file.write(event)
        else:
            field = self._fields[self._name]
            field += event
            if len(field) > MOST_FIELD_BYTES:
                raise Invalid(f"The field {self._name!r} is too long.")

    def texts(self) -> dict[str, str]:
        try:
            return {name: value.decode() for name, value in self._fields.items()}
        except UnicodeDecodeError:
            raise Invalid("A field of the form isn't UTF-8.") from None

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _begin(self, name: str) -> None:
        if name == "file":
            if self._path.exists():
                raise Invalid("The form has more than one file.")
            self._file = self._path.open("xb")
        else:
            self._name = name
            self._fields[name] = bytearray()
