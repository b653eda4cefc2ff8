"""The tunnel's switch, on the page of the settings, for staff."""

from __future__ import annotations

from typing import Any

from litestar import post
from litestar.response import Redirect

from solosync import qr
from solosync.errors import Invalid
from solosync.net.tunnel_clients import CLIENTS
from solosync.web.auth import staff
from solosync.web.page_forms import read_fields
from solosync.web.routes.admin.tunnel import switch
from solosync.web.routes.pages.looks import back
from solosync.web.services import Caller, services


@post("/admin/tunnel", guards=[staff], include_in_schema=False, status_code=303)
async def change_tunnel(request: Caller) -> Redirect:
    change, client = await read_fields(request, "change", "client")
    if change not in ("open", "close") or client not in ("", "auto", *CLIENTS):
        raise Invalid("Open the tunnel, or close it.")
    await switch(request, is_open=change == "open", client=client or "auto")
    return back("/settings")


def shown(request: Caller) -> dict[str, Any] | None:
    """What the page says of it; nothing to whoever may not switch it."""
    if not request.user.is_staff:
        return None
    with_services = services(request)
    state = with_services.tunnels.state
    return {
        "state": state,
        "qr": qr.svg(state.url) if state.url else "",
        "clients": with_services.tunnels.list_clients(),
        "is_all": with_services.config.tunnel_all,
    }
