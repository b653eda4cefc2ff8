"""Codes by mail: what they open, what guessing them does, and that nobody learns who is here."""

import contextlib
import statistics
import time
from dataclasses import replace
from itertools import pairwise

import pytest

from solosync.clock import now_ms
from solosync.domain import accounts, codes
from solosync.errors import CodeRefused, Invalid, RateLimited, Unauthenticated
from tests.domain.signing_in import ANN, PAGE, audited, counted, invite, shape
from tests.make import make_organization, make_user


def other(code):
    """A wrong code of the same length."""
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}}"


# -- asking ------------------------------------------------------------------------------------


def test_otp_is_mailed_with_six_digits(user, ask, letters):
    code = ask()
    (letter,) = letters()
    assert letter.template == "otp"
    assert letter.recipient == ANN
    assert letter.fields == {"code": code, "minutes": "5"}
    assert len(code) == 6
    assert code.isdecimal()


def test_magic_code_is_mailed_with_eight_digits_and_a_link(user, ask, letters):
    code = ask("magic")
    (letter,) = letters()
    page, _, secret = letter.fields["link"].partition("?token=")
    assert page == PAGE
    assert len(secret) >= 43  # 32 random bytes
    assert letter.fields["code"] == code
    assert letter.fields["minutes"] == "15"
    assert len(code) == 8


def test_nothing_that_opens_anything_is_stored_readable(user, ask, letters, store, data_dir):
    code = ask("magic")
    (letter,) = letters()
    secret = letter.fields["link"].partition("=")[2]
    dump = str(store.read(lambda tx: tx.all("SELECT * FROM sign_in_codes")))
    dump += str(store.read(lambda tx: tx.all("SELECT * FROM audit")))
    assert code not in dump
    assert secret not in dump


def test_unknown_and_deactivated_people_get_no_mail(store, ask, letters):
    make_user(store, "gone@example.org", is_active=False)
    for kind in ("otp", "magic"):
        for email in ("nobody@example.org", "gone@example.org"):
            assert ask(kind, email)
    assert letters() == []


@pytest.mark.parametrize("email", ["", "ann", "a@b c", "a@\nb"])
def test_what_is_no_address_is_refused(ask, email):
    with pytest.raises(Invalid):
        ask(email=email)


@pytest.mark.parametrize("email", [ANN, "nobody@example.org"])
def test_ten_codes_an_hour_for_known_and_unknown_alike(user, ask, clock, email):
    for number in range(10):
        ask("otp" if number % 2 else "magic", email)
        clock.advance(minutes=1)
    with pytest.raises(RateLimited) as refused:
        ask(email=email)
    assert refused.value.retry_after_seconds == 50 * 60
    assert ask(email="bob@example.org")
    clock.advance(minutes=50)
    assert ask(email=email)
    with pytest.raises(RateLimited):
        ask(email=email)


def test_without_rate_limits_there_are_many_more_codes_an_hour_and_still_an_end(
    user, ask, config, monkeypatch
):
    unlimited = replace(config, rate_limits=False)
    for _ in range(11):
        assert ask(config=unlimited)
    monkeypatch.setattr("solosync.domain.mailings.MOST_AN_HOUR", 1)
    monkeypatch.setattr("solosync.domain.mailings.UNLIMITED", 12)
    assert ask(config=unlimited)
    with pytest.raises(RateLimited):
        ask(config=unlimited)


def test_one_stranger_cannot_use_up_all_codes_of_an_address(user, ask, at):
    for network in ("192.0.2.1", "2001:db8::1"):
        at(network)
        for _ in range(10):
            ask()
        with pytest.raises(RateLimited):
            ask()
    at("2001:db8::2")  # the same customer's
    with pytest.raises(RateLimited):
        ask()
    at("192.0.2.2")
    for _ in range(10):
        ask()
    at("192.0.2.3")
    with pytest.raises(RateLimited):
        ask()


