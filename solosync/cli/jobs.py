"""Commands about work in the background: jobs, jobs retry."""

from __future__ import annotations

import argparse
from typing import Any

from solosync.cli import terminal
from solosync.cli.arguments import Commands, Parser, add_command, add_json, load
from solosync.cli.stores import open_store


def register(commands: Commands) -> None:
    sentence = "List what is being done in the background, and how it went."
    listing = add_command(commands, "jobs", list_all, sentence)
    add_json(listing)
    listing.add_argument("--failed", action="store_true", help="Only those that failed.")
    listing.usage = "%(prog)s [retry ID] [options]"
    actions: Commands = listing.add_subparsers(
        prog="solosync jobs", metavar="ACTION", title="actions", parser_class=_ActionParser
    )
    sentence = "Do a failed job once more; a running server begins within seconds."
    retrying = add_command(actions, "retry", retry, sentence)
    retrying.add_argument("job_id", metavar="ID", help="As `solosync jobs` lists it.")


class _ActionParser(Parser):
    """What stands before the action holds for it too: without defaults, its flags don't undo it."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings, argument_default=argparse.SUPPRESS)


def list_all(arguments: argparse.Namespace) -> int:
    from solosync import clock
    from solosync.domain import jobs

    with open_store(load(arguments)) as store:
        listed = jobs.list_jobs(store, status="failed" if arguments.failed else None)
    if arguments.json:
        terminal.write_json(
            [
                {
                    "id": job.job_id,
                    "task": job.task,
                    "subject": job.subject,
                    "user": job.user_id,
                    "status": job.status,
                    "attempts": job.attempts,
                    "error": job.error,
                    "created_at": clock.iso(job.created_at),
                    "started_at": job.started_at and clock.iso(job.started_at),
                    "finished_at": job.finished_at and clock.iso(job.finished_at),
                }
                for job in listed
            ]
        )
        return 0
    terminal.write_table(
        ("id", "task", "status", "added (UTC)", "about", "error"),
        [
            (
                job.job_id,
                job.task,
                job.status,
                clock.text(job.created_at, "seconds"),
                job.subject,
                job.error or "",
            )
            for job in listed
        ],
    )
    return 0


def retry(arguments: argparse.Namespace) -> int:
    from solosync.domain import jobs

    with open_store(load(arguments)) as store:
        job = jobs.retry(store, arguments.job_id)
    terminal.write(f"queued {job.task} again")
    return 0
