from typing import Any

import pytest

from solosync.config import Config
from solosync.doctor import network
from solosync.net.mail_check import troubles

WORKING: dict[str, Any] = {
    "email_provider": "smtp",
    "email_from": "boards@example.org",
    "smtp_host": "mail.example.org",
    "smtp_username": "ann",
    "smtp_password": "s3cret",
    "public_url": "https://boards.example.org",
    "registration": "open",
}


def found(**settings):
    return [trouble.found for trouble in troubles(Config(**settings))]


def test_nobody_needs_mail_on_their_own_machine():
    assert found() == []


@pytest.mark.parametrize(
    "settings",
    [
        {"registration": "open"},
        {"registration": "invite"},
        {"host": "0.0.0.0", "lan": True},
        {"public_url": "https://boards.example.org"},
    ],
)
def test_console_is_not_enough_where_others_come(settings):
    [trouble] = found(**settings)
    assert "only written into the log" in trouble


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"smtp_username": "", "smtp_password": ""},
        {"smtp_host": "127.0.0.1", "smtp_security": "none"},
        {"email_provider": "resend", "email_api_key": "k"},
        {"email_from": "Дошки <boards@пошта.укр>"},
    ],
)
def test_what_works_is_left_alone(settings):
    assert found(**WORKING | settings) == []


@pytest.mark.parametrize(
    "settings, said",
    [
        ({"email_from": "solosync@localhost"}, "solosync@localhost"),
        ({"email_from": "a,b@example.org"}, "no mail can come from"),
        ({"smtp_host": "localhost"}, "certificate"),
        ({"smtp_security": "none"}, "and the password cross the network"),
        ({"smtp_password": ""}, "only one of"),
        ({"public_url": ""}, "without public_url"),
        ({"public_url": "", "host": "0.0.0.0"}, "without public_url"),
        ({"email_provider": "postmark"}, "without a key"),
    ],
)
def test_each_trouble_is_told_with_advice(settings, said):
    config = Config(**WORKING | settings)
    [trouble] = troubles(config)
    assert said in trouble.found
    assert trouble.advice.endswith(".")
    assert "s3cret" not in trouble.found
    [finding] = network.mail(config)
    assert (finding.status, finding.found) == ("warning", trouble.found)


def test_doctor_says_how_mail_is_sent():
    [finding] = network.mail(Config(**WORKING))
    assert (finding.status, finding.found) == ("ok", "smtp")