def test_live_magic_codes_are_all_different(ask, store):
    for number in range(200):
        ask("magic", f"{number}@example.org")
    count = store.read(lambda tx: tx.one("SELECT count(DISTINCT code_hash) FROM sign_in_codes"))
    assert count == (200,)


# -- showing one -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["otp", "magic"])
def test_code_lets_in_once(user, ask, redeem, kind):
    code = ask(kind)
    assert redeem(code, kind).user_id == user.user_id
    with pytest.raises(CodeRefused):
        redeem(code, kind)


def test_code_may_be_typed_with_spaces_and_the_address_in_capitals(user, ask, redeem):
    code = ask("magic")
    assert redeem(f" {code[:4]} {code[4:]}", "magic", " ANN@example.org ").user_id == user.user_id


def test_magic_code_needs_no_address(user, ask, redeem):
    assert redeem(ask("magic"), "magic", None).user_id == user.user_id


@pytest.mark.parametrize("email", [None, ANN])
def test_mailed_link_lets_in_once(user, ask, redeem, letters, email):
    code = ask("magic")
    secret = letters()[0].fields["link"].partition("=")[2]
    assert redeem(secret, "magic", email).user_id == user.user_id
    for token in (secret, code):
        with pytest.raises(CodeRefused):
            redeem(token, "magic", email)


def test_link_with_another_address_is_refused(store, user, ask, redeem, letters):
    make_user(store, "bob@example.org")
    ask("magic")
    secret = letters()[0].fields["link"].partition("=")[2]
    with pytest.raises(CodeRefused):
        redeem(secret, "magic", "bob@example.org")
    assert redeem(secret, "magic", ANN)


@pytest.mark.parametrize("kind, minutes", [("otp", 5), ("magic", 15)])
def test_code_runs_out(user, ask, redeem, clock, kind, minutes):
    first = ask(kind)
    clock.advance(minutes=minutes)
    with pytest.raises(CodeRefused):
        redeem(first, kind)
    second = ask(kind)
    clock.advance(minutes=minutes, seconds=-1)
    assert redeem(second, kind)


def test_life_of_a_magic_code_is_configured(user, ask, redeem, clock, config):
    code = ask("magic", config=replace(config, magic_link_expiry_minutes=60))
    clock.advance(minutes=59)
    assert redeem(code, "magic")


def test_codes_of_one_kind_or_person_are_no_good_for_another(store, user, ask, redeem):
    make_user(store, "bob@example.org")
    otp, magic = ask("otp"), ask("magic")
    for code, kind, email in (
        (otp, "otp", "bob@example.org"),
        (magic, "magic", "bob@example.org"),
        (otp, "magic", ANN),
        (otp, "magic", None),
        (magic, "otp", ANN),
    ):
        with pytest.raises(CodeRefused):
            redeem(code, kind, email)


def test_older_code_is_good_beside_a_newer_one_until_either_is_used(user, ask, redeem):
    first, second = ask(), ask()
    assert redeem(first)
    with pytest.raises(CodeRefused):
        redeem(second)


def test_person_deactivated_meanwhile_stays_out(store, user, ask, redeem):
    otp, magic = ask("otp"), ask("magic")
    accounts.deactivate(store, email=ANN)
    for code, kind in ((otp, "otp"), (magic, "magic")):
        with pytest.raises(CodeRefused):
            redeem(code, kind)


@pytest.mark.parametrize("token", ["", " ", "x", "٣٣٣٣٣٣٣٣", "1" * 300, "\ud800", "a\0b"])
@pytest.mark.parametrize("kind", ["otp", "magic"])
@pytest.mark.parametrize("email", [ANN, "", "\ufffd"])
def test_rubbish_is_refused(user, ask, redeem, kind, email, token):
    ask(kind)
    with pytest.raises(CodeRefused):
        redeem(token, kind, email)


# -- whose address it is -----------------------------------------------------------------------


