import asyncio
import contextlib
import signal
import socket
import time

import pytest

from solosync import crypto
from solosync.config import Config
from solosync.domain import jobs, mail
from solosync.jobs.context import Context
from solosync.jobs.runner import Runner
from solosync.jobs.tasks import TASKS
from solosync.store.engine import Store
from tests.mailboxes import Mailbox, Provider, smtp_settings
from tests.make import get_job
from tests.servers import PATIENCE_SECONDS, free_port, running, stop

CODE = {"code": "12345678", "link": "https://boards.example.org/m?token=abc", "minutes": "15"}


@pytest.fixture
def keys(data_dir):
    return crypto.load_keys(data_dir)


@pytest.fixture
def queue(store, keys):
    """Queues a mail; its row and its job's."""

    def queue(template="magic", fields=CODE, **options):
        mail_id = store.write(
            lambda tx: mail.queue(
                tx, keys, "ann@example.org", template, fields, language="en", **options
            )
        )
        [job] = [job for job in jobs.list_jobs(store) if job.subject == mail_id]
        return mail.get_mail(store, mail_id), job

    return queue


@pytest.fixture
def sending(store, context):
    """Jobs are worked off with these settings, until the test ends."""
    with contextlib.ExitStack() as stack:

        def start(**settings):
            config = Config(data_dir=context.config.data_dir, **settings)
            runner = Runner(Context(store, config, context.blobs), TASKS, {})
            runner.start()
            stack.callback(runner.close)

        yield start


@pytest.fixture
def mailbox():
    with Mailbox() as mailbox:
        yield mailbox


@pytest.fixture
def looked_at(store):
    """Waits until a job has been tried and is to be tried again; the job as it is then."""

    def wait(job):
        # It is told by no event: the try has ended when the reason stands in the row.
        return _until(lambda: get_job(store, job.job_id), lambda found: found.error)

    return wait


def _until(look, is_there):
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while not is_there(found := look()):
        assert time.monotonic() < give_up_at, found
        time.sleep(0.01)
    return found


def test_queued_mail_is_sent_and_its_code_forgotten(store, queue, sending, settled, mailbox):
    sending(**mailbox.settings())
    queued, job = queue()
    assert settled() == (job.job_id, "done")
    received = mailbox.wait()
    assert received.recipients == ["ann@example.org"]
    assert "12345678" in received.part("plain")
    sent = mail.get_mail(store, queued.mail_id)
    assert (sent.status, sent.fields, sent.recipient) == ("sent", None, "a…@example.org")


def test_decoy_is_sent_to_nobody(store, queue, sending, settled, mailbox):
    sending(**mailbox.settings())
    decoy, decoy_job = queue(is_decoy=True)
    assert settled() == (decoy_job.job_id, "done")
    assert mail.get_mail(store, decoy.mail_id).status == "dropped"
    queue("test", {})
    assert mailbox.wait().mail["Subject"] == "A test mail from solosync"
    assert mailbox.is_empty


def test_server_that_was_down_gets_the_mail_when_it_is_back(
    store, queue, sending, settled, looked_at, clock
):
    port = free_port()
    sending(**smtp_settings(port))
    _, job = queue()
    waiting = looked_at(job)
    assert waiting.status == "queued"
    assert "can't be reached" in waiting.error
    with Mailbox(port=port) as mailbox:
        clock.advance(seconds=10)
        assert settled() == (job.job_id, "done")
        assert "12345678" in mailbox.wait().part("plain")


def test_busy_provider_is_left_alone_as_long_as_it_asks(store, queue, sending, looked_at, clock):
    with Provider((429, {"Retry-After": "90"}, b"")) as provider:
        sending(email_provider="postmark", email_api_key="k", email_api_url=provider.url)
        _, job = queue()
        assert looked_at(job).due_at == job.created_at + 90_000


def test_refused_mail_has_failed_at_once_and_says_why_without_the_address(
    store, queue, sending, settled, mailbox, caplog
):
    mailbox.refuse = {"RCPT": "550 no ann@example.org here"}
    sending(**mailbox.settings())
    queued, job = queue()
    assert settled() == (job.job_id, "failed")
    failed = mail.get_mail(store, queued.mail_id)
    assert (failed.status, failed.fields) == ("failed", None)
    told = get_job(store, job.job_id).error
    assert failed.error == told
    assert told is not None
    assert told.endswith("550: no a…@example.org here")
    assert "magic" in caplog.text
    for secret in ("12345678", "token=abc", "ann@example.org"):
        assert secret not in caplog.text + told


