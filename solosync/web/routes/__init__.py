"""Every route on one screen."""

from litestar import Router
from litestar.types import ControllerRouterHandler

from solosync.web.routes.exports import (
    delete_export,
    download_export,
    list_exports,
    read_export,
    request_export,
)
from solosync.web.routes.files import show_file
from solosync.web.routes.health import live, ready
from solosync.web.routes.me import change_me, read_me
from solosync.web.routes.openid import finish_openid, start_openid
from solosync.web.routes.pages import home, open_link, sign_in, sign_out, use_link
from solosync.web.routes.saves import beacon, save_diff, save_stream
from solosync.web.routes.schema import read_schema
from solosync.web.routes.sessions import (
    create_session,
    duplicate_session,
    list_sessions,
    read_session,
    restore_session,
    save_session,
    trash_session,
)
from solosync.web.routes.thumbnails import make_thumbnail, show_thumbnail
from solosync.web.routes.tokens import create_tokens, refresh_tokens, verify_token
from solosync.web.routes.uploads import presign_upload, receive_upload
from solosync.web.routes.versions import list_versions, read_version, restore_version
from solosync.web.sockets.boards import board_socket
from solosync.web.static import static_file


def routes() -> list[ControllerRouterHandler]:
    """Fresh routers each time, because each belongs to one application."""
    signing_in: list[ControllerRouterHandler] = [
        create_tokens,  # POST /token/
        refresh_tokens,  # POST /refresh/
        verify_token,  # POST /verify/
    ]
    boards: list[ControllerRouterHandler] = [
        list_sessions,  # GET /
        create_session,  # POST /
        read_session,  # GET /{session_id}/
        save_session,  # PATCH /{session_id}/
        trash_session,  # DELETE /{session_id}/
        restore_session,  # POST /{session_id}/restore/
        duplicate_session,  # POST /{session_id}/duplicate/
        save_diff,  # PATCH /{session_id}/diff/
        save_stream,  # POST /{session_id}/save-stream/
        beacon,  # POST /{session_id}/beacon/
        list_versions,  # GET /{session_id}/versions/
        read_version,  # GET /{session_id}/versions/{rev}/
        restore_version,  # POST /{session_id}/versions/{rev}/restore/
        request_export,  # POST /{session_id}/export/
        list_exports,  # GET /{session_id}/exports/
        make_thumbnail,  # POST /{session_id}/thumbnail/
    ]
    exports: list[ControllerRouterHandler] = [
        read_export,  # GET /{export_id}/
        delete_export,  # DELETE /{export_id}/
    ]
    return [
        Router("/api/auth/jwt", route_handlers=signing_in, tags=["Signing in"]),
        Router("/api/auth/openid", route_handlers=[start_openid, finish_openid]),
        Router("/api/v1/me", route_handlers=[read_me, change_me], tags=["People"]),
        Router("/api/v1/solo/sessions", route_handlers=boards, tags=["Boards"]),
        Router("/api/v1/solo/uploads", route_handlers=[presign_upload], tags=["Uploads"]),
        Router("/api/v1/exports", route_handlers=exports, tags=["Exports"]),
        Router("/health", route_handlers=[live, ready], tags=["Health"]),
        read_schema,  # GET /api/schema/
        board_socket,  # WS /ws/boards/{session_id}
        home,  # GET /
        sign_in,  # POST /sign-in
        sign_out,  # POST /sign-out
        open_link,  # GET /link/{token}
        use_link,  # POST /link/{token}
        receive_upload,  # PUT /uploads/{file_id}
        show_file,  # GET /files/{name}
        show_thumbnail,  # GET /thumbnails/{name}
        download_export,  # GET /exports/{export_id}
        static_file,  # GET /static/{name}
    ]
