"""One example of each body in the OpenAPI document, by the name of its schema: Ann, her board, and
what she does with it."""

from __future__ import annotations

from typing import Any

from solosync.web import examples_admin

Json = dict[str, Any]

_ANN = "f1e2d3c4-b5a6-4978-8a6b-5c4d3e2f1066"
_TEAM = "e5f60718-293a-4b4c-8d5e-6f708192a355"
_BOARD = "0b9f6c52-1d1f-4c0a-9a54-6a2f4a3f5b11"
_EXPORT = "5d0c1f38-3f6e-4a57-8d5a-0f1f6f9b7c22"
_AT = "2026-01-31T12:00:00.000000Z"
_LATER = "2026-01-31T13:00:00.000000Z"
_DIGEST = "9b74c9897bac770ffc029102a200c5de3b2a1f0e9d8c7b6a5f4e3d2c1b0a9f8e"
_HERE = "http://127.0.0.1:8765"
# Tokens are shown cut off, so that no scanner takes one of these for somebody's.
_ACCESS, _REFRESH = "eyJhbGciOiJIUzI1NiIs...", "eyJhbGciOiJIUzI1NiJ9..."

_STROKE: Json = {
    "id": "s1",
    "tool": "pen",
    "color": "#1e1e1e",
    "size": 3,
    "points": [{"x": 10, "y": 10}, {"x": 42.5, "y": 18}],
}
_STATE: Json = {"pages": [{"id": "p1", "strokes": [_STROKE], "shapes": [], "texts": []}]}
_SESSION: Json = {
    "id": _BOARD,
    "name": "Plan of the garden",
    "page_count": 1,
    "thumbnail_url": None,
    "is_shared": False,
    "owner_id": _ANN,
    "created_at": _AT,
    "updated_at": _LATER,
}
_DETAIL: Json = _SESSION | {"state": _STATE, "rev": 8, "state_digest": _DIGEST}
_VERSION: Json = {
    "rev": 7,
    "created_at": _AT,
    "actor": "Ann Example",
    "device": "Firefox on Linux",
    "summary": "1 stroke added",
    "size": 412,
}
_ASIDE: Json = {
    "rev": 7,
    "created_at": _AT,
    "actor": "Ann Example",
    "device": "Firefox on Linux",
    "set_aside": [
        {"page": "p1", "list": "strokes", "id": "s1", "field": "color", "value": "#ff0000"}
    ],
}
_FILE = f"{_HERE}/exports/{_EXPORT}?expires=1769864400&signature=..."
_EXPORTED: Json = {
    "id": _EXPORT,
    "session_id": _BOARD,
    "format": "png",
    "status": "completed",
    "file_url": _FILE,
    "signed_url": _FILE,
    "file_size": 48213,
    "page_count": 1,
    "progress": 100,
    "error": None,
    "is_expired": False,
    "expires_at": "2026-03-02T12:00:00.000000Z",
    "created_at": _AT,
    "updated_at": _AT,
}
_SHARE: Json = {
    "id": "7d2e9c4a-1b3f-4d5e-8a6c-0f1e2d3c4bbb",
    "token": "kW3xQ9aT...",
    "url": f"{_HERE}/solo/shared/kW3xQ9aT...",
    "session_id": _BOARD,
    "is_active": True,
    "expires_at": "2026-02-07T12:00:00.000000Z",
    "max_views": 100,
    "view_count": 3,
    "allow_download": False,
    "created_at": _AT,
    "last_accessed_at": _LATER,
}
_LISTED_SHARE: Json = _SHARE | {
    "token_prefix": "kW3xQ9aT",
    "name": "Plan of the garden",
    "organization_id": _TEAM,
    "created_by": "Ann Example",
}
_LOOK: Json = {"ip_address": "192.0.2.7", "user_agent": "Mozilla/5.0", "accessed_at": _LATER}
_ME: Json = {
    "id": _ANN,
    "email": "ann@example.org",
    "username": "ann",
    "full_name": "Ann Example",
    "first_name": "Ann",
    "last_name": "Example",
    "is_staff": False,
    "date_joined": _AT,
    "last_login": _LATER,
    "organizations": [{"id": _TEAM, "name": "Gardeners", "role": "admin"}],
    "avatar_url": None,
}

