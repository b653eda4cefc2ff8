"""The table of all routes; those of the pages stand in a table of their own, in `pages`."""

from litestar.types import ControllerRouterHandler

from solosync.web.routes.admin.audit import list_audit
from solosync.web.routes.admin.features import (
    change_feature,
    delete_feature,
    list_features,
    put_feature,
    read_feature,
)
from solosync.web.routes.admin.jobs import list_jobs, retry_job, run_job
from solosync.web.routes.admin.metrics import read_storage, read_summary
from solosync.web.routes.admin.tunnel import put_tunnel, read_tunnel
from solosync.web.routes.admin.users import change_user, list_users
from solosync.web.routes.api_keys import (
    change_api_key,
    create_api_key,
    list_api_keys,
    read_api_key,
    revoke_api_key,
    rotate_api_key,
)
from solosync.web.routes.devices import change_device, list_devices, revoke_device
from solosync.web.routes.exports import (
    delete_export,
    list_exports,
    read_export,
    request_export,
)
from solosync.web.routes.files import download_export, show_file
from solosync.web.routes.health import live, ready
from solosync.web.routes.invitations import (
    accept_invitation,
    create_invitation,
    list_invitations,
    revoke_invitation,
)
from solosync.web.routes.magic import request_magic, verify_magic
from solosync.web.routes.me import change_me, read_me
from solosync.web.routes.members import change_member, list_members, remove_member
from solosync.web.routes.metrics import read_metrics
from solosync.web.routes.notifications import (
    change_notification,
    list_notifications,
    read_all_notifications,
    read_notification,
)
from solosync.web.routes.openid import finish_openid, start_openid
from solosync.web.routes.organizations import (
    change_organization,
    create_organization,
    delete_organization,
    list_organizations,
    read_organization,
)
from solosync.web.routes.pages import PAGES
from solosync.web.routes.pairings import claim_device, pair_device
from solosync.web.routes.public import read_public, view_public
from solosync.web.routes.saves import beacon, save_diff, save_session, save_stream
from solosync.web.routes.schema import read_schema, show_docs
from solosync.web.routes.sessions import (
    create_session,
    duplicate_session,
    list_sessions,
    read_session,
    restore_session,
    trash_session,
)
from solosync.web.routes.shares import (
    create_share,
    list_share_accesses,
    list_shares,
    read_share,
    revoke_listed_share,
    revoke_share,
)
from solosync.web.routes.team_accounts import (
    log_out,
    refresh_cookies,
    register,
    request_otp,
    verify_otp,
)
from solosync.web.routes.thumbnails import make_thumbnail, show_thumbnail
from solosync.web.routes.tokens import create_tokens, refresh_tokens, verify_token
from solosync.web.routes.uploads import presign_upload, receive_upload
from solosync.web.routes.versions import (
    list_set_aside,
    list_versions,
    read_version,
    restore_version,
)
from solosync.web.sections import Section
from solosync.web.sockets.boards import board_socket
from solosync.web.static import static_file


