"""What is done at regular times; each may be done twice."""

import logging

from solosync import clock, crypto, paths
from solosync.clock import DAY_MS
from solosync.domain import audit_chain, export_work, files, shares, upkeep
from solosync.jobs.context import Context
from solosync.records.jobs import Job

log = logging.getLogger(__name__)

TEMPORARY_MS = DAY_MS


def clean_up_exports(context: Context, job: Job) -> None:
    export_work.clean_up(context.store, context.blobs, clock.now_ms())


def clean_up_files(context: Context, job: Job) -> None:
    files.clean_up(context.store, context.blobs, clock.now_ms())


def clean_up_expired_shares(context: Context, job: Job) -> None:
    shares.clean_up(context.store, clock.now_ms())


def clean_up_temporary_files(context: Context, job: Job) -> None:
    folder = context.config.data_dir / paths.TEMPORARY_NAME
    upkeep.remove_old_files(folder, clock.now_ms() - TEMPORARY_MS)


def drop_expired(context: Context, job: Job) -> None:
    upkeep.drop_expired(context.store, clock.now_ms())


def empty_trash(context: Context, job: Job) -> None:
    upkeep.purge_trash(context.store, clock.now_ms() - context.config.trash_days * DAY_MS)


def give_back_space(context: Context, job: Job) -> None:
    upkeep.give_back_space(context.store)


def seal_audit(context: Context, job: Job) -> None:
    """Fails, and says so in the log each time, when the audit log isn't as it was written."""
    try:
        audit_chain.seal(context.store, crypto.load_keys(context.config.data_dir))
    except audit_chain.Broken as broken:
        log.error("%s `solosync audit verify` tells more.", broken.message)
        raise


def thin_histories(context: Context, job: Job) -> None:
    upkeep.thin_histories(
        context.store, context.config, clock.now_ms(), check=lambda: context.check(job)
    )