_ORGANIZATION: Json = {
    "id": _TEAM,
    "name": "Gardeners",
    "owner": _ANN,
    "is_personal": False,
    "role": "admin",
    "created_at": _AT,
}
_MEMBER: Json = {
    "user_id": _ANN,
    "display_name": "Ann Example",
    "email": "ann@example.org",
    "role": "admin",
}
_INVITATION: Json = {
    "id": "2c8e4b1a-7d3f-4e6a-9b5c-1a2b3c4d5e77",
    "organization_id": _TEAM,
    "email": "bob@example.org",
    "role": "member",
    "invited_by": _ANN,
    "created_at": _AT,
    "expires_at": "2026-02-07T12:00:00.000000Z",
}
_NOTIFICATION: Json = {
    "id": "8f4a2d6c-3b1e-4c9d-a7f5-6e5d4c3b2a88",
    "message": "Bob Example (bob@example.org) joined Gardeners: member.",
    "type": "member.joined",
    "target_url": None,
    "read_at": None,
    "created_at": _LATER,
}
_DEVICE: Json = {
    "id": "3d9f5e7c-4c2b-4d8a-8e6f-7a6b5c4d3e99",
    "name": "Firefox on Linux",
    "kind": "browser",
    "created_at": _AT,
    "last_seen_at": _LATER,
    "address": "192.0.2.7",
    "is_current": True,
}
_API_KEY: Json = {
    "id": "4ea06f8d-5d3c-4e9b-9f7a-8b7c6d5e4faa",
    "key_prefix": "sk_live_Zb3xQ9aT",
    "organization_id": _TEAM,
    "created_at": _AT,
    "name": "Nightly backup",
    "scopes": ["sessions:read", "exports:write"],
    "expires_at": "2027-01-31T12:00:00.000000Z",
    "last_used_at": _LATER,
    "last_used_ip": "192.0.2.7",
    "created_by": _ANN,
}
_MADE_KEY: Json = _API_KEY | {
    "key": "sk_live_Zb3xQ9aT...",
    "last_used_at": None,
    "last_used_ip": None,
}
_ALL: Json = {"next": None, "prev": None, "total": 1}