def routes() -> list[ControllerRouterHandler]:
    """Fresh sections each time, because each belongs to one application."""
    signing_in: list[ControllerRouterHandler] = [
        create_tokens,  # POST /token/
        refresh_tokens,  # POST /refresh/
        verify_token,  # POST /verify/
    ]
    magic: list[ControllerRouterHandler] = [
        request_magic,  # POST /request/
        verify_magic,  # POST /verify/
    ]
    team: list[ControllerRouterHandler] = [
        register,  # POST /register/
        request_otp,  # POST /request-otp/
        verify_otp,  # POST /verify-otp/
        refresh_cookies,  # POST /refresh/
        log_out,  # POST /logout/
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
        list_set_aside,  # GET /{session_id}/set-aside/
        restore_version,  # POST /{session_id}/versions/{rev}/restore/
        request_export,  # POST /{session_id}/export/
        list_exports,  # GET /{session_id}/exports/
        make_thumbnail,  # POST /{session_id}/thumbnail/
        create_share,  # POST /{session_id}/share/
        read_share,  # GET /{session_id}/share/
        revoke_share,  # DELETE /{session_id}/share/
        list_share_accesses,  # GET /{session_id}/share/access/
    ]
    shares: list[ControllerRouterHandler] = [
        list_shares,  # GET /
        revoke_listed_share,  # DELETE /{share_id}/
    ]
    exports: list[ControllerRouterHandler] = [
        read_export,  # GET /{export_id}/
        delete_export,  # DELETE /{export_id}/
    ]
    devices: list[ControllerRouterHandler] = [
        list_devices,  # GET /
        change_device,  # PATCH /{device_id}/
        revoke_device,  # DELETE /{device_id}/
        pair_device,  # POST /pair/
        claim_device,  # POST /claim/
    ]
    api_keys: list[ControllerRouterHandler] = [
        list_api_keys,  # GET /
        create_api_key,  # POST /
        read_api_key,  # GET /{key_id}/
        change_api_key,  # PATCH /{key_id}/
        rotate_api_key,  # POST /{key_id}/rotate/
        revoke_api_key,  # DELETE /{key_id}/
    ]
    organizations: list[ControllerRouterHandler] = [
        list_organizations,  # GET /
        create_organization,  # POST /
        read_organization,  # GET /{organization_id}/
        change_organization,  # PATCH /{organization_id}/
        delete_organization,  # DELETE /{organization_id}/
        list_members,  # GET /{organization_id}/members/
        change_member,  # PATCH /{organization_id}/members/{user_id}/
        remove_member,  # DELETE /{organization_id}/members/{user_id}/
        list_invitations,  # GET /{organization_id}/invitations/
        create_invitation,  # POST /{organization_id}/invitations/
        revoke_invitation,  # DELETE /{organization_id}/invitations/{invitation_id}/
    ]
    notifications: list[ControllerRouterHandler] = [
        list_notifications,  # GET /
        change_notification,  # PATCH /{notification_id}/
        read_notification,  # POST /{notification_id}/read/
        read_all_notifications,  # POST /read-all/
    ]
    features: list[ControllerRouterHandler] = [
        list_features,  # GET /
        read_feature,  # GET /{name}/
        put_feature,  # PUT /{name}/
        change_feature,  # PATCH /{name}/
        delete_feature,  # DELETE /{name}/
    ]
    admin: list[ControllerRouterHandler] = [
        Section("/metrics", route_handlers=[read_summary, read_storage]),  # GET /summary, /storage
        Section("/jobs", route_handlers=[list_jobs, run_job, retry_job]),  # POST /{job_id}/retry/
        Section("/features", route_handlers=features),
        Section("/users", route_handlers=[list_users, change_user]),  # PATCH /{user_id}/
        Section("/audit", route_handlers=[list_audit]),
        Section("/tunnel", route_handlers=[read_tunnel, put_tunnel]),
    ]
    return [
        Section("/api/auth/jwt", route_handlers=signing_in, tags=["Signing in"]),
        Section("/api/auth/magic", route_handlers=magic, tags=["Signing in"]),
        Section("/api/auth/openid", route_handlers=[start_openid, finish_openid]),
        Section("/api/v1/me", route_handlers=[read_me, change_me], tags=["People"]),
        Section("/api/v1/devices", route_handlers=devices, tags=["Devices"]),
        Section("/api/v1/api-keys", route_handlers=api_keys, tags=["API keys"]),
        Section("/api/v1/organizations", route_handlers=organizations, tags=["Organizations"]),
        Section("/api/v1/invitations", route_handlers=[accept_invitation], tags=["Organizations"]),
        Section("/api/v1/notifications", route_handlers=notifications, tags=["Notifications"]),
        Section("/api/v1/solo/sessions", route_handlers=boards, tags=["Boards"]),
        Section("/api/v1/solo/shares", route_handlers=shares, tags=["Shares"]),
        Section("/api/v1/solo/public", route_handlers=[read_public, view_public], tags=["Shares"]),
        Section("/api/v1/solo/uploads", route_handlers=[presign_upload], tags=["Uploads"]),
        Section("/api/v1/exports", route_handlers=exports, tags=["Exports"]),
        Section("/api/v1/admin", route_handlers=admin, tags=["Admin"]),
        Section("/health", route_handlers=[live, ready], tags=["Health"]),
        Section("/api", route_handlers=team, tags=["Team"]),
        read_metrics,  # GET /metrics
        read_schema,  # GET /api/schema/
        show_docs,  # GET /api/docs/
        board_socket,  # WS /ws/boards/{session_id}
        receive_upload,  # PUT /uploads/{file_id}
        show_file,  # GET /files/{name}
        show_thumbnail,  # GET /thumbnails/{name}
        download_export,  # GET /exports/{export_id}
        static_file,  # GET /static/{name}
        *PAGES,
    ]
