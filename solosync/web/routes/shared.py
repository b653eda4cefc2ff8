"""The page of a shared board: a picture of it as it is now, for whoever has the link.

The page itself tells no more than who shares what, and counts nothing. A view is counted when the
picture is asked for, by its own request or before that by the page's script, once an hour.
"""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect, Template

from solosync.domain import sessions, shares
from solosync.domain.shares import Opened
from solosync.errors import (
    Forbidden,
    Invalid,
    NotFound,
    PasswordRequired,
    RateLimited,
    SessionTooLarge,
)
from solosync.records.pictures import FORMATS
from solosync.web import addresses, downloads, error_answers, limits, share_views, static
from solosync.web.auth import check_origin, public
from solosync.web.connections import AnyRequest
from solosync.web.documented import RATE
from solosync.web.page_forms import read_fields
from solosync.web.services import services
from solosync.web.shared_pictures import Kind, Picture
from solosync.web.texts import text

PageNumber = Annotated[int | None, QueryParameter(ge=1, le=1_000_000)]

TOO_OFTEN = "Too many tries. Wait a minute, then try again."
_TITLES = {"gone": "This link doesn't lead anywhere", "locked": "This board is protected"}
# Nobody is to find by a search what was meant for those who have the link.
_UNLISTED = {"X-Robots-Tag": "noindex, nofollow"}
_PUBLIC = {RATE: limits.AUTOSAVE}


@get("/solo/shared/{token:str}", guards=[public], opt=_PUBLIC, include_in_schema=False)
async def open_shared(
    request: AnyRequest, token: FromPath[str], page: PageNumber = None
) -> Template:
    """The page, with the picture of one page of the board: the active one, unless told."""
    try:
        opened = share_views.open_link(request, token)
        proof = _proof(request, opened)
        if proof is None:
            shares.check_views_left(opened)
    except NotFound:
        return _template(request, "gone", 404)
    if opened.share.password_hash is not None and proof is None:
        return _locked(request, token, 401)
    return _template(request, "board", 200, _board(request, opened, token, page, proof))


@post(
    "/solo/shared/{token:str}",
    guards=[public],
    opt=_PUBLIC,
    include_in_schema=False,
    status_code=303,
)
async def unlock_shared(request: AnyRequest, token: FromPath[str]) -> Template | Redirect:
    """The form with the password."""
    check_origin(request)
    try:
        opened = share_views.open_link(request, token)
        (password,) = await read_fields(request, "password")
        proof = await share_views.count(request, opened, password)
    except NotFound:
        return _template(request, "gone", 404)
    except PasswordRequired:
        return _locked(request, token, 401, share_views.WRONG)
    except RateLimited as error:
        page = _locked(request, token, 429, TOO_OFTEN)
        page.headers |= error_answers.headers_for(429, error)
        return page
    cookies = [share_views.cookie(request, token, proof)]
    return Redirect(share_views.path(token), status_code=303, cookies=cookies)


@get("/solo/shared/{token:str}/picture", guards=[public], opt=_PUBLIC, include_in_schema=False)
async def show_shared(
    request: AnyRequest, token: FromPath[str], page: PageNumber = None
) -> Response[bytes]:
    """The picture. Whoever wasn't counted yet is counted by this request, unless it is no
    person's."""
    opened = share_views.open_link(request, token)
    proof = _proof(request, opened)
    if proof is None and share_views.is_machine(request):
        return await _preview(request, opened)
    if proof is None:
        _check_open(opened)
    picture = await _draw(request, opened, "png", page)
    return _shown(request, token, picture, proof or await share_views.count(request, opened))


@get("/solo/shared/{token:str}/preview.png", guards=[public], opt=_PUBLIC, include_in_schema=False)
async def preview_shared(request: AnyRequest, token: FromPath[str]) -> Response[bytes]:
    """A small picture for previews of the link. It counts nothing, so of a board that is protected
    or may be seen only so often, it is for those who were counted."""
    return await _preview(request, share_views.open_link(request, token))


