"""What the pages of somebody who is signed in have in common."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec
from litestar.response import Redirect, Template

from solosync import clock
from solosync.domain import devices, sessions, shares, thumbnails
from solosync.records.actors import Actor
from solosync.records.sessions import Session
from solosync.web.connections import AnyRequest
from solosync.web.services import services

# One of our own pages, and never an address that a browser takes for another site's.
_OWN_PAGE = re.compile(
    r"/(?:trash|admin/people|devices(?:/add)?|links|settings|register|pair|magic-verify"
    r"|(?:boards|invitation)/[\w.-]+)?(?:\?[\w=&%.+-]*)?",
    re.ASCII,
)


class Card(msgspec.Struct, frozen=True):
    """A board as pages show it. `url` is where it is drawn on, or else seen; `changed_at` is for
    machines, and `updated_at` in microseconds."""

    id: str
    name: str
    url: str
    page_count: int
    updated_at: int
    changed_at: str
    device: str
    thumbnail: str | None
    is_shared: bool


def page(name: str, actor: Actor, context: Mapping[str, object]) -> Template:
    return Template(name, context={"actor": actor, "notice": ""} | dict(context))


def cards(request: AnyRequest, boards: Iterable[Session]) -> list[Card]:
    """Blocks."""
    listed = list(boards)
    changed_on = {board.last_device_id for board in listed if board.last_device_id}
    names = devices.names(services(request).store, changed_on)
    shared = shares.find_shared(services(request).store, [board.key for board in listed])
    return [
        _card(request, board, names.get(board.last_device_id or "", ""), board.key in shared)
        for board in listed
    ]


def draw_url(session_id: str) -> str:
    return f"/boards/{session_id}/draw"


def board_url(board: Session) -> str:
    """Where it is drawn on or, if that isn't here, where it is looked at."""
    if board.dialect == "solo":
        return draw_url(board.session_id)
    return f"/boards/{board.session_id}"


def back(path: str, **told: str) -> Redirect:
    """To the page that a form was on; `told` is what that page is to say of what was done."""
    if not _OWN_PAGE.fullmatch(path):
        path = "/"
    parts = urlsplit(path)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    for name in ("done", "board"):
        query.pop(name, None)
    encoded = urlencode(query | told)
    return Redirect(f"{parts.path}?{encoded}" if encoded else parts.path, status_code=303)


def more_of(asked: Mapping[str, str], names: Iterable[str], cursor: str | None) -> str:
    """The query of what follows on a list, if anything does: the same question by these names, or
    the cursor wouldn't fit."""
    if cursor is None:
        return ""
    question = {name: asked[name] for name in names if name in asked}
    return urlencode(question | {"cursor": cursor})


def here(request: AnyRequest) -> str:
    """This page's address, for its forms' `back`."""
    query = request.scope.get("query_string", b"").decode("ascii", "replace")
    path: str = request.scope["path"]
    return f"{path}?{query}" if query else path


def _card(request: AnyRequest, board: Session, device: str, is_shared: bool) -> Card:
    return Card(
        id=board.session_id,
        name=board.name or sessions.DEFAULT_NAME,
        url=board_url(board),
        page_count=board.page_count,
        updated_at=board.updated_at,
        changed_at=clock.iso_us(board.updated_at),
        device=device,
        thumbnail=_thumbnail(request, board),
        is_shared=is_shared,
    )


def _thumbnail(request: AnyRequest, board: Session) -> str | None:
    """What a page may show of it: pictures of other sites may not be loaded."""
    if board.thumbnail_url is not None:
        return board.thumbnail_url if board.thumbnail_url.startswith("data:image/") else None
    name = thumbnails.name(services(request).keys, board)
    return f"/thumbnails/{name}?v={board.thumbnail_version}" if name else None