EXAMPLES: Json = examples_admin.EXAMPLES | {
    # Signing in
    "Credentials": {"email": "ann@example.org", "password": "correct horse battery"},
    "TokenPair": {"access": _ACCESS, "refresh": _REFRESH},
    "RefreshFields": {"refresh": _REFRESH},
    "VerifyFields": {"token": _ACCESS},
    "Nothing": {},
    "CodeRequest": {"email": "ann@example.org"},
    "Sent": {"detail": "If this address may sign in here, a code is on its way to it."},
    "MagicCode": {"token": "40821379", "email": "ann@example.org"},
    "MagicSignIn": {"access": _ACCESS, "refresh": _REFRESH, "user": _ME},
    # The team's way of signing in
    "Registration": {
        "username": "ann",
        "password": "correct horse battery",
        "email": "ann@example.org",
        "full_name": "Ann Example",
    },
    "OtpRequest": {"email": "ann@example.org"},
    "OtpCode": {"email": "ann@example.org", "otp": "408213"},
    "Success": {"status": "success", "message": "Login successful!"},
    # Devices
    "DeviceItem": _DEVICE,
    "DevicePage": {"data": [_DEVICE], "meta": _ALL},
    "DeviceFields": {"name": "Laptop in the kitchen"},
    "PairingCode": {
        "code": "408213",
        "url": f"{_HERE}/pair?code=408213",
        "expires_at": "2026-01-31T12:05:00.000000Z",
    },
    "ClaimFields": {"code": "408213", "name": "Picture frame"},
    "ClaimedDevice": {
        "device_token": "dev_...",
        "access": _ACCESS,
        "refresh": _REFRESH,
        "user": _ME,
    },
    # API keys
    "NewApiKeyFields": {
        "name": "Nightly backup",
        "scopes": ["sessions:read", "exports:write"],
        "organization_id": _TEAM,
        "expires_at": "2027-01-31T12:00:00Z",
    },
    "ApiKeyFields": {"name": "Weekly backup"},
    "ApiKeyItem": _API_KEY,
    "MadeApiKey": _MADE_KEY,
    "ApiKeyPage": {"data": [_API_KEY], "meta": _ALL},
    # People
    "Me": _ME,
    "ProfileFields": {"full_name": "Ann Example", "avatar_url": "https://example.org/ann.png"},
    # Organizations and notifications
    "OrganizationItem": _ORGANIZATION,
    "OrganizationPage": {"data": [_ORGANIZATION], "meta": _ALL},
    "NewOrganizationFields": {"name": "Gardeners"},
    "OrganizationFields": {"name": "Gardeners of the yard"},
    "MemberItem": _MEMBER,
    "MemberPage": {"data": [_MEMBER], "meta": _ALL},
    "RoleFields": {"role": "billing"},
    "InvitationPage": {"data": [_INVITATION], "meta": _ALL},
    "InvitationFields": {"email": "bob@example.org", "role": "member"},
    "NewInvitationItem": _INVITATION | {"link": f"{_HERE}/invitation/..."},
    "InvitationTokenFields": {"token": "..."},
    "NotificationItem": _NOTIFICATION,
    "NotificationPage": {"data": [_NOTIFICATION], "meta": _ALL | {"unread": 1}},
    "ReadFields": {"read": True},
    "MarkedRead": {"marked": 1},
    # Boards
    "SessionList": {"count": 1, "results": [_SESSION], "next": None},
    "SessionDetail": _DETAIL,
    "NewSessionFields": {"name": "Plan of the garden", "state": _STATE},
    "SessionFields": {"state": _STATE},
    "DiffBody": {
        "ops": [{"op": "add", "kind": "stroke", "page_id": "p1", "value": _STROKE}],
        "client_ts": _AT,
    },
    "DiffAnswer": {"server_ts": _AT, "next_rev": 8, "digest": _DIGEST},
    "StreamFields": {"state": _STATE, "client_ts": _AT, "idempotency_key": "save-17"},
    "StreamAnswer": {"detail": "accepted", "rev": 8, "digest": _DIGEST},
    "BeaconFields": {"heartbeat": True, "client_ts": _AT},
    "VersionList": {"count": 1, "results": [_VERSION], "next": None},
    "AsideList": {"count": 1, "results": [_ASIDE], "next": None},
    "VersionDetail": {"rev": 7, "created_at": _AT, "state": _STATE, "set_aside": []},
    "MadeThumbnail": {"thumbnail_url": f"{_HERE}/thumbnails/1f8c...webp?v=8", "status": "success"},
    # Shares
    "ShareFields": {"expires_in_days": 7, "max_views": 100, "allow_download": False},
    "ShareItem": _SHARE | {"view_count": 0, "last_accessed_at": None},
    "ShareStatus": {"is_shared": True, "is_valid": True, "token_prefix": "kW3xQ9aT"} | _SHARE,
    "ShareList": {"count": 1, "results": [_LISTED_SHARE], "next": None},
    "AccessList": {"count": 1, "results": [_LOOK]},
    "PublicBoard": {
        "id": _BOARD,
        "name": "Plan of the garden",
        "state": _STATE,
        "page_count": 1,
        "owner": "Ann Example",
        "allow_download": False,
        "created_at": _AT,
        "thumbnail_url": None,
    },
    "ViewFields": {"password": "open sesame"},
    "View": {"view": "eyJhbGciOiJIUzI1NiIs..."},
    # Uploads and exports
    "PresignFields": {"session_id": _BOARD, "content_type": "image/png", "size_bytes": 20480},
    "Presigned": {
        "upload_url": f"{_HERE}/uploads/6b1f...?expires=1769864400&signature=...",
        "cdn_url": f"{_HERE}/files/6b1f....png",
        "method": "PUT",
        "headers": {"Content-Type": "image/png"},
        "max_bytes": 20480,
        "expires_at": _LATER,
    },
    "ExportFields": {"format": "png", "pages": "all", "scale": 2},
    "ExportItem": _EXPORTED,
    "ExportList": {"count": 1, "results": [_EXPORTED], "next": None},
    # Health
    "Health": {"status": "ok"},
    "Ready": {"status": "ready", "checks": {"store": "ok", "jobs": "ok", "blobs": "ok"}},
}