@get("/solo/shared/{token:str}/download", guards=[public], opt=_PUBLIC, include_in_schema=False)
async def download_shared(
    request: AnyRequest,
    token: FromPath[str],
    format: FromQuery[str] = "png",
    page: PageNumber = None,
) -> Response[bytes]:
    """The board as a file, if the link allows that."""
    opened = share_views.open_link(request, token)
    proof = _proof(request, opened)
    if proof is None:
        _check_open(opened)
        if share_views.is_machine(request):
            raise Forbidden("Open the link first, then download.")
    if not opened.share.allow_download:
        raise Forbidden("This link only shows the board; downloads are not allowed.")
    if format not in FORMATS:
        raise Invalid(f"`format` must be one of {', '.join(FORMATS)}.")
    file = await _draw(request, opened, format, page)
    answer = _shown(request, token, file, proof or await share_views.count(request, opened))
    name = opened.session.name or sessions.DEFAULT_NAME
    answer.headers["Content-Disposition"] = downloads.attachment(name, file.suffix)
    return answer


async def _preview(request: AnyRequest, opened: Opened) -> Response[bytes]:
    if not _has_preview(opened) and _proof(request, opened) is None:
        raise NotFound("share", "")
    picture = await _draw(request, opened, "preview", None)
    return Response(picture.content, media_type=picture.media_type, headers=_UNLISTED)


def _has_preview(opened: Opened) -> bool:
    return opened.share.password_hash is None and opened.share.max_views is None


def _check_open(opened: Opened) -> None:
    """Before anything is drawn for somebody who will be counted. Raises NotFound and
    PasswordRequired."""
    shares.check_views_left(opened)
    if opened.share.password_hash is not None:
        raise PasswordRequired()


async def _draw(request: AnyRequest, opened: Opened, kind: Kind, page: int | None) -> Picture:
    """The board as it is now. Raises SessionTooLarge, Unavailable, and NotFound for a page that
    it hasn't."""
    with_services = services(request)
    async with with_services.rooms.enter(opened.session) as room:
        reading = await room.read()  # then all of it is on disk, where it's drawn from
    if kind == "json":
        return Picture(reading.state, "application/json", "json")
    most = with_services.config.export_max_state_bytes
    if len(reading.state) > most:
        raise SessionTooLarge(most, len(reading.state))
    if page is not None and page > reading.page_count:
        raise NotFound("page", str(page))
    pages = str(page) if page is not None else "all" if kind == "pdf" else "active"
    return await with_services.shared_pictures.draw(opened.session, reading.rev, kind, pages)


def _shown(request: AnyRequest, token: str, picture: Picture, proof: str) -> Response[bytes]:
    headers = _UNLISTED | {"Content-Security-Policy": downloads.POLICY}
    cookies = [share_views.cookie(request, token, proof)]
    return Response(
        picture.content, media_type=picture.media_type, headers=headers, cookies=cookies
    )


def _proof(request: AnyRequest, opened: Opened) -> str | None:
    """That this browser was counted within the hour: by the page's script, else by its cookie."""
    given = (request.query_params.get("view", ""), request.cookies.get(share_views.VIEW, ""))
    return next((proof for proof in given if share_views.is_view(request, opened, proof)), None)


def _locked(request: AnyRequest, token: str, status: int, error: str = "") -> Template:
    return _template(request, "locked", status, {"path": share_views.path(token), "error": error})


def _board(
    request: AnyRequest, opened: Opened, token: str, page: int | None, proof: str | None
) -> dict[str, Any]:
    path = share_views.path(token)
    is_machine = share_views.is_machine(request)
    # Other boards than our own page draws are shown as a picture that follows them.
    has_canvas = opened.session.dialect == "solo" and not is_machine
    entry = static.DRAWING if opened.share.may_edit else static.VIEWING
    return {
        "scripts": static.scripts(entry) if has_canvas else None,
        "name": opened.session.name or sessions.DEFAULT_NAME,
        "owner": opened.owner,
        "path": path,
        "token": token,
        "session_id": opened.session.session_id,
        "view": proof or "",
        "page": page,
        "page_count": opened.session.page_count,
        "preview": f"{addresses.base(request)}{path}/preview.png" if _has_preview(opened) else "",
        "formats": FORMATS if opened.share.allow_download else (),
        "is_machine": is_machine,
    }


def _template(
    request: AnyRequest, shown: str, status: int, context: dict[str, Any] | None = None
) -> Template:
    told = {"shown": shown, "title": text(_TITLES.get(shown, ""))}
    return Template(
        "shared.html", context=told | (context or {}), status_code=status, headers=dict(_UNLISTED)
    )
