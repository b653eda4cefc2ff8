import logging

import pytest

from solosync import cli
from tests.mailboxes import Mailbox, Provider
from tests.servers import free_port, running, stop

ADDRESS = "ann@example.org"


@pytest.fixture
def run(tmp_path, capsys):
    """Runs `solosync mail test` with options; its exit code, output and errors."""
    root = logging.getLogger()
    before = root.handlers, root.level

    def run(address=ADDRESS, **options):
        flags = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
        code = cli.main(["mail", "test", address, "--data-dir", str(tmp_path / "none"), *flags])
        return (code, *capsys.readouterr())

    yield run
    root.handlers, root.level = before
    logging.captureWarnings(False)


@pytest.mark.parametrize("language, words", [("en", "reaches you"), ("uk", "до вас доходить")])
def test_mail_that_was_taken_is_told(run, tmp_path, language, words):
    with Mailbox() as mailbox:
        code, out, err = run(**mailbox.settings(), language=language)
        assert (code, out, err) == (0, f"smtp took a mail to {ADDRESS}\n", "")
        assert words in mailbox.wait().part("plain")
    assert not (tmp_path / "none").exists()


def test_mail_that_was_refused_is_one_line_and_an_exit_code(run):
    with Provider((403, {}, {"message": "API key is invalid\nfor this"})) as provider:
        code, out, err = run(
            email_provider="resend", email_api_key="s3cret", email_api_url=provider.url
        )
    assert (code, out) == (1, "")
    assert err == "solosync: resend answered 403: API key is invalid for this\n"


def test_address_that_is_none_is_told(run):
    code, out, err = run("ann")
    assert (code, out) == (1, "")
    assert "No mail can go to the address" in err


def test_console_writes_it_and_says_how_to_send_it(run):
    code, out, err = run()
    assert code == 0
    assert "set email_provider" in out
    assert "A test mail from solosync" in err


@pytest.mark.parametrize("registration, lines", [("open", 1), ("closed", 0)])
def test_start_says_in_one_line_when_mail_cannot_work(tmp_path, registration, lines):
    options = ("--data-dir", str(tmp_path), "--registration", registration)
    with running(free_port(), *options) as process:
        code, out, err = stop(process)
    assert (code, out) == (0, "")
    said = [line for line in err.splitlines() if "email_provider = console" in line]
    assert len(said) == lines
