"""Mail by SMTP, to one mail server that passes it on."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage

from solosync.clock import now_ms
from solosync.config import Config
from solosync.net.errors import NotSent
from solosync.net.letters import Message

ANSWER_SECONDS = 20.0


def send(config: Config, message: Message) -> None:
    """Returns when the server has taken it. Raises NotSent."""
    where = f"{config.smtp_host}:{config.smtp_port}"
    try:
        with contextlib.closing(_connect(config, message)) as server:
            _deliver(config, server, message)
    except smtplib.SMTPRecipientsRefused as error:
        code, answer = next(iter(error.recipients.values()))
        raise _refusal(where, code, answer) from error
    except smtplib.SMTPResponseException as error:
        raise _refusal(where, error.smtp_code, error.smtp_error) from error
    except smtplib.SMTPNotSupportedError as error:
        raise NotSent(f"{where} can't do what is configured: {error}", is_final=True) from error
    except ssl.SSLCertVerificationError as error:
        reason = f"The certificate of {where} can't be trusted: {error.verify_message}."
        raise NotSent(reason, is_final=True) from error
    except UnicodeError as error:
        reason = "smtp_username and smtp_password can hold ASCII characters only."
        raise NotSent(reason, is_final=True) from error
    except (smtplib.SMTPException, OSError) as error:
        raise NotSent(f"{where} can't be reached: {error}.") from error


def mime(message: Message) -> EmailMessage:
    """The mail as it goes over the wire. Its id is the same each time it is sent, so that who gets
    it twice may notice."""
    mail = EmailMessage()
    local, _, domain = message.sender.address.rpartition("@")
    mail["From"] = Address(message.sender.name, local, domain)
    local, _, domain = message.recipient.rpartition("@")
    mail["To"] = Address("", local, domain)
    mail["Subject"] = message.subject
    mail["Date"] = datetime.fromtimestamp(now_ms() / 1000, UTC)
    mail["Message-ID"] = f"<{message.mail_id}@{message.sender.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text, cte="quoted-printable")
    mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
    return mail


def _connect(config: Config, message: Message) -> smtplib.SMTP:
    name = message.sender.domain  # else smtplib asks the DNS who we are, which may take long
    host, port = config.smtp_host, config.smtp_port
    if config.smtp_security == "tls":
        return smtplib.SMTP_SSL(host, port, name, timeout=ANSWER_SECONDS, context=_trust())
    return smtplib.SMTP(host, port, name, ANSWER_SECONDS)


def _deliver(config: Config, server: smtplib.SMTP, message: Message) -> None:
    if config.smtp_security == "starttls":
        server.starttls(context=_trust())
    if config.smtp_username:
        server.login(config.smtp_username, config.smtp_password)
    server.send_message(mime(message), message.sender.address, [message.recipient])
    # It has been taken: whatever goes wrong with the goodbye is no matter.
    with contextlib.suppress(smtplib.SMTPException, OSError):
        server.quit()


def _trust() -> ssl.SSLContext:
    """What this machine trusts (and SSL_CERT_FILE names), and the authorities that browsers do: the
    one-file program may not find the machine's."""
    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _refusal(where: str, code: int, answer: bytes | str) -> NotSent:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return NotSent(f"{where} answered {code}: {text}", is_final=500 <= code < 600)
