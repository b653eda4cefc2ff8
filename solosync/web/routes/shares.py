"""The link by which a board is shown to whoever has it: made, looked at, revoked."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath, FromQuery, QueryParameter

from solosync import crypto
from solosync.clock import iso
from solosync.domain import shares
from solosync.domain.accounts import LONGEST_PASSWORD
from solosync.records import scopes
from solosync.web import addresses, listing, paging
from solosync.web.auth import signed_in
from solosync.web.bodies import read_object
from solosync.web.documented import BODY, BODY_ERRORS, SCOPE, WRITE_ERRORS, problems
from solosync.web.listing import LISTING, SWITCH, TEXT, Listing
from solosync.web.routes.sessions import MOST_A_PAGE, find
from solosync.web.services import Caller, services

BODY_BYTES = 16 * 1024
SHARES = Listing(
    sorts=("created_at", "expires_at", "last_accessed_at", "view_count", "name"),
    filters={"organization_id": TEXT, "session_id": TEXT, "may_edit": SWITCH},
    default="-created_at",
)


class ShareFields(msgspec.Struct):
    """`expires_in_days` null or 0: never. Without `max_views`, any number may look. With
    `may_edit`, whoever has the link may draw, too."""

    expires_in_days: Annotated[int, msgspec.Meta(ge=0, le=shares.LONGEST_DAYS)] | None = 7
    max_views: Annotated[int, msgspec.Meta(ge=1, le=shares.MOST_VIEWS)] | None = None
    allow_download: bool = False
    password: Annotated[str, msgspec.Meta(max_length=LONGEST_PASSWORD)] | None = None
    may_edit: bool = False


class ShareItem(msgspec.Struct):
    """`url` is a page that a browser can open; it ends in `token`. A key that may only look isn't
    told of those by which one draws. `has_password` and `may_edit` are there where it is so."""

    id: str
    token: str | None
    url: str | None
    session_id: str
    is_active: bool
    expires_at: str | None
    max_views: int | None
    view_count: int
    allow_download: bool
    created_at: str
    last_accessed_at: str | None
    has_password: bool | msgspec.UnsetType = msgspec.UNSET
    may_edit: bool | msgspec.UnsetType = msgspec.UNSET


class ListedShare(ShareItem, kw_only=True):
    """`token` begins with `token_prefix`; `name` is the board's, `created_by` the name of whoever
    made the link."""

    token_prefix: str
    name: str
    organization_id: str
    created_by: str


class ShareList(msgspec.Struct):
    """`next` is the cursor of the next page, null on the last."""

    count: int
    results: list[ListedShare]
    next: str | None


class ShareStatus(msgspec.Struct):
    """Without a link, `is_shared` is all there is. `is_valid` tells whether somebody could come in
    by it now; `token` and `url` are there as long as it is."""

    is_shared: bool
    is_valid: bool | msgspec.UnsetType = msgspec.UNSET
    id: str | msgspec.UnsetType = msgspec.UNSET
    token: str | msgspec.UnsetType | None = msgspec.UNSET
    url: str | msgspec.UnsetType | None = msgspec.UNSET
    token_prefix: str | msgspec.UnsetType = msgspec.UNSET
    session_id: str | msgspec.UnsetType = msgspec.UNSET
    is_active: bool | msgspec.UnsetType = msgspec.UNSET
    has_password: bool | msgspec.UnsetType = msgspec.UNSET
    expires_at: str | msgspec.UnsetType | None = msgspec.UNSET
    max_views: int | msgspec.UnsetType | None = msgspec.UNSET
    view_count: int | msgspec.UnsetType = msgspec.UNSET
    allow_download: bool | msgspec.UnsetType = msgspec.UNSET
    may_edit: bool | msgspec.UnsetType = msgspec.UNSET
    created_at: str | msgspec.UnsetType = msgspec.UNSET
    last_accessed_at: str | msgspec.UnsetType | None = msgspec.UNSET


class AccessItem(msgspec.Struct):
    ip_address: str
    user_agent: str
    accessed_at: str


class AccessList(msgspec.Struct):
    """`next` as in the list of boards."""

    count: int
    results: list[AccessItem]
    next: str | msgspec.UnsetType | None = msgspec.UNSET


@post(
    "/{session_id:str}/share",
    guards=[signed_in],
    opt={SCOPE: scopes.SESSIONS_WRITE, BODY: ShareFields},
    responses=problems(401, 403, 404, *BODY_ERRORS, *WRITE_ERRORS),
)
async def create_share(request: Caller, session_id: FromPath[str]) -> ShareItem:
    """A link to the board, which shows it to whoever has it; an earlier one is good no more."""
    find(request, session_id)
    body = await read_object(request, BODY_BYTES, "share")
    link = await make_link(request, session_id, body.fields(ShareFields))
    return ShareItem(**_fields(request, session_id, link))


@get(
    "/{session_id:str}/share",
    guards=[signed_in],
    opt={SCOPE: scopes.SESSIONS_READ},
    responses=problems(401, 404),
)
async def read_share(request: Caller, session_id: FromPath[str]) -> ShareStatus:
    """The board's link, with its token as long as it is good."""
    with_services = services(request)
    link = await asyncio.to_thread(
        shares.get, with_services.store, with_services.keys, request.user, session_id
    )
    if link is None:
        return ShareStatus(is_shared=False)
    is_valid = link.token is not None
    return ShareStatus(
        is_shared=True,
        is_valid=is_valid,
        token_prefix=link.share.prefix,
        **_fields(request, session_id, link),
    )


