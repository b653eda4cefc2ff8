"""Checks of this machine and its data folder, each with what to do about it."""

from __future__ import annotations

import errno
import http.client
import os
import shutil
import socket
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import NamedTuple

from solosync import clock, paths
from solosync.blobs import open_blobs
from solosync.config import Config
from solosync.domain import files, sessions
from solosync.errors import Damaged, SchemaTooNew, SolosyncError, Unavailable
from solosync.net import local, mail_check, tunnel_clients
from solosync.option_kinds import MIB
from solosync.store import lock, maintenance, migrations
from solosync.store.engine import Store


class Finding(NamedTuple):
    """What a check found. `status` is ok, warning or failed; `advice` is empty only with ok."""

    check: str
    status: str
    found: str
    advice: str = ""


# fmt: off
NETWORK_FILE_SYSTEMS = frozenset((
    "9p", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "glusterfs", "gpfs", "lustre",
    "ncpfs", "nfs", "nfs4", "ocfs2", "smb2", "smb3", "smbfs",
    "fuse.davfs2", "fuse.gcsfuse", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs",
))
# fmt: on
MEMORY_FILE_SYSTEMS = frozenset(("tmpfs", "ramfs"))
CLOUD_FOLDERS = {
    "dropbox": "Dropbox",
    "onedrive": "OneDrive",
    "google drive": "Google Drive",
    "googledrive": "Google Drive",
    "my drive": "Google Drive",
    "icloud": "iCloud",
    "mobile documents": "iCloud",
    "com~apple~clouddocs": "iCloud",
    "cloudstorage": "a cloud service",
    "nextcloud": "Nextcloud",
    "owncloud": "ownCloud",
    "pcloud": "pCloud",
    "pclouddrive": "pCloud",
    "mega": "MEGA",
    "megasync": "MEGA",
}
LITTLE_SPACE_BYTES = 1024 * MIB
NO_SPACE_BYTES = 100 * MIB
ANSWER_SECONDS = 3.0
RESTORE = "Stop the server, keep a copy of the whole folder, and put back a backup."
CLOCK_SLACK_US = 60 * 1_000_000
EARLIEST_US = 1_767_225_600 * 1_000_000  # 2026-01-01: no machine that runs this is older


def examine(config: Config) -> Iterator[Finding]:
    """All checks, the cheapest first. Changes nothing: a database is neither made nor migrated."""
    yield data_folder(config.data_dir)
    yield file_system(config.data_dir)
    yield free_space(config.data_dir)
    yield from database(config)
    yield from mail(config)
    yield tunnel(config)
    yield port(config)


def data_folder(folder: Path) -> Finding:
    """Whether the folder is there, can be written to, and is closed to others."""
    name = "data folder"
    if not folder.exists():
        return Finding(name, "warning", f"{folder} isn't there yet", "`solosync serve` makes it.")
    if not folder.is_dir():
        return Finding(
            name, "failed", f"{folder} is no folder", "Name another one with --data-dir."
        )
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        reason = error.strerror or "unknown reason"
        advice = f"Give yourself the right to write to it: chown -R $(id -un) '{folder}'"
        return Finding(name, "failed", f"{folder} can't be written to: {reason}", advice)
    mode = stat.S_IMODE(folder.stat().st_mode)
    if sys.platform != "win32" and mode & 0o077:
        advice = f"Boards and keys lie in there; close it: chmod 700 '{folder}'"
        return Finding(name, "warning", f"{folder} is open to others (mode {mode:o})", advice)
    return Finding(name, "ok", str(folder))


