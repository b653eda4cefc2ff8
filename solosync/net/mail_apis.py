"""Mail by the HTTP APIs of Resend, Postmark and SendGrid."""

from __future__ import annotations

from collections.abc import Callable
from email.headerregistry import Address
from typing import Any, NamedTuple

from solosync import __version__
from solosync.config import Config
from solosync.net.errors import NotSent
from solosync.net.letters import Message, Sender

ANSWER_SECONDS = 20.0
AUTOMATIC = {"Auto-Submitted": "auto-generated"}
# Too early, the same request still under way, or too often; and what is wrong on their side.
PASSING = frozenset((408, 409, 425, 429))
LONGEST_WAIT_SECONDS = 3600


class Api(NamedTuple):
    """``explain`` finds the reason in an answer that was no yes."""

    url: str
    path: str
    headers: Callable[[str, Message], dict[str, str]]
    body: Callable[[Message], dict[str, Any]]
    explain: Callable[[Any], Any]


def _resend(message: Message) -> dict[str, Any]:
    return {
        "from": _from(message.sender),
        "to": [message.recipient],
        "subject": message.subject,
        "text": message.text,
        "html": message.html,
        "headers": AUTOMATIC,
    }


def _postmark(message: Message) -> dict[str, Any]:
    return {
        "From": _from(message.sender),
        "To": message.recipient,
        "Subject": message.subject,
        "TextBody": message.text,
        "HtmlBody": message.html,
        "Headers": [{"Name": name, "Value": value} for name, value in AUTOMATIC.items()],
        "MessageStream": "outbound",
        "TrackOpens": False,
        "TrackLinks": "None",
    }


def _sendgrid(message: Message) -> dict[str, Any]:
    name, address = message.sender
    return {
        "personalizations": [{"to": [{"email": message.recipient}]}],
        "from": {"email": address, "name": name} if name else {"email": address},
        "subject": message.subject,
        "content": [
            {"type": "text/plain", "value": message.text},
            {"type": "text/html", "value": message.html},
        ],
        "headers": AUTOMATIC,
        "tracking_settings": {
            "click_tracking": {"enable": False, "enable_text": False},
            "open_tracking": {"enable": False},
            "subscription_tracking": {"enable": False},
        },
    }


APIS = {
    "resend": Api(
        "https://api.resend.com",
        "/emails",
        # With the key, a mail that is sent twice goes out once.
        lambda key, message: _bearer(key) | {"Idempotency-Key": message.mail_id},
        _resend,
        lambda answer: answer["message"],
    ),
    "postmark": Api(
        "https://api.postmarkapp.com",
        "/email",
        lambda key, message: {"X-Postmark-Server-Token": key},
        _postmark,
        lambda answer: answer["Message"],
    ),
    "sendgrid": Api(
        "https://api.sendgrid.com",
        "/v3/mail/send",
        lambda key, message: _bearer(key),
        _sendgrid,
        lambda answer: "; ".join(error["message"] for error in answer["errors"]),
    ),
}


def send(config: Config, message: Message) -> None:
    """Returns when the provider has taken it. Raises NotSent."""
    import httpx

    name = config.email_provider
    api = APIS[name]
    headers = {"Accept": "application/json", "User-Agent": f"solosync/{__version__}"}
    try:
        answer = httpx.post(
            (config.email_api_url or api.url) + api.path,
            headers=headers | api.headers(config.email_api_key, message),
            json=api.body(message),
            timeout=ANSWER_SECONDS,
        )
    except UnicodeError as error:
        raise NotSent("email_api_key can hold ASCII characters only.", is_final=True) from error
    except httpx.HTTPError as error:
        reason = str(error) or type(error).__name__
        raise NotSent(f"{name} can't be reached: {reason}.") from error
    if not answer.is_success:
        raise _refusal(name, api, answer)


def _refusal(name: str, api: Api, answer: Any) -> NotSent:
    try:
        reason = str(api.explain(answer.json()))
    except (ValueError, TypeError, LookupError):  # it comes from somebody in between
        reason = answer.reason_phrase
    return NotSent(
        f"{name} answered {answer.status_code}: {reason}",
        is_final=answer.status_code < 500 and answer.status_code not in PASSING,
        after_seconds=_wait(answer.headers.get("Retry-After", "")),
    )


def _wait(text: str) -> int:
    return min(int(text), LONGEST_WAIT_SECONDS) if text.isascii() and text.isdigit() else 0


def _bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def _from(sender: Sender) -> str:
    local, _, domain = sender.address.rpartition("@")
    return str(Address(sender.name, local, domain))
