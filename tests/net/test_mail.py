# ruff: noqa: RUF001 - Cyrillic letters that look like Latin ones are meant

import logging
import re
import socket

import pytest

from solosync.config import Config
from solosync.net import letters, mail
from solosync.net.errors import NotSent
from solosync.net.wording import TEXTS
from solosync.option_kinds import SENDER
from solosync.records.mails import Letter
from tests.mailboxes import Mailbox, Provider, make_certificate, server_context

LINK = "https://boards.example.org/magic-verify?token=Qk3pV0m1v4cUqXyB1yBl2mYv0fQ2nZqk7bZr5C3dXyA"
FIELDS: dict[str, dict[str, str]] = {
    "otp": {"code": "123456", "minutes": "5"},
    "magic": {"code": "12345678", "link": LINK, "minutes": "15"},
    "invitation": {
        "organization": "Bridge & Sons",
        "inviter": "Ann",
        "role": "member",
        "link": "https://boards.example.org/invitation/abc",
        "days": "7",
    },
    "taken": {"link": "https://boards.example.org/"},
    "test": {},
}


def letter(template="magic", recipient="ann@example.org", language="en", **fields):
    return Letter("m1", recipient, template, language, FIELDS[template] | fields)


def compose(*args, **fields):
    return letters.compose(Config(email_from="boards@example.org"), letter(*args, **fields))


# -- what is written -----------------------------------------------------------------------------


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("template", FIELDS)
def test_every_mail_says_in_both_parts_what_it_has_to(template, language):
    message = compose(template, language=language)
    assert "{" not in message.subject + message.text
    for name in {"code", "link"} & FIELDS[template].keys():
        assert FIELDS[template][name] in message.text
        assert FIELDS[template][name] in message.html
    assert f'<html lang="{language}">' in message.html
    assert re.search("[а-яїєі]", message.text) or language == "en"


@pytest.mark.parametrize("template", FIELDS)
def test_nothing_is_loaded_from_afar_and_nobody_is_followed(template):
    html = compose(template).html
    assert not re.search(r"<img|<script|<link|@import|url\(|src=|<form", html)
    assert set(re.findall(r'href="([^"]*)"', html)) <= {FIELDS[template].get("link")}


@pytest.mark.parametrize("template", ["otp", "magic"])
def test_subject_does_not_give_the_code_away(template):
    """It stands on locked screens."""
    assert FIELDS[template]["code"] not in compose(template).subject


def test_names_that_strangers_chose_are_only_text():
    name = '<b onclick="x()">Bold</b>\r\nBcc: victim@example.org\u202e\x00' + "x" * 200
    message = compose("invitation", organization=name, inviter=name)
    for text in (message.subject, message.text):
        assert "\r" not in text
        assert "\nBcc" not in text
        assert "\u202e" not in text
    assert "<b" not in message.html.replace("<body", "")
    assert len(message.subject) < 200


@pytest.mark.parametrize(
    "minutes, words",
    [("1", "1 хвилини"), ("5", "5 хвилин"), ("11", "11 хвилин"), ("21", "21 хвилини")],
)
def test_ukrainian_counts_as_ukrainians_do(minutes, words):
    assert f"протягом {words}." in compose("otp", language="uk", minutes=minutes).text


def test_one_minute_is_one_minute():
    assert "for 1 minute." in compose("otp", minutes="1").text


@pytest.mark.parametrize(
    "address",
    [
        "root,ann@example.org",
        "<ann@example.org",
        '"ann"@example.org',
        "ann@",
        "@example.org",
        "ann@exa mple.org",
        "ann@example.org\nBcc: x@example.org",
        "ann@x..org",
        "-oQ/tmp@\x00",
    ],
)
def test_address_that_could_mean_something_else_is_refused(address):
    with pytest.raises(NotSent) as refused:
        compose("test", recipient=address)
    assert refused.value.is_final


