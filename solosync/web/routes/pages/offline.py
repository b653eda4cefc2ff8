"""What makes the pages an app that opens without the server: its manifest, its worker, and the page
that the worker keeps. None of them says anything about anybody."""

from __future__ import annotations

import functools
import hashlib

import msgspec
from litestar import Response, get
from litestar.response import Template

from solosync.web import limits, static, texts
from solosync.web.auth import public
from solosync.web.documented import RATE

PAGE = "/offline"
WORKER = "src/worker/worker.ts"
BESIDE = ("colors.css", "icon.svg")
TEMPLATES = ("draw.html", "offline.html", "app_icons.html")
# A worker is under the policy that it comes with, and asks for files itself.
POLICY = "default-src 'none'; connect-src 'self'"
ICONS = (
    ("icon-192.png", "192x192", "any"),
    ("icon-512.png", "512x512", "any"),
    ("icon-maskable.png", "512x512", "maskable"),
)


@get(
    "/manifest.webmanifest",
    guards=[public],
    opt={RATE: limits.AUTOSAVE},
    include_in_schema=False,
    sync_to_thread=False,
)
def show_manifest() -> Response[bytes]:
    """What the app is called and looks like where it is installed."""
    manifest = {
        "id": "/",
        "name": "solosync",
        "short_name": "solosync",
        "description": texts.text(
            "Whiteboards on a machine of your own, in sync across your devices."
        ),
        "lang": texts.language(),
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f6f7fb",
        "theme_color": "#f6f7fb",
        "icons": [
            {"src": static.url(name), "sizes": sizes, "type": "image/png", "purpose": purpose}
            for name, sizes, purpose in ICONS
        ],
    }
    return Response(
        msgspec.json.encode(manifest),
        media_type="application/manifest+json",
        headers={"Cache-Control": "no-cache", "Vary": "Accept-Language, Cookie"},
    )


@get(
    "/worker.js",
    guards=[public],
    opt={RATE: limits.AUTOSAVE},
    include_in_schema=False,
    sync_to_thread=False,
)
def show_worker() -> Response[bytes]:
    """Differs as soon as anything does that it keeps, by which browsers know a new version."""
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
    return Response(_worker(), media_type="text/javascript", headers=headers)


@get(
    PAGE,
    guards=[public],
    opt={RATE: limits.AUTOSAVE},
    include_in_schema=False,
    sync_to_thread=False,
)
def show_offline() -> Template:
    """The board's page without a board."""
    return Template("offline.html", context={"scripts": static.scripts(static.DRAWING)})


@functools.cache
def _worker() -> bytes:
    scripts = static.scripts(static.DRAWING)
    files = [scripts.script, *scripts.parts, *scripts.styles, *map(static.url, BESIDE)]
    name = static.scripts(WORKER).script.rpartition("/")[2]
    content = hashlib.sha256(msgspec.json.encode([name, files]))
    for template in TEMPLATES:
        content.update((static.PAGES / template).read_bytes())
    built = {"version": content.hexdigest()[:16], "page": PAGE, "files": files}
    return b"self.built = %b;\n%b" % (msgspec.json.encode(built), static.assets()[name].content)