def test_code_proves_the_address(store, keys, ask, redeem):
    def register(tx):
        return accounts.insert(tx, accounts.new_user(ANN, is_proved=False))

    made = store.write(register)
    assert made.email_verified_at is None
    assert redeem(ask()).email_verified_at is not None


def test_magic_code_of_an_unknown_address_makes_the_account_where_anybody_may(
    store, ask, redeem, config, letters
):
    is_open = replace(config, registration="open")
    code = ask("magic", config=is_open)
    assert [letter.recipient for letter in letters()] == [ANN]
    user = redeem(code, "magic", config=is_open)
    assert user.email == ANN
    assert user.email_verified_at is not None
    assert audited(store, "account.register") == [("done", ANN)]


def test_otp_of_an_unknown_address_makes_none(store, ask, redeem, config, letters):
    is_open = replace(config, registration="open")
    code = ask("otp", config=is_open)
    with pytest.raises(CodeRefused):
        redeem(code, "otp", config=is_open)
    assert letters() == []
    assert accounts.list_users(store) == []


@pytest.mark.parametrize("mode", ["closed", "invite"])
def test_unknown_address_gets_in_nowhere_else_even_with_the_code(
    store, ask, redeem, config, letters, mode
):
    settled = replace(config, registration=mode)
    code = ask("magic", config=settled)
    with pytest.raises(CodeRefused):
        redeem(code, "magic", config=settled)
    assert letters() == []
    assert accounts.list_users(store) == []


def test_invited_address_gets_an_account_where_people_are_invited(
    store, keys, ask, redeem, config, letters
):
    boss = make_user(store, "boss@example.org")
    team = make_organization(store, boss)
    invite(store, keys, team, boss)
    by_invitation = replace(config, registration="invite")
    code = ask("magic", config=by_invitation)
    assert redeem(code, "magic", config=by_invitation).email == ANN


# -- guessing ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["otp", "magic"])
def test_five_wrong_tries_end_the_code_and_a_fresh_one_works(user, ask, redeem, kind):
    code = ask(kind)
    for _ in range(5):
        with pytest.raises(CodeRefused):
            redeem(other(code), kind)
    with pytest.raises(CodeRefused):
        redeem(code, kind)
    assert redeem(ask(kind), kind)


def test_four_wrong_tries_do_not(user, ask, redeem):
    code = ask()
    for _ in range(4):
        with pytest.raises(CodeRefused):
            redeem(other(code))
    assert redeem(code)


def test_guessing_at_the_digits_does_not_end_the_link(user, ask, redeem, letters):
    code = ask("magic")
    for _ in range(10):
        with pytest.raises(CodeRefused):
            redeem(other(code), "magic")
    for email in (ANN, None):
        with pytest.raises(CodeRefused):
            redeem(code, "magic", email)
    assert redeem(letters()[0].fields["link"].partition("=")[2], "magic")


def test_guessing_at_one_kind_does_not_end_the_other(user, ask, redeem):
    otp, magic = ask("otp"), ask("magic")
    for _ in range(5):
        with pytest.raises(CodeRefused):
            redeem(other(otp), "otp")
    assert redeem(magic, "magic")


def test_refused_tries_are_audited_with_the_address(store, user, ask, redeem):
    code = ask()
    with pytest.raises(CodeRefused):
        redeem(other(code))
    ask("magic")
    with pytest.raises(CodeRefused):
        redeem("0" * 43 + "x", "magic", None)
    assert audited(store, "sign_in.code") == [("refused", ANN)]
    assert audited(store, "sign_in.magic") == [("refused", "")]
    assert audited(store, "code.request") == [("done", ANN)] * 2


# -- the same work -----------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["closed", "invite", "open"])
@pytest.mark.parametrize("kind", ["otp", "magic"])
def test_asking_is_the_same_work_for_known_and_unknown(store, user, ask, config, kind, mode):
    settled = replace(config, registration=mode)
    shapes = []
    for email in (ANN, "nobody@example.org"):
        with counted(store) as statements:
            ask(kind, email, settled)
        shapes.append([shape(statement) for statement in statements])
    assert shapes[0] == shapes[1]
    assert shapes[0].count("COMMIT") == 1
    rows = store.read(lambda tx: tx.all("SELECT task FROM jobs"))
    assert rows == [("mail.send",)] * 2


