"""Addresses of ours as clients reach us: absolute, because they stand in other origins' pages."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from solosync.config import Config, is_loopback
from solosync.crypto import Keys
from solosync.domain import exports, files, image_headers, thumbnails
from solosync.net import addresses as network
from solosync.records.exports import Export
from solosync.records.files import File
from solosync.records.sessions import Session
from solosync.web.connections import AnyRequest
from solosync.web.hosts import TUNNELLED
from solosync.web.services import services

LONGEST_PATH = 1000
# Of this server, and nothing that a browser takes for another host: it reads a backslash as a
# slash and leaves out tabs and line ends.
_OWN_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


def is_own_path(path: str) -> bool:
    """Whether a browser that is sent there stays on this server."""
    return len(path) <= LONGEST_PATH and _OWN_PATH.fullmatch(path) is not None


def base(request: AnyRequest) -> str:
    """By the host that was asked, which was checked at the door; without a slash at the end."""
    public_url = services(request).config.public_url
    host = request.headers.get("host", "").lower()
    if public_url and (not host or urlsplit(public_url).netloc == host):
        return public_url  # behind a proxy that ends TLS, our own scheme would be the wrong one
    return str(request.base_url).rstrip("/")


def lasting_base(request: AnyRequest) -> str:
    """For what is stored in boards: by the names that stay, and so not by a tunnel's."""
    config: Config = services(request).config
    is_tunnelled = TUNNELLED in request.scope["state"]
    return (
        config.cdn_url or config.public_url or (config.local_url if is_tunnelled else base(request))
    )


def export(request: AnyRequest, keys: Keys, made: Export) -> str:
    """Good for an hour, without signing in."""
    link = exports.sign(keys, made)
    query = f"expires={link.expires_at}&signature={link.signature}"
    return f"{base(request)}/exports/{made.export_id}?{query}"


def file(request: AnyRequest, shown: File) -> str:
    suffix = image_headers.SUFFIXES[shown.content_type]
    return f"{lasting_base(request)}/files/{shown.file_id}.{suffix}"


def mailed_base(request: AnyRequest) -> str:
    """For what is mailed, and read on other machines."""
    return services(request).config.public_url or reachable_base(request)


def share(request: AnyRequest, token: str) -> str:
    """Where a board is shown to whoever has the link: by the tunnel while there is one, because
    no other address is reached from everywhere."""
    front = services(request).config.frontend_url.rstrip("/")
    outside = services(request).tunnels.url
    return f"{outside or front or mailed_base(request)}/solo/shared/{token}"


def reachable_base(request: AnyRequest) -> str:
    """For another device, which knows this machine by another address than itself does."""
    asked = base(request)
    if not is_loopback(urlsplit(asked).hostname or ""):
        return asked
    return next(iter(network.urls(services(request).config)), asked)


def invitations(request: AnyRequest) -> str:
    """What stands before an invitation's token. It is mailed: a name that stays is better."""
    return f"{mailed_base(request)}/invitation"


def upload(request: AnyRequest, prepared: files.Upload) -> str:
    query = f"expires={prepared.expires_at}&signature={prepared.signature}"
    return prepared.url or f"{base(request)}/uploads/{prepared.file.file_id}?{query}"


def thumbnail(request: AnyRequest, session: Session) -> str | None:
    """The one that a client gave, else ours, if there is one."""
    if session.thumbnail_url is not None:
        return session.thumbnail_url
    if session.thumbnail_version is None:
        return None
    name = thumbnails.name(services(request).keys, session)
    return f"{lasting_base(request)}/thumbnails/{name}?v={session.thumbnail_version}"


def is_own_thumbnail(url: str, session_id: str) -> bool:
    """Whether a client gave back what `thumbnail` said."""
    *_, folder, name = ["", *urlsplit(url).path.split("/")]
    return folder == "thumbnails" and thumbnails.is_name(name, session_id)