def file_system(folder: Path) -> Finding:
    """Whether the folder lies where SQLite's locks and syncs hold what they promise."""
    name = "file system"
    service = cloud_service(folder.resolve())
    if service:
        return Finding(
            name,
            "warning",
            f"{folder} seems to be synced by {service}",
            "Such a service copies a database while it is written to, and the copy is broken;"
            " move the folder elsewhere and name it with --data-dir.",
        )
    mounts = Path("/proc/mounts")
    kind = ""
    if mounts.exists():
        kind = mount_kind(folder.resolve(), os.fsdecode(mounts.read_bytes()))
    if kind in NETWORK_FILE_SYSTEMS:
        return Finding(
            name,
            "warning",
            f"{folder} is on a network file system ({kind})",
            "Locks over a network are unreliable; move the folder to a local disk and name it"
            " with --data-dir.",
        )
    if kind in MEMORY_FILE_SYSTEMS:
        return Finding(
            name,
            "warning",
            f"{folder} is in memory ({kind})",
            "Everything is gone when the machine restarts; name a folder on a disk with"
            " --data-dir.",
        )
    return Finding(name, "ok", kind or "local, as far as can be seen")


def cloud_service(folder: PurePath) -> str:
    """The service that seems to sync the folder, told by the names on its path; else empty."""
    for part in folder.parts:
        plain = part.casefold()
        for prefix, service in CLOUD_FOLDERS.items():
            # "OneDrive - Company" and "Dropbox (Personal)" are usual, "megaphone" is no MEGA.
            if plain == prefix or plain.startswith((f"{prefix} ", f"{prefix}-")):
                return service
    return ""


def mount_kind(folder: PurePath, mounts: str) -> str:
    """The type of the file system that holds the folder, by the text of /proc/mounts."""
    best, kind = "", ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = _unescape(fields[1])
        # A later mount on the same point hides the earlier one.
        if folder.is_relative_to(point) and len(point) >= len(best):
            best, kind = point, fields[2]
    return kind


def _unescape(field: str) -> str:
    """/proc/mounts writes blanks, tabs, line ends and backslashes as three octal digits."""
    for escaped, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        field = field.replace(escaped, character)
    return field


def free_space(folder: Path) -> Finding:
    """Whether the disk has room for more boards."""
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    return judge_space(shutil.disk_usage(existing).free)


def judge_space(free: int) -> Finding:
    """`free` is in bytes."""
    found = f"{free // MIB:,} MiB free"
    if free < NO_SPACE_BYTES:
        return Finding("free space", "failed", found, "Saving will fail soon: make room.")
    if free < LITTLE_SPACE_BYTES:
        return Finding("free space", "warning", found, "Make room before it runs out.")
    return Finding("free space", "ok", found)


def database(config: Config) -> Iterator[Finding]:
    """Whether SQLite works here, and the database is whole and of a known schema; then the clock,
    which is compared with what the database holds."""
    name = "database"
    if not config.database.exists():
        if config.data_dir.is_dir():
            yield new_database(config.data_dir)
        yield judge_clock(clock.now_us(), 0)
        return
    try:
        with Store.open(config.database, migrate=False) as store:
            wrong = maintenance.quick_check(store)
            newest = max(
                (board.updated_at for board in sessions.list_all_sessions(store)), default=0
            )
            stored = files.count(store)
    except (SolosyncError, OSError) as error:
        yield refusal(name, error)
        return
    if wrong:
        yield Finding(name, "failed", f"damaged: {wrong[0]}", RESTORE)
    else:
        yield Finding(name, "ok", f"whole, schema {migrations.SCHEMA_VERSION}, {sqlite()}")
    yield stored_files(config, stored)
    yield judge_clock(clock.now_us(), newest)


def stored_files(config: Config, counted: files.Counted) -> Finding:
    """How much is kept of files, and whether all that is referred to is there."""
    name = "files"
    place = config.storage_url.partition("?")[0] or "the data folder"
    try:
        kept = list(open_blobs(config.storage_url, config.data_dir).list())
    except (SolosyncError, OSError) as error:
        return Finding(name, "warning", f"{place} can't be looked at: {error}", "Try it again.")
    missing = counted.contents - {stored.name for stored in kept}
    parts = [f"{count} {kind} ({in_mib(size)})" for kind, (count, size) in counted.kinds.items()]
    size = in_mib(sum(stored.size for stored in kept))
    found = f"{', '.join(parts)}; {size} in {place}"
    if missing:
        return Finding(name, "failed", f"{found}; {len(missing)} files are missing", RESTORE)
    return Finding(name, "ok", found)


def in_mib(size: int) -> str:
    return f"{size / MIB:,.1f} MiB"


