import pytest

from solosync import crypto
from solosync.domain import jobs, mail
from solosync.errors import Gone, NotFound

CODE = {"code": "12345678", "link": "https://boards.example.org/m?token=abc", "minutes": "15"}


@pytest.fixture
def keys(data_dir):
    return crypto.load_keys(data_dir)


@pytest.fixture
def queue(store, keys):
    """Queues a mail; its row."""

    def queue(template="magic", fields=CODE, recipient="ann@example.org", **options):
        mail_id = store.write(
            lambda tx: mail.queue(tx, keys, recipient, template, fields, language="uk", **options)
        )
        return mail.get_mail(store, mail_id)

    return queue


def test_queued_mail_is_a_job_and_its_content_is_sealed(store, keys, queue):
    queued = queue()
    [job] = jobs.list_queued(store)
    assert (job.task, job.subject, job.user_id) == ("mail.send", queued.mail_id, None)
    assert queued.status == "queued"
    for secret in (b"12345678", b"token=abc"):
        assert secret not in queued.fields
    letter = mail.open_letter(keys, queued)
    assert (letter.recipient, letter.template, letter.language, letter.fields) == (
        "ann@example.org",
        "magic",
        "uk",
        CODE,
    )


def test_mail_goes_with_the_transaction_that_wants_it(store, keys):
    def write(tx):
        mail.queue(tx, keys, "ann@example.org", "test", {}, language="en")
        raise Gone

    with pytest.raises(Gone):
        store.write(write)
    assert jobs.list_queued(store) == []


@pytest.mark.parametrize("fields", [{}, CODE, {"code": "1"}])
def test_fields_that_are_not_the_templates_are_a_mistake_of_ours(queue, fields):
    with pytest.raises(ValueError, match="minutes"):
        queue("otp", fields)


def test_decoy_costs_the_same_and_is_marked(store, queue):
    real, decoy = queue(), queue(is_decoy=True)
    assert (real.is_decoy, decoy.is_decoy) == (False, True)
    assert len(real.fields) == len(decoy.fields)
    assert len(jobs.list_queued(store)) == 2


def test_code_is_not_sent_when_it_has_run_out(keys, queue, clock):
    queued = queue()
    clock.advance(minutes=15)
    with pytest.raises(Gone, match="ran out"):
        mail.open_letter(keys, queued)


def test_what_never_runs_out_is_given_up_after_a_day(queue):
    queued = queue("test", {})
    assert queued.expires_at - queued.created_at == 24 * 3_600_000


def test_settled_mail_forgets_what_was_in_it_and_whom_it_went_to(store, keys, queue):
    queued = queue()
    mail.settle(store, queued, "sent")
    sent = mail.get_mail(store, queued.mail_id)
    assert (sent.status, sent.fields, sent.recipient) == ("sent", None, "a…@example.org")
    with pytest.raises(Gone, match="isn't kept"):
        mail.open_letter(keys, sent)
    mail.settle(store, queued, "failed", "too late for that")
    assert mail.get_mail(store, queued.mail_id) == sent


def test_next_tries_come_further_and_further_apart_until_the_code_runs_out(queue, clock):
    queued = queue()
    waits = []
    while (seconds := mail.seconds_until_next_try(queued)) is not None:
        waits.append(seconds)
        clock.advance(seconds=seconds)
    assert waits == [10, 10, 20, 40, 80, 160, 320]
    clock.advance(days=1)
    assert mail.seconds_until_next_try(queued) is None


def test_a_day_of_tries_has_the_longest_wait_of_half_an_hour(queue, clock):
    queued = queue("test", {})
    clock.advance(hours=3)
    assert mail.seconds_until_next_try(queued) == 1800


def test_old_mails_are_forgotten(store, queue, clock):
    queued = queue()
    clock.advance(days=29)
    recent = queue()
    clock.advance(days=2)
    assert store.write(lambda tx: mail.purge(tx, recent.created_at + 2 * 86_400_000)) == 1
    with pytest.raises(NotFound):
        mail.get_mail(store, queued.mail_id)
    assert mail.get_mail(store, recent.mail_id) == recent