def test_code_that_ran_out_while_it_waited_is_not_sent(
    store, queue, sending, settled, mailbox, clock
):
    queued, job = queue()
    clock.advance(minutes=15)
    sending(**mailbox.settings())
    assert settled() == (job.job_id, "failed")
    assert mail.get_mail(store, queued.mail_id).status == "dropped"
    assert get_job(store, job.job_id).error == mail.TOO_OLD
    assert mailbox.is_empty


def test_last_try_before_a_code_runs_out_is_the_last(store, queue, sending, settled, clock):
    port = free_port()
    queued, job = queue()
    clock.advance(minutes=14)
    sending(**smtp_settings(port))
    assert settled() == (job.job_id, "failed")
    assert "can't be reached" in str(mail.get_mail(store, queued.mail_id).error)


def test_mail_that_was_sent_is_not_sent_again_for_a_job_that_was_not_finished(
    store, queue, sending, settled, mailbox
):
    """The server died between the two."""
    queued, job = queue()
    jobs.claim(store, job.job_id)
    mail.settle(store, queued, "sent")
    sending(**mailbox.settings())
    assert settled() == (job.job_id, "done")
    assert mailbox.is_empty


def test_retried_mail_is_gone(store, queue, sending, settled, mailbox):
    mailbox.refuse = {"RCPT": "550 no"}
    sending(**mailbox.settings())
    _, job = queue()
    settled()
    mailbox.refuse = {}
    jobs.retry(store, job.job_id)
    assert settled() == (job.job_id, "failed")
    assert "isn't kept" in str(get_job(store, job.job_id).error)
    assert mailbox.is_empty


def test_mail_does_not_wait_for_a_long_drawing():
    queues = [task.queue for name, task in TASKS.items() if name != mail.SEND]
    assert TASKS[mail.SEND].queue not in queues


def test_mail_arrives_after_the_restart_if_the_server_was_killed_over_it(data_dir, mailbox):
    """One was under way, at a mail server that never answers; one was queued just before."""
    port = free_port()
    with (
        Store.open(Config(data_dir=data_dir).database) as store,
        socket.create_server(("127.0.0.1", 0)) as silent,
    ):
        keys = crypto.load_keys(data_dir)

        def queue(recipient):
            store.write(lambda tx: mail.queue(tx, keys, recipient, "magic", CODE, language="en"))

        with running(port, *flags(data_dir, silent.getsockname()[1])) as process:
            queue("ann@example.org")
            _until(lambda: jobs.list_running(store), bool)
            queue("bob@example.org")
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert len(jobs.list_running(store)) == 1
        with running(port, *flags(data_dir, mailbox.port)) as process:
            received = [mailbox.wait() for _ in range(2)]
            assert stop(process)[0] == 0
    assert {mail.recipients[0] for mail in received} == {"ann@example.org", "bob@example.org"}
    assert all("12345678" in mail.part("plain") for mail in received)


def flags(data_dir, smtp_port):
    settings = {"data_dir": data_dir} | smtp_settings(smtp_port)
    return [f"--{name.replace('_', '-')}={value}" for name, value in settings.items()]


class Slow(Mailbox):
    """Takes the mails to slow@example.org only once another one came in."""

    def __init__(self):
        super().__init__()
        self._another = asyncio.Event()

    async def handle_DATA(self, server, session, envelope):
        if envelope.rcpt_tos == ["slow@example.org"]:
            await self._another.wait()
        self._another.set()
        return await super().handle_DATA(server, session, envelope)


def test_mail_that_takes_its_time_holds_up_no_other(store, keys, sending):
    def queue(recipient):
        store.write(lambda tx: mail.queue(tx, keys, recipient, "magic", CODE, language="en"))

    with Slow() as slow:
        sending(**slow.settings())
        for recipient in ("slow@example.org", "slow@example.org", "ann@example.org"):
            queue(recipient)
        assert slow.wait().recipients == ["ann@example.org"]
        assert [slow.wait().recipients for _ in range(2)] == [["slow@example.org"]] * 2