def new_database(folder: Path) -> Finding:
    """Whether a database could live in a folder that has none yet, tried with a throwaway one."""
    try:
        with tempfile.TemporaryDirectory(dir=folder) as empty:
            Store.open(Path(empty) / paths.DATABASE_NAME).close()
    except (SolosyncError, OSError) as error:
        return refusal("database", error)
    return Finding("database", "ok", f"none yet, {sqlite()}")


def refusal(name: str, error: SolosyncError | OSError) -> Finding:
    if isinstance(error, Unavailable):
        return Finding(name, "warning", str(error), "Then run this again.")
    if isinstance(error, Damaged):
        return Finding(name, "failed", str(error), RESTORE)
    if isinstance(error, SchemaTooNew):
        return Finding(name, "failed", str(error), "The data is not lost; leave it as it is.")
    return Finding(name, "failed", str(error), "See to the disk and the folder's permissions.")


def sqlite() -> str:
    return f"SQLite {maintenance.sqlite_version()}"


def judge_clock(now_us: int, newest_us: int) -> Finding:
    """`newest_us` is when the last change was made, as its clock said then."""
    shown = clock.iso_us(now_us)[:16].replace("T", " ") + " UTC"
    advice = "Set the clock; history and sign-ins go by it."
    if now_us < EARLIEST_US:
        return Finding("clock", "failed", f"{shown}, which is long past", advice)
    if now_us + CLOCK_SLACK_US < newest_us:
        changed = clock.iso_us(newest_us)[:16].replace("T", " ")
        found = f"{shown}, but a board was changed at {changed} UTC"
        return Finding("clock", "warning", found, advice)
    return Finding("clock", "ok", shown)


def mail(config: Config) -> Iterator[Finding]:
    """Whether mail can work as it is configured; `solosync mail test` tries it."""
    name = "mail"
    troubles = mail_check.troubles(config)
    for trouble in troubles:
        yield Finding(name, "warning", trouble.found, trouble.advice)
    if not troubles:
        yield Finding(name, "ok", config.email_provider)


def tunnel(config: Config) -> Finding:
    """Whether links to boards can be made to work from anywhere."""
    name = "tunnel"
    chosen = tunnel_clients.choose(config)
    if chosen is not None and chosen.path is not None and chosen in tunnel_clients.usable(config):
        return Finding(name, "ok", f"by {chosen.name}, {chosen.path}")
    is_wanted = config.tunnel or config.tunnel_client != "auto"
    if chosen is None:
        found, advice = "no program that opens one is installed", tunnel_clients.GET_ONE
    elif chosen.path is None:
        found, advice = f"{chosen.name} isn't installed", chosen.how_to_get
    else:
        found, advice = tunnel_clients.NO_HOST, tunnel_clients.SET_HOST
    return Finding(name, "warning" if is_wanted else "ok", found, advice if is_wanted else "")


def port(config: Config) -> Finding:
    """Whether the server answers, or could start."""
    name = "port"
    holder = lock.read_holder(config.data_dir)
    if holder is not None:
        if holder.url and answers(holder.url, config.data_dir):
            return Finding(name, "ok", f"the server answers at {holder.url}")
        return Finding(
            name,
            "failed",
            f"process {holder.pid} holds the data folder, but doesn't answer",
            "If it isn't just starting, stop that process and start `solosync serve` again.",
        )
    try:
        address = socket.getaddrinfo(config.host, config.port, type=socket.SOCK_STREAM)[0]
        socket.create_server(address[4][:2], family=address[0]).close()
    except OSError as error:
        in_use = error.errno == errno.EADDRINUSE
        reason = "another program uses it" if in_use else error.strerror or str(error)
        advice = (
            "Choose another with --port." if in_use else "Choose others with --host and --port."
        )
        return Finding(name, "failed", f"{config.host} port {config.port}: {reason}", advice)
    return Finding(name, "ok", f"{config.host} port {config.port} is free")


def answers(url: str, data_dir: Path) -> bool:
    """Whether a solosync at the address says that it is ready; its certificate is the folder's."""
    connection = local.connection(url, data_dir, ANSWER_SECONDS)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
