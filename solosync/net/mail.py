"""Mail, sent the way the configuration says."""

from __future__ import annotations

import logging

from solosync import logs
from solosync.config import Config
from solosync.net import letters
from solosync.net.errors import NotSent
from solosync.records.mails import Letter, mask

log = logging.getLogger(__name__)

LONGEST_REASON = 300


def send(config: Config, letter: Letter) -> None:
    """Returns when somebody else has taken the mail over. Blocks for up to some ten seconds.

    Raises NotSent, whose message is one line that may be shown to those who administer the server.
    """
    message = letters.compose(config, letter)
    try:
        if config.email_provider == "console":
            _write(message)
        elif config.email_provider == "smtp":
            from solosync.net import smtp  # takes its time, which no start has to wait for

            smtp.send(config, message)
        else:
            from solosync.net import mail_apis

            mail_apis.send(config, message)
    except NotSent as error:
        reason = _discreet(error.message, letter, message)
        raise NotSent(reason, is_final=error.is_final, after_seconds=error.after_seconds) from error


def _write(message: letters.Message) -> None:
    """Into the log, for the person who runs the server on their own machine: the one place where a
    code is written out."""
    log.log(
        logs.MAIL,
        "Mail to %s, which is only shown here (email_provider = console):\nSubject: %s\n\n%s",
        message.recipient,
        message.subject,
        message.text,
    )


def _discreet(reason: str, letter: Letter, message: letters.Message) -> str:
    """What others have answered, without what they may have repeated, and on one line."""
    for address in (letter.recipient, message.recipient):
        reason = reason.replace(address, mask(address))
    for name in ("code", "link"):
        if secret := letter.fields.get(name):
            reason = reason.replace(secret, "***")
    printable = "".join(char if char.isprintable() else " " for char in reason)
    return " ".join(printable.split())[:LONGEST_REASON]
