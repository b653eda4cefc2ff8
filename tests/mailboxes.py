"""Servers that take mail in tests: a real one for SMTP, and one that records what HTTP providers
are asked."""

from __future__ import annotations

import asyncio
import datetime
import email
import email.policy
import http.server
import ipaddress
import json
import queue
import ssl
import threading
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.servers import PATIENCE_SECONDS


def smtp_settings(port) -> dict[str, Any]:
    """The options that lead to a server on this machine."""
    return {
        "email_provider": "smtp",
        "email_from": "boards@example.org",
        "smtp_host": "127.0.0.1",
        "smtp_port": port,
        "smtp_security": "none",
    }


class Received:
    """A mail as it came in: the envelope, the raw bytes, and what they mean."""

    def __init__(self, envelope):
        self.sender = envelope.mail_from
        self.recipients = envelope.rcpt_tos
        self.raw = envelope.content
        self.mail = email.message_from_bytes(self.raw, policy=email.policy.default)
        assert isinstance(self.mail, EmailMessage)

    def part(self, kind):
        """The text of a part, `plain` or `html`."""
        part = self.mail.get_body((kind,))
        assert part is not None
        return part.get_content()


class Mailbox:
    """An SMTP server on a port of its own, while its context lasts. ``refuse`` maps a command
    (`RCPT`, `DATA`) to the answer it gets."""

    def __init__(self, *, tls=None, is_implicit=False, login=None, refuse=None, port=0):
        self.refuse = dict(refuse or {})
        self.logins: list[tuple[str, bool]] = []
        self._login = login
        self._tls = tls
        self._is_implicit = is_implicit
        self._mails: queue.SimpleQueue[Received] = queue.SimpleQueue()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._port = port
        self.port = 0

    def __enter__(self):
        self._thread.start()
        self._server = self._run(self._listen())
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *error):
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def wait(self) -> Received:
        """The next mail that comes in."""
        return self._mails.get(timeout=PATIENCE_SECONDS)

    @property
    def is_empty(self):
        return self._mails.empty()

    def settings(self, **changes) -> dict[str, Any]:
        """The options that lead here."""
        return smtp_settings(self.port) | changes

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self._login is not None and not session.authenticated:
            return "530 Authentication required"
        if "RCPT" in self.refuse:
            return self.refuse["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if "DATA" in self.refuse:
            return self.refuse["DATA"]
        self._mails.put(Received(envelope))
        return "250 taken"

    def _run(self, coroutine):
        running = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        return running.result(timeout=PATIENCE_SECONDS)

    async def _listen(self):
        return await self._loop.create_server(
            self._protocol,
            "127.0.0.1",
            self._port,
            ssl=self._tls if self._is_implicit else None,
        )

    async def _close(self):
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _protocol(self):
        return SMTP(
            self,
            hostname="mail.test",
            enable_SMTPUTF8=True,
            tls_context=None if self._is_implicit else self._tls,
            require_starttls=self._tls is not None and not self._is_implicit,
            auth_require_tls=False,
            authenticator=self._authenticate,
        )

    def _authenticate(self, server, session, envelope, mechanism, data):
        given = (data.login.decode(), data.password.decode())
        self.logins.append((given[0], server.transport.get_extra_info("sslcontext") is not None))
        return AuthResult(success=given == self._login, handled=False)


class Provider(http.server.ThreadingHTTPServer):
    """Records the requests, and answers each with the next of ``answers`` (status, headers, body),
    or its last for good."""

    daemon_threads = True

    def __init__(self, *answers):
        super().__init__(("127.0.0.1", 0), _Recorder)
        self.answers = [*answers] or [(200, {}, {"id": "1"})]
        self.requests: list[dict[str, Any]] = []
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,))

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *error):
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Recorder(http.server.BaseHTTPRequestHandler):
    server: Provider

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append(
            {
                "path": self.path,
                "headers": {name.lower(): value for name, value in self.headers.items()},
                "body": json.loads(body),
            }
        )
        answers = self.server.answers
        status, headers, content = answers.pop(0) if len(answers) > 1 else answers[0]
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args):
        pass


def make_certificate(folder, host="127.0.0.1"):
    """A certificate for an address that nobody has signed but itself; its file, and its key's."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a test")])
    names = [x509.IPAddress(ipaddress.ip_address(host))]
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = folder / "certificate.pem", folder / "key.pem"
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate_file, key_file


def server_context(files):
    """For a server that shows that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    return context
