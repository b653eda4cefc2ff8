"""A shared board for programs that have its link: what the contract's own viewer reads."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from solosync.clock import iso_us
from solosync.domain.accounts import LONGEST_PASSWORD
from solosync.records.sessions import Session
from solosync.web import addresses, share_views
from solosync.web.auth import public
from solosync.web.bodies import read_object
from solosync.web.connections import AnyRequest
from solosync.web.documented import BODY, BODY_ERRORS, HEADERS, WRITE_ERRORS, problems
from solosync.web.routes.sessions import JsonObject
from solosync.web.services import services

BODY_BYTES = 16 * 1024
VIEW_HEADER = "X-Share-View"


class PublicBoard(msgspec.Struct):
    """A shared board. `owner` is a name to show. `may_edit` is there where whoever has the link may
    draw."""

    id: str
    name: str
    state: JsonObject
    page_count: int
    owner: str
    allow_download: bool
    created_at: str
    thumbnail_url: str | None
    may_edit: bool | msgspec.UnsetType = msgspec.UNSET


class ViewFields(msgspec.Struct):
    password: Annotated[str, msgspec.Meta(max_length=LONGEST_PASSWORD)] | None = None


class View(msgspec.Struct):
    """What proves for an hour that a view was counted."""

    view: str


@get(
    "/{token:str}",
    guards=[public],
    opt={HEADERS: {VIEW_HEADER: "A view's proof: this is that view, and isn't counted again."}},
    responses=problems(401, 404, 503),
)
async def read_public(request: AnyRequest, token: FromPath[str]) -> Response[PublicBoard]:
    """The board as it is now. Without the proof of a view, it counts as one."""
    opened = share_views.open_link(request, token)
    proof = request.headers.get(VIEW_HEADER, "")
    if not share_views.is_view(request, opened, proof):
        proof = await share_views.count(request, opened)
    session = opened.session
    async with services(request).rooms.enter(session) as room:
        reading = await room.read()
    content = PublicBoard(
        id=session.session_id,
        name=session.name,
        state=msgspec.Raw(reading.state),
        page_count=reading.page_count,
        owner=opened.owner,
        allow_download=opened.share.allow_download,
        may_edit=opened.share.may_edit or msgspec.UNSET,
        created_at=iso_us(session.created_at),
        thumbnail_url=_thumbnail(request, session, token, proof),
    )
    return Response(content)


@post(
    "/{token:str}/view",
    guards=[public],
    opt={BODY: ViewFields},
    status_code=200,
    responses=problems(401, 404, *BODY_ERRORS, *WRITE_ERRORS),
)
async def view_public(request: AnyRequest, token: FromPath[str]) -> Response[View]:
    """Counts one view."""
    opened = share_views.open_link(request, token)
    body = await read_object(request, BODY_BYTES, "view")
    proof = await share_views.count(request, opened, body.fields(ViewFields).password)
    return Response(View(proof), cookies=[share_views.cookie(request, token, proof)])


def _thumbnail(request: AnyRequest, session: Session, token: str, proof: str) -> str | None:
    """One that a client gave, else ours by the link: our lasting address would show the board when
    the link is good no more."""
    if session.thumbnail_url is not None or session.thumbnail_version is None:
        return session.thumbnail_url
    return f"{addresses.base(request)}/solo/shared/{token}/preview.png?view={proof}"