@pytest.mark.parametrize("kind", ["otp", "magic"])
@pytest.mark.parametrize("is_asked", [True, False])
def test_wrong_code_is_the_same_work_for_known_and_unknown(
    store, user, ask, redeem, kind, is_asked
):
    shapes = []
    for email in (ANN, "nobody@example.org"):
        wrong = other(ask(kind, email)) if is_asked else "1" * 6
        with counted(store) as statements, contextlib.suppress(CodeRefused):
            redeem(wrong, kind, email)
        shapes.append([shape(statement) for statement in statements])
    assert shapes[0] == shapes[1]
    assert shapes[0].count("COMMIT") == 1


@pytest.mark.soak
def test_it_takes_the_same_time_for_known_and_unknown(store, user, keys, config):
    """200 interleaved tries of each. A busy machine gets three rounds; a real difference would
    show in all of them."""
    accounts.set_password(store, email=ANN, password="correct horse")
    rounds = [medians_differ_by(store, keys, config) for _ in range(3)]
    for what, *differences in zip(("asking", "a code", "a password"), *rounds, strict=True):
        print(f"{what}: medians differ by {min(differences):.1%}")
        assert min(differences) < 0.1


def medians_differ_by(store, keys, config):
    """The part by which they do, of asking for a code, trying one, and trying a password."""
    times: dict[str, list[list[float]]] = {
        email: [[], [], []] for email in (ANN, "nobody@example.org")
    }
    for number in range(200):
        for email in sorted(times, reverse=bool(number % 2)):
            store.write(lambda tx: tx.execute("DELETE FROM sign_in_codes"))
            moments = [time.perf_counter()]
            codes.request(store, keys, config, kind="otp", email=email, page=PAGE)
            moments.append(time.perf_counter())
            with contextlib.suppress(CodeRefused):
                codes.redeem(store, keys, config, kind="otp", token="x", email=email)
            moments.append(time.perf_counter())
            with contextlib.suppress(Unauthenticated):
                accounts.authenticate(store, email, "wrong")
            moments.append(time.perf_counter())
            for taken, (start, end) in zip(times[email], pairwise(moments), strict=True):
                taken.append(end - start)
    known, unknown = ([statistics.median(taken) for taken in lists] for lists in times.values())
    return [abs(a - b) / max(a, b) for a, b in zip(known, unknown, strict=True)]


@pytest.mark.parametrize("email", [ANN, "nobody@example.org"])
def test_a_hundred_guesses_a_day_end_the_way_by_six_digits_alone(
    user, ask, redeem, at, clock, store, email
):
    begun = clock.now
    for number in range(20):
        at(f"192.0.2.{number}")
        code = ask(email=email)
        for _ in range(5):
            with pytest.raises(CodeRefused):
                redeem(other(code), email=email)
        clock.advance(minutes=6)
    with pytest.raises(RateLimited, match="another way") as refused:
        ask(email=email)
    day = 24 * 3600
    assert refused.value.retry_after_seconds == day - (clock.now - begun).total_seconds()
    assert len(ask("magic", email)) == 8
    assert ask(email="bob@example.org")
    store.write(lambda tx: codes.purge(tx, now_ms()))
    clock.advance(seconds=refused.value.retry_after_seconds)
    assert len(ask(email=email)) == 6


def test_upkeep_forgets_old_codes(store, ask, clock, user):
    ask()
    clock.advance(minutes=59)
    for expected in (1, 0):
        store.write(lambda tx: codes.purge(tx, now_ms()))
        rows = store.read(lambda tx: tx.all("SELECT * FROM sign_in_codes"))
        assert len(rows) == expected
        clock.advance(minutes=2)