@delete(
    "/{session_id:str}/share",
    guards=[signed_in],
    opt={SCOPE: scopes.SESSIONS_WRITE},
    responses=problems(401, 403, 404, *WRITE_ERRORS),
)
async def revoke_share(request: Caller, session_id: FromPath[str]) -> None:
    """The link is good no more, and whoever watches by it is shown out."""
    await end_board_link(request, session_id)


@get(
    "/{session_id:str}/share/access",
    guards=[signed_in],
    opt={SCOPE: scopes.SESSIONS_READ},
    responses=problems(400, 401, 404),
)
async def list_share_accesses(
    request: Caller,
    session_id: FromPath[str],
    limit: Annotated[int | None, QueryParameter(ge=1, le=MOST_A_PAGE)] = None,
    cursor: FromQuery[str | None] = None,
) -> AccessList:
    """Who has looked at the board by links, newest first; of each link the last thousand."""
    listing.refuse_questions(request, "newest first")
    before, most = paging.position(cursor), limit or MOST_A_PAGE
    found = await asyncio.to_thread(
        shares.list_accesses,
        services(request).store,
        request.user,
        session_id,
        limit=most + 1,
        before=before[0] if before else None,
    )
    page = found.listed[:most]
    end = msgspec.UNSET if limit is None else None
    return AccessList(
        count=found.total,
        results=[AccessItem(it.ip_address, it.user_agent, iso(it.accessed_at)) for _, it in page],
        next=paging.cursor((page[-1][0], 0)) if len(page) < len(found.listed) else end,
    )


@get(
    "/",
    guards=[signed_in],
    opt={SCOPE: scopes.SESSIONS_READ, LISTING: SHARES},
    responses=problems(400, 401),
)
async def list_shares(request: Caller) -> ShareList:
    """One's own links, and those to the boards of organizations that one is admin of."""
    with_services = services(request)
    query = listing.read(request, SHARES)
    found = await asyncio.to_thread(
        shares.list_links, with_services.store, with_services.keys, request.user, query
    )
    items = [
        ListedShare(
            **_fields(request, board.session_id, link),
            token_prefix=link.share.prefix,
            name=board.name,
            organization_id=board.organization_id,
            created_by=board.creator,
        )
        for board, link in found.items
    ]
    return ShareList(found.total, items, listing.next_cursor(found))


@delete(
    "/{share_id:str}",
    guards=[signed_in],
    opt={SCOPE: scopes.SESSIONS_WRITE},
    responses=problems(401, 403, 404, *WRITE_ERRORS),
)
async def revoke_listed_share(request: Caller, share_id: FromPath[str]) -> None:
    """As by its board; for whoever may edit that."""
    await end_link(request, share_id)


async def make_link(request: Caller, session_id: str, fields: ShareFields) -> shares.Link:
    """Raises NotFound."""
    with_services = services(request)
    password_hash = None
    if fields.password:
        async with with_services.hashing:
            password_hash = await asyncio.to_thread(crypto.hash_password, fields.password)
    terms = shares.Terms(
        fields.expires_in_days,
        fields.max_views,
        fields.allow_download,
        password_hash,
        fields.may_edit,
    )
    link = await asyncio.to_thread(
        shares.create, with_services.store, with_services.keys, request.user, session_id, terms
    )
    with_services.rooms.close_lost()
    return link


async def end_link(request: Caller, share_id: str) -> None:
    """When it returns, whoever came by the link is out. Raises NotFound."""
    with_services = services(request)
    await asyncio.to_thread(shares.revoke_link, with_services.store, request.user, share_id)
    with_services.rooms.close_lost()


async def end_board_link(request: Caller, session_id: str) -> None:
    """The same, for the link that a board has, if any."""
    with_services = services(request)
    await asyncio.to_thread(shares.revoke, with_services.store, request.user, session_id)
    with_services.rooms.close_lost()


def _fields(request: Caller, session_id: str, link: shares.Link) -> dict[str, Any]:
    share = link.share
    token = None if share.may_edit and _may_only_look(request) else link.token
    return {
        "id": share.share_id,
        "token": token,
        "url": addresses.share(request, token) if token else None,
        "session_id": session_id,
        "is_active": link.token is not None,
        "has_password": share.password_hash is not None or msgspec.UNSET,
        "expires_at": _iso(share.expires_at),
        "max_views": share.max_views,
        "view_count": share.view_count,
        "allow_download": share.allow_download,
        "may_edit": share.may_edit or msgspec.UNSET,
        "created_at": iso(share.created_at),
        "last_accessed_at": _iso(share.last_accessed_at),
    }


def _may_only_look(request: Caller) -> bool:
    allowed = request.user.scopes
    return allowed is not None and scopes.SESSIONS_WRITE not in allowed


def _iso(ms: int | None) -> str | None:
    return iso(ms) if ms is not None else None
