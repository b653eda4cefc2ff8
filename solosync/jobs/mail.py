"""Sending what was queued."""

import logging

from solosync import crypto
from solosync.domain import mail
from solosync.errors import Gone, NotFound
from solosync.jobs.context import Context, TryAgain
from solosync.net import mail as post
from solosync.net.errors import NotSent
from solosync.records.jobs import Job
from solosync.records.mails import Mail, mask

log = logging.getLogger(__name__)


def send(context: Context, job: Job) -> None:
    """A mail goes out twice if the server dies right after it was taken over."""
    queued = mail.get_mail(context.store, job.subject)
    if queued.status == "sent":  # and then the server died
        return
    if queued.is_decoy:
        mail.settle(context.store, queued, "dropped")
        return
    keys = crypto.load_keys(context.config.data_dir)
    try:
        letter = mail.open_letter(keys, queued)
    except Gone as error:
        mail.settle(context.store, queued, "dropped", str(error))
        raise
    try:
        post.send(context.config, letter)
    except NotSent as error:
        if (again := _again(queued, error)) is None:
            raise
        raise again from error
    mail.settle(context.store, queued, "sent")


def give_up(context: Context, job: Job, message: str) -> None:
    try:
        queued = mail.get_mail(context.store, job.subject)
    except NotFound:  # forgotten meanwhile
        return
    log.warning("A mail (%s) to %s was not sent: %s", queued.template, _hint(queued), message)
    mail.settle(context.store, queued, "failed", message)


def _again(queued: Mail, error: NotSent) -> TryAgain | None:
    """None when it is of no use to try any more."""
    wait = mail.seconds_until_next_try(queued, at_least=error.after_seconds)
    if error.is_final or wait is None:
        return None
    log.warning(
        "A mail (%s) to %s is tried again in %s s: %s",
        queued.template,
        _hint(queued),
        wait,
        error,
    )
    return TryAgain(str(error), wait)


def _hint(queued: Mail) -> str:
    return mask(queued.recipient)
