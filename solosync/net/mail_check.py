"""What in the configuration keeps mail, and signing in by it, from working."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from solosync.config import Config, is_loopback
from solosync.net import letters
from solosync.net.errors import NotSent


class Trouble(NamedTuple):
    """``found`` is a clause without an end; ``advice`` is a sentence."""

    found: str
    advice: str


def troubles(config: Config) -> list[Trouble]:
    """None where nobody needs mail: on one's own machine, with registration closed."""
    if config.email_provider == "console":
        return list(_nobody_gets_it(config))
    found = list(_sender(config))
    found += _smtp(config) if config.email_provider == "smtp" else _api(config)
    found += _links(config)
    return found


def _nobody_gets_it(config: Config) -> Iterator[Trouble]:
    if config.registration != "closed" or config.public_url or not config.is_loopback:
        yield Trouble(
            "codes and invitations are only written into the log (email_provider = console),"
            " so nobody else can sign in by mail",
            "Set email_provider and email_from.",
        )


def _sender(config: Config) -> Iterator[Trouble]:
    try:
        domain = letters.sender(config).domain
    except NotSent:
        yield Trouble(
            f"no mail can come from email_from = {config.email_from}", "Set another address."
        )
        return
    if domain == "localhost" or "." not in domain:
        yield Trouble(
            f"mail is from {config.email_from}, which mail servers elsewhere refuse",
            "Set email_from to an address of a domain of yours.",
        )


def _smtp(config: Config) -> Iterator[Trouble]:
    is_local = is_loopback(config.smtp_host)
    if is_local and config.smtp_security != "none":
        yield Trouble(
            f"smtp_host is this machine ({config.smtp_host}), which hardly has a certificate for"
            " that name",
            "Name the mail server with smtp_host; for one on this machine that asks for no"
            " certificate, set smtp_security to none and smtp_port, mostly to 25.",
        )
    if not is_local and config.smtp_security == "none":
        also = " and the password" if config.smtp_username else ""
        yield Trouble(
            f"codes{also} cross the network readable by others (smtp_security = none)",
            "Set smtp_security to starttls or tls.",
        )
    if bool(config.smtp_username) != bool(config.smtp_password):
        yield Trouble(
            "only one of smtp_username and smtp_password is set", "Set both of them, or neither."
        )


def _api(config: Config) -> Iterator[Trouble]:
    if not config.email_api_key:
        yield Trouble(f"{config.email_provider} takes no mail without a key", "Set email_api_key.")


def _links(config: Config) -> Iterator[Trouble]:
    if not config.public_url and is_loopback(urlsplit(config.local_url).hostname or ""):
        yield Trouble(
            "without public_url, links in mails lead to the name that the server was asked by,"
            " which may be localhost",
            "Set public_url to the address that people reach this server by.",
        )