def test_international_domain_is_written_as_servers_know_it():
    message = compose("test", recipient="ann@straße.укр")
    assert message.recipient == "ann@xn--strae-oqa.xn--j1amh"


# -- SMTP ----------------------------------------------------------------------------------------


@pytest.fixture
def mailbox():
    with Mailbox() as mailbox:
        yield mailbox


def test_mail_arrives_by_smtp_with_all_that_belongs_to_it(mailbox):
    sender = SENDER.parse(r'"Дошки, \"solosync\"" <boards@example.org>')
    mail.send(Config(**mailbox.settings(email_from=sender)), letter(language="uk"))
    received = mailbox.wait()
    headers = received.mail
    assert (received.sender, received.recipients) == ("boards@example.org", ["ann@example.org"])
    assert headers["To"] == "ann@example.org"
    assert headers["From"].addresses[0].addr_spec == "boards@example.org"
    assert headers["From"].addresses[0].display_name == 'Дошки, "solosync"'
    assert headers["Subject"] == "Вхід у solosync"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["Message-ID"] == "<m1@example.org>"
    assert headers["Date"].datetime.tzinfo is not None
    assert headers.get_content_type() == "multipart/alternative"
    for kind in ("plain", "html"):
        assert "12345678" in received.part(kind)
        assert LINK in received.part(kind)
    assert received.raw.isascii()
    assert max(map(len, received.raw.splitlines())) <= 998


def test_organization_cannot_add_a_header(mailbox):
    name = "Ann\r\nBcc: victim@example.org\r\n\r\nBuy this"
    sent = letter("invitation", organization=name, inviter=name)
    mail.send(Config(**mailbox.settings()), sent)
    received = mailbox.wait()
    assert received.mail["Bcc"] is None
    assert received.recipients == ["ann@example.org"]
    assert "Bcc: victim@example.org" in received.mail["Subject"]


def test_mailbox_with_letters_of_its_country_is_reached(mailbox):
    mail.send(Config(**mailbox.settings()), letter(recipient="олена@пошта.укр"))
    received = mailbox.wait()
    assert received.recipients == ["олена@xn--80a1acn3a.xn--j1amh"]


