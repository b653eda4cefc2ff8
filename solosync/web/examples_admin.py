"""Examples of what staff ask and are told; as examples.py, where they come together."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

_ANN = "f1e2d3c4-b5a6-4978-8a6b-5c4d3e2f1066"
_TEAM = "e5f60718-293a-4b4c-8d5e-6f708192a355"
_AT = "2026-01-31T12:00:00.000000Z"
_LATER = "2026-01-31T13:00:00.000000Z"
_ALL: Json = {"next": None, "prev": None, "total": 1}

_LIVE: Json = {"rooms": 3, "sockets": 5, "bytes": 1_310_720}
_JOB: Json = {
    "id": "3c4d5e6f-7a8b-4c9d-8e0f-2a3b4c5d6e99",
    "task": "solo.cleanup_exports",
    "subject": "",
    "user_id": _ANN,
    "status": "queued",
    "attempts": 0,
    "error": None,
    "created_at": _AT,
    "started_at": None,
    "finished_at": None,
    "due_at": None,
}
_FEATURE: Json = {
    "name": "exports",
    "description": "Files of boards: PNG, SVG, PDF, JSON.",
    "is_on": True,
    "percentage": 100,
    "organizations": {_TEAM: False},
    "updated_at": _LATER,
}
_USER: Json = {
    "id": _ANN,
    "email": "ann@example.org",
    "username": "ann",
    "full_name": "Ann Example",
    "is_active": True,
    "is_staff": False,
    "is_verified": True,
    "date_joined": _AT,
    "last_login": _LATER,
}
_ENTRY: Json = {
    "seq": 1042,
    "created_at": _AT,
    "action": "member.change",
    "outcome": "done",
    "actor_id": _ANN,
    "device_id": "3d9f5e7c-4c2b-4d8a-8e6f-7a6b5c4d3e99",
    "target": "7b1f0c52-9c35-4f0e-8a51-0c8f2ad3e6b8",
    "organization_id": _TEAM,
    "parameters": {"role": "admin"},
    "address": "192.0.2.7",
    "request_id": "7d1b7a9e-5f0c-4f7e-9d57-0c2b6f0f7a10",
    "hash": "9b74c9897bac770ffc029102a200c5de3b2a1f0e9d8c7b6a5f4e3d2c1b0a9f8e",
}

EXAMPLES: Json = {
    "MetricsSummary": {
        "version": "0.1.0",
        "started_at": _AT,
        "uptime_seconds": 86_400.5,
        "people": {"total": 12, "active_24h": 5, "active_7d": 9},
        "boards": {"total": 240, "changed_today": 7, "in_trash": 3},
        "exports": {"completed": 31, "failed": 1},
        "requests": {"total": 48_210, "errors": 0, "refused": 14},
        "live": _LIVE,
    },
    "StorageMetrics": {
        "counts": {"users": 12, "sessions": 243},
        "bytes": {
            "database": 41_943_040,
            "log": 4_194_304,
            "free": 1_048_576,
            "boards": 18_874_368,
            "uploads": 9_437_184,
            "exports": 6_291_456,
            "thumbnails": 2_097_152,
            "disk_free": 52_428_800_000,
        },
        "queue_depth": 2,
        "jobs": {"done": 412, "queued": 2},
        "mails": {"sent": 57},
        "live": _LIVE,
        "errors": {"requests": 0, "jobs": 0, "mails": 0},
        "organizations": [
            {"id": _TEAM, "name": "Gardeners", "boards": 88, "bytes": 7_340_032},
        ],
    },
    "RunFields": {"task": "solo.cleanup_exports"},
    "JobItem": _JOB,
    "JobPage": {"data": [_JOB], "meta": _ALL},
    "FeatureFields": {"is_on": True, "percentage": 25},
    "FeatureChanges": {"organizations": {_TEAM: False}},
    "FeatureItem": _FEATURE,
    "FeaturePage": {"data": [_FEATURE], "meta": _ALL},
    "UserChanges": {"is_active": False},
    "UserItem": _USER,
    "UserPage": {"data": [_USER], "meta": _ALL},
    "TunnelFields": {"is_open": True, "client": "auto"},
    "TunnelItem": {
        "state": "open",
        "client": "cloudflared",
        "url": "https://some-four-random-words.trycloudflare.com",
        "problem": None,
        "advice": None,
        "retry_in_seconds": 0,
        "clients": ["cloudflared"],
        "leads_to_all": False,
    },
    "AuditPage": {"data": [_ENTRY], "meta": _ALL},
}
