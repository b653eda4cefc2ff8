"""Whether what is stored is whole: the database, the files, and the clock they go by."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from solosync import clock, paths
from solosync.blobs import open_blobs
from solosync.config import Config
from solosync.doctor import Finding
from solosync.domain import backups, files, sessions
from solosync.errors import Damaged, SchemaTooNew, SolosyncError, Unavailable
from solosync.option_kinds import MIB
from solosync.store import maintenance, migrations
from solosync.store.engine import Store

RESTORE = "Stop the server and put back a backup: `solosync restore FILE` keeps what is there."
OLD_BACKUP_MS = 7 * clock.DAY_MS
CLOCK_SLACK_US = 60 * 1_000_000
EARLIEST_US = 1_767_225_600 * 1_000_000  # 2026-01-01: no machine that runs this is older


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
            made = backups.last(store)
    except (SolosyncError, OSError) as error:
        yield refusal(name, error)
        return
    if wrong:
        yield Finding(name, "failed", f"damaged: {wrong[0]}", RESTORE)
    else:
        yield Finding(name, "ok", f"whole, schema {migrations.SCHEMA_VERSION}, {sqlite()}")
    yield stored_files(config, stored)
    yield judge_backup(made, newest, clock.now_ms())
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


def judge_backup(made: backups.Last | None, newest_us: int, now_ms: int) -> Finding:
    """`newest_us` is when the last change was made, 0 if there is no board."""
    advice = "`solosync backup -o FOLDER` makes one; docs/backup.md says how to have it done daily."
    if made is None:
        found = "none was made yet"
        return Finding("backup", "warning" if newest_us else "ok", found, advice * bool(newest_us))
    when = f"{clock.text(made.made_at)} UTC, {made.file}"
    if made.made_at < min(newest_us // 1000, now_ms - OLD_BACKUP_MS):
        return Finding("backup", "warning", f"the last is of {when}", advice)
    return Finding("backup", "ok", when)


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
    shown = f"{clock.text(now_us // 1000)} UTC"
    advice = "Set the clock; history and sign-ins go by it."
    if now_us < EARLIEST_US:
        return Finding("clock", "failed", f"{shown}, which is long past", advice)
    if now_us + CLOCK_SLACK_US < newest_us:
        found = f"{shown}, but a board was changed at {clock.text(newest_us // 1000)} UTC"
        return Finding("clock", "warning", found, advice)
    return Finding("clock", "ok", shown)
