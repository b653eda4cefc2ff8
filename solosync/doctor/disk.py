"""Whether the data folder is a good place: its permissions, its file system, its free space."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
from pathlib import Path, PurePath

from solosync.doctor import Finding
from solosync.option_kinds import MIB

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