@pytest.fixture
def certificate(tmp_path):
    return make_certificate(tmp_path)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_certificate_that_nobody_vouches_for_gets_neither_password_nor_code(certificate, security):
    tls = server_context(certificate)
    with Mailbox(tls=tls, is_implicit=security == "tls", login=("ann", "s3cret")) as mailbox:
        settings = mailbox.settings(
            smtp_security=security, smtp_username="ann", smtp_password="s3cret"
        )
        with pytest.raises(NotSent, match="can't be trusted: self-signed certificate") as refused:
            mail.send(Config(**settings), letter())
        assert refused.value.is_final
        assert mailbox.logins == []
        assert mailbox.is_empty


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_certificate_that_this_machine_trusts_is_good_and_the_login_comes_after(
    monkeypatch, certificate, security
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    tls = server_context(certificate)
    with Mailbox(tls=tls, is_implicit=security == "tls", login=("ann", "s3cret")) as mailbox:
        settings = mailbox.settings(
            smtp_security=security, smtp_username="ann", smtp_password="s3cret"
        )
        mail.send(Config(**settings), letter())
        assert "12345678" in mailbox.wait().part("plain")
        assert mailbox.logins == [("ann", True)]


def test_certificate_of_another_name_is_refused(monkeypatch, tmp_path):
    files = make_certificate(tmp_path, "127.0.0.2")
    monkeypatch.setenv("SSL_CERT_FILE", str(files[0]))
    with Mailbox(tls=server_context(files)) as mailbox:
        settings = mailbox.settings(smtp_security="starttls")
        with pytest.raises(NotSent, match="not valid for '127"):
            mail.send(Config(**settings), letter())


def test_server_without_starttls_gets_nothing(mailbox):
    with pytest.raises(NotSent, match="STARTTLS") as refused:
        mail.send(Config(**mailbox.settings(smtp_security="starttls")), letter())
    assert refused.value.is_final
    assert mailbox.is_empty


def test_wrong_password_is_final_and_is_not_repeated():
    with Mailbox(login=("ann", "right")) as mailbox:
        settings = mailbox.settings(smtp_username="ann", smtp_password="s3cret")
        with pytest.raises(NotSent, match="535") as refused:
            mail.send(Config(**settings), letter())
    assert refused.value.is_final
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
@pytest.mark.parametrize("code, is_final", [(450, False), (452, False), (550, True), (554, True)])
def test_refusal_is_final_if_the_server_says_so(mailbox, command, code, is_final):
    mailbox.refuse = {command: f"{code} ann@example.org asked for 12345678\tin vain"}
    with pytest.raises(NotSent, match=f"answered {code}") as refused:
        mail.send(Config(**mailbox.settings()), letter())
    assert refused.value.is_final == is_final
    assert str(refused.value).endswith(f"{code}: a…@example.org asked for *** in vain")


def test_server_that_is_not_there_may_come_back():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    config = Config(email_provider="smtp", smtp_host="127.0.0.1", smtp_port=port)
    with pytest.raises(NotSent, match=r"can't be reached: .*refused") as refused:
        mail.send(config, letter())
    assert not refused.value.is_final


def test_server_that_hangs_up_may_come_back(mailbox):
    mailbox.refuse = {"DATA": "421 closing"}
    with pytest.raises(NotSent) as refused:
        mail.send(Config(**mailbox.settings()), letter())
    assert not refused.value.is_final


def test_name_of_a_user_that_smtp_cannot_say_is_told():
    with Mailbox(login=("ann", "right")) as mailbox:
        settings = mailbox.settings(smtp_username="ann", smtp_password="пароль")
        with pytest.raises(NotSent, match="ASCII") as refused:
            mail.send(Config(**settings), letter())
    assert refused.value.is_final


# -- HTTP ----------------------------------------------------------------------------------------


def send_by(name, provider, sent=None, **settings):
    config = Config(
        email_provider=name,
        email_from="Boards <boards@example.org>",
        email_api_key="the-key",
        email_api_url=provider.url,
        **settings,
    )
    mail.send(config, sent or letter())


def test_resend_gets_what_its_documentation_asks_for():
    with Provider((200, {}, {"id": "49a3999c"})) as provider:
        send_by("resend", provider)
    [request] = provider.requests
    message = compose()
    assert request["path"] == "/emails"
    assert request["headers"]["authorization"] == "Bearer the-key"
    assert request["headers"]["content-type"] == "application/json"
    assert request["headers"]["idempotency-key"] == "m1"
    assert request["headers"]["user-agent"].startswith("solosync/")
    assert request["body"] == {
        "from": "Boards <boards@example.org>",
        "to": ["ann@example.org"],
        "subject": "Sign in to solosync",
        "text": message.text,
        "html": message.html,
        "headers": {"Auto-Submitted": "auto-generated"},
    }


def test_postmark_gets_what_its_documentation_asks_for():
    answer = {"To": "x", "SubmittedAt": "x", "MessageID": "x", "ErrorCode": 0, "Message": "OK"}
    with Provider((200, {}, answer)) as provider:
        send_by("postmark", provider)
    [request] = provider.requests
    message = compose()
    assert request["path"] == "/email"
    assert request["headers"]["x-postmark-server-token"] == "the-key"
    assert request["headers"]["accept"] == "application/json"
    assert request["body"] == {
        "From": "Boards <boards@example.org>",
        "To": "ann@example.org",
        "Subject": "Sign in to solosync",
        "TextBody": message.text,
        "HtmlBody": message.html,
        "Headers": [{"Name": "Auto-Submitted", "Value": "auto-generated"}],
        "MessageStream": "outbound",
        "TrackOpens": False,
        "TrackLinks": "None",
    }


def test_sendgrid_gets_what_its_documentation_asks_for():
    with Provider((202, {}, b"")) as provider:
        send_by("sendgrid", provider)
    [request] = provider.requests
    message = compose()
    assert request["path"] == "/v3/mail/send"
    assert request["headers"]["authorization"] == "Bearer the-key"
    assert request["body"] == {
        "personalizations": [{"to": [{"email": "ann@example.org"}]}],
        "from": {"email": "boards@example.org", "name": "Boards"},
        "subject": "Sign in to solosync",
        "content": [
            {"type": "text/plain", "value": message.text},
            {"type": "text/html", "value": message.html},
        ],
        "headers": {"Auto-Submitted": "auto-generated"},
        "tracking_settings": {
            "click_tracking": {"enable": False, "enable_text": False},
            "open_tracking": {"enable": False},
            "subscription_tracking": {"enable": False},
        },
    }


@pytest.mark.parametrize(
    "name, status, body, reason",
    [
        (
            "resend",
            403,
            {"statusCode": 403, "name": "invalid_api_key", "message": "API key is invalid"},
            "resend answered 403: API key is invalid",
        ),
        (
            "postmark",
            422,
            {"ErrorCode": 406, "Message": "You tried to send to ann@example.org, who is inactive."},
            "postmark answered 422: You tried to send to a…@example.org, who is inactive.",
        ),
        (
            "sendgrid",
            401,
            {"errors": [{"message": "The key is wrong", "field": None, "help": None}]},
            "sendgrid answered 401: The key is wrong",
        ),
        ("resend", 404, b"<html>not an API</html>", "resend answered 404: Not Found"),
        ("sendgrid", 400, {"errors": "?"}, "sendgrid answered 400: Bad Request"),
        ("postmark", 301, [], "postmark answered 301: Moved Permanently"),
    ],
)
def test_refusal_of_a_provider_is_final_and_told_in_its_words(name, status, body, reason):
    with Provider((status, {}, body)) as provider, pytest.raises(NotSent) as refused:
        send_by(name, provider)
    assert str(refused.value) == reason
    assert refused.value.is_final


@pytest.mark.parametrize("name", ["resend", "postmark", "sendgrid"])
@pytest.mark.parametrize(
    "status, headers, seconds",
    [
        (429, {"Retry-After": "60"}, 60),
        (429, {"Retry-After": "999999"}, 3600),
        (503, {"Retry-After": "Sat, 21 Nov 2026 00:00:00 GMT"}, 0),
        (500, {}, 0),
        (409, {}, 0),
    ],
)
def test_provider_that_is_busy_or_broken_is_asked_again_later(name, status, headers, seconds):
    with Provider((status, headers, b"")) as provider, pytest.raises(NotSent) as refused:
        send_by(name, provider)
    assert not refused.value.is_final
    assert refused.value.after_seconds == seconds


def test_provider_that_is_not_there_may_come_back():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    config = Config(email_provider="resend", email_from="b@example.org", email_api_url=url)
    with pytest.raises(NotSent, match="resend can't be reached") as refused:
        mail.send(config, letter())
    assert not refused.value.is_final


def test_key_that_no_header_can_hold_is_told():
    with Provider() as provider, pytest.raises(NotSent, match="email_api_key") as refused:
        config = Config(email_provider="resend", email_api_key="ключ", email_api_url=provider.url)
        mail.send(config, letter())
    assert refused.value.is_final
    assert provider.requests == []


# -- the log -------------------------------------------------------------------------------------


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_console_shows_code_and_link_at_every_level(capsys, log_format):
    from solosync import logs

    root = logging.getLogger()
    before = root.handlers, root.level
    try:
        logs.configure("error", log_format)
        mail.send(Config(), letter())
    finally:
        root.handlers, root.level = before
        logging.captureWarnings(False)
    shown = capsys.readouterr().err
    assert "12345678" in shown
    assert LINK in shown
    assert "ann@example.org" in shown
