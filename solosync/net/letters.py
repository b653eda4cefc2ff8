"""Letters become mails: plain and HTML, without pictures, trackers or anything else from afar."""

from __future__ import annotations

import functools
import re
from email.header import decode_header, make_header
from email.utils import parseaddr
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from solosync.config import Config
from solosync.net import domains
from solosync.net.errors import NotSent
from solosync.net.wording import TEXTS, Texts
from solosync.records.mails import Letter, mask

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).parent
LONGEST_NAME = 80
# RFC 5322 knows more, in quotes; what needs them is more often an attack than an address.
_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*")
_NAMES = ("organization", "inviter")


class Sender(NamedTuple):
    name: str
    address: str

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


class Message(NamedTuple):
    """A mail, ready to be sent; addresses are as a mail server takes them."""

    mail_id: str
    sender: Sender
    recipient: str
    subject: str
    text: str
    html: str


def compose(config: Config, letter: Letter) -> Message:
    """Raises NotSent, for good, for an address that no mail can go to, or come from."""
    recipient = _address(letter.recipient)
    if not recipient:
        reason = f"No mail can go to the address {mask(letter.recipient)}."
        raise NotSent(reason, is_final=True)
    texts = TEXTS[letter.language]
    wording = texts.mails[letter.template]
    fields = _readable(texts, letter.fields)
    subject = wording.subject.format_map(fields)
    content = {
        "language": letter.language,
        "subject": subject,
        "lead": wording.lead.format_map(fields),
        "code": fields.get("code", ""),
        "before_link": wording.before_link,
        "link": fields.get("link", ""),
        "button": wording.button,
        "after": [paragraph.format_map(fields) for paragraph in wording.after],
        "footer": texts.footer.format(server=config.public_url)
        if config.public_url
        else "solosync",
    }
    environment = _environment()
    return Message(
        mail_id=letter.mail_id,
        sender=sender(config),
        recipient=recipient,
        subject=subject,
        text=environment.get_template("letter.txt").render(content),
        html=environment.get_template("letter.html").render(content),
    )


def sender(config: Config) -> Sender:
    """Who mail is from. Raises NotSent."""
    name, given = parseaddr(config.email_from)
    address = _address(given)
    if not address:
        raise NotSent(f"No mail can come from email_from = {config.email_from}.", is_final=True)
    return Sender(str(make_header(decode_header(name))), address)


def _readable(texts: Texts, fields: dict[str, str]) -> dict[str, str]:
    """The fields as a person reads them. Names were chosen by strangers: what isn't a letter (a
    line end would be one more paragraph of ours, or one more header) becomes a blank."""
    readable = dict(fields)
    for name in _NAMES:
        if name in fields:
            printable = "".join(char if char.isprintable() else " " for char in fields[name])
            readable[name] = " ".join(printable.split())[:LONGEST_NAME]
    if "role" in fields:
        readable["role"] = texts.roles[fields["role"]]
    if "minutes" in fields:
        readable["life"] = texts.minutes(int(fields["minutes"]))
    elif "days" in fields:
        readable["life"] = texts.days(int(fields["days"]))
    return readable


def _address(address: str) -> str:
    """As mail servers know it, with an international domain in ASCII; empty if they don't."""
    local, _, domain = address.rpartition("@")
    ascii_domain = domains.to_ascii(domain)
    return f"{local}@{ascii_domain}" if ascii_domain and _LOCAL.fullmatch(local) else ""


@functools.cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
