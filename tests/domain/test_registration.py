"""Making an account, and whose password counts in it."""

import contextlib
from dataclasses import replace

import pytest

from solosync.clock import now_ms
from solosync.domain import accounts, mailings, registration
from solosync.errors import Invalid, Unauthenticated
from solosync.store import users
from tests.domain.signing_in import ANN, audited, counted, invite, shape
from tests.make import make_organization, make_user

PASSWORD = "correct horse"


@pytest.fixture
def register(store, keys, config, clock):
    """Returns the seal for the browser that registered."""

    def register(email=ANN, mode="open", username="", password=PASSWORD, full_name="Ann"):
        return registration.register(
            store,
            keys,
            replace(config, registration=mode),
            email=email,
            username=username,
            password=password,
            full_name=full_name,
            sign_in_url="http://127.0.0.1:8765/",
        )

    return register


def find(store, email=ANN):
    return store.read(lambda tx: users.find_by_email(tx, email))


def test_password_of_a_registration_counts_once_the_address_is_proved(store, register, ask, redeem):
    seal = register()
    with pytest.raises(Exception, match="wrong"):
        accounts.authenticate(store, ANN, PASSWORD)
    assert redeem(ask(), registration_seal=seal)
    assert accounts.authenticate(store, ANN, PASSWORD).full_name == "Ann"


def test_password_set_at_the_machine_counts(store, register):
    register()
    accounts.set_password(store, email=ANN, password="another horse")
    assert accounts.authenticate(store, ANN, "another horse").email_verified_at is not None


def test_what_came_of_a_registration_is_audited(store, user, register):
    register("new@example.org")
    register()
    register("bob@example.org", mode="invite")
    assert audited(store, "account.register") == [
        ("done", "new@example.org"),
        ("refused", ANN),
        ("refused", "bob@example.org"),
    ]


def test_password_that_somebody_else_set_before_is_forgotten(store, register, ask, redeem):
    """Or they could wait with it until the address' owner comes, and then share the account."""
    register(password="the attacker's")
    redeem(ask())
    with pytest.raises(Exception, match="wrong"):
        accounts.authenticate(store, ANN, "the attacker's")


def test_password_counts_for_a_program_that_comes_from_where_it_registered(
    store, register, ask, redeem, at
):
    """It may keep no cookies."""
    at("192.0.2.1")
    register()
    redeem(ask(), program_address="192.0.2.1")
    assert accounts.authenticate(store, ANN, PASSWORD)
    kept = store.read(lambda tx: tx.one("SELECT registered_from, registered_username FROM users"))
    assert kept == (None, None)


@pytest.mark.parametrize(
    "there, here, public_url",
    [
        ("192.0.2.1", "192.0.2.2", ""),
        ("192.0.2.1", "", ""),
        ("", "", ""),
        ("127.0.0.1", "127.0.0.1", "https://boards.example"),
    ],
    ids=["elsewhere", "a browser", "unknown", "behind a proxy that tells nothing"],
)
def test_network_address_that_proves_nothing_keeps_no_password(
    store, register, ask, redeem, at, config, there, here, public_url
):
    settled = replace(config, public_url=public_url)
    at(there)
    register()
    redeem(ask(config=settled), config=settled, program_address=here)
    with pytest.raises(Exception, match="wrong"):
        accounts.authenticate(store, ANN, PASSWORD)


def test_registering_again_from_elsewhere_takes_the_password_along(
    store, register, ask, redeem, at
):
    at("192.0.2.1")
    register()
    at("192.0.2.66")
    register(password="the attacker's")
    redeem(ask(), program_address="192.0.2.1")
    for password in (PASSWORD, "the attacker's"):
        with pytest.raises(Exception, match="wrong"):
            accounts.authenticate(store, ANN, password)


def test_names_that_somebody_else_gave_are_forgotten_too(store, register, ask, redeem):
    register(full_name="Eve Was Here", username="eve")
    user = redeem(ask())
    assert (user.full_name, user.username) == ("", "")
    ((organization, _),) = accounts.get_person(store, user.user_id).memberships
    assert organization.name == "ann"


def test_username_is_theirs_once_the_address_is_proved(store, register, ask, redeem):
    seal = register(username="ann")
    assert find(store).username == ""
    assert redeem(ask(), registration_seal=seal).username == "ann"
    other = register("bob@example.org", username="ANN")
    code = ask(email="bob@example.org")
    assert redeem(code, email="bob@example.org", registration_seal=other).username == ""


def test_asking_for_a_username_tells_nothing_about_an_address(store, user, register):
    """Were it taken by the first of two tries, only an address without an account would say so."""
    for email in (ANN, ANN, "new@example.org", "new@example.org", "third@example.org"):
        assert register(email, username="fresh")


def test_username_that_was_taken_meanwhile_is_not_given(store, register, ask, redeem):
    seals = {email: register(email, username="ann") for email in (ANN, "bob@example.org")}
    got = [
        redeem(ask(email=email), email=email, registration_seal=seal).username
        for email, seal in seals.items()
    ]
    assert got == ["ann", ""]


@pytest.mark.parametrize("email", [ANN, "new@example.org"])
def test_registrations_of_others_take_nobody_their_codes(user, register, ask, email):
    for _ in range(mailings.MOST_OF_ALL + 1):
        register(email)
    assert ask(email=email)


def test_owner_of_a_taken_address_is_told_once_an_hour(user, register, letters, clock):
    for minutes in (0, 30, 29):
        clock.advance(minutes=minutes)
        register()
    assert [letter.template for letter in letters()] == ["taken"]
    clock.advance(minutes=1)
    register()
    assert [letter.template for letter in letters()] == ["taken", "taken"]


def test_address_is_told_though_nobody_has_proved_it_yet(register, ask, redeem, letters):
    register()
    assert letters() == []
    register()
    assert [(letter.template, letter.recipient) for letter in letters()] == [("taken", ANN)]


def test_whoever_proved_their_address_just_now_is_told(register, ask, redeem, letters):
    redeem(ask(), registration_seal=register())
    register(password="the attacker's")
    assert [letter.template for letter in letters()] == ["taken"]


def test_who_registers_last_wins_and_nobody_elses_password_counts(store, register, ask, redeem):
    own = register()
    theirs = register(password="the attacker's")
    assert theirs != own
    redeem(ask(), registration_seal=own)
    for password in (PASSWORD, "the attacker's"):
        with pytest.raises(Exception, match="wrong"):
            accounts.authenticate(store, ANN, password)
    assert len(accounts.list_users(store)) == 1


def test_taken_address_is_registered_all_the_same_and_its_owner_is_told(
    store, user, register, letters
):
    assert len(register(full_name="Eve", username="eve")) == len(register("bob@example.org"))
    assert [(letter.template, letter.recipient) for letter in letters()] == [("taken", ANN)]
    assert find(store) == user


def test_registration_is_for_whom_it_is_configured(store, keys, register, letters):
    boss = make_user(store, "boss@example.org")
    invite(store, keys, make_organization(store, boss), boss)
    with pytest.raises(Exception, match="none can be made"):
        register(mode="closed")
    assert register(mode="invite")
    assert register("bob@example.org", mode="invite")
    assert find(store).username == ""
    assert find(store, "bob@example.org") is None
    assert letters() == []


def test_taken_username_is_told_to_nobody(store, user, register):
    """Or whoever knows a username finds the address of its owner by trying."""
    make_user(store, "bob@example.org", username="Bob")
    lengths = {
        len(register(email, username="bob")) for email in ("bob@example.org", ANN, "new@x.y")
    }
    assert len(lengths) == 1
    assert find(store, "new@x.y").username == ""


@pytest.mark.parametrize("fields", [{"email": "ann"}, {"password": "short"}])
def test_unusable_registration_is_refused(store, register, fields):
    with pytest.raises(Invalid):
        register(**fields)
    assert accounts.list_users(store) == []


def test_accounts_that_nobody_proves_are_forgotten_after_a_week(store, clock, register, user):
    register("new@example.org", username="new")
    clock.advance(days=7)
    store.write(lambda tx: registration.purge(tx, now_ms()))
    assert find(store, "new@example.org")
    clock.advance(seconds=1)
    store.write(lambda tx: registration.purge(tx, now_ms()))
    assert accounts.list_users(store) == [user]
    assert store.read(lambda tx: tx.one("SELECT count(*) FROM organizations")) == (1,)
    assert register("other@example.org", username="new")


def test_registering_is_one_hash_one_commit_and_one_job_for_everybody(store, user, register, clock):
    for email in (ANN, "new@example.org", "new@example.org"):
        clock.advance(hours=1)  # since the last notice
        before = store.read(lambda tx: tx.one("SELECT count(*) FROM jobs"))[0]
        with counted(store) as statements:
            register(email)
        assert [shape(statement) for statement in statements].count("COMMIT") == 1
        assert store.read(lambda tx: tx.one("SELECT count(*) FROM jobs")) == (before + 1,)


def test_wrong_password_is_the_same_work_for_known_and_unknown(store, user):
    accounts.set_password(store, email=ANN, password=PASSWORD)
    shapes = []
    for email in (ANN, "nobody@example.org"):
        with counted(store) as statements, contextlib.suppress(Unauthenticated):
            accounts.authenticate(store, email, "wrong")
        shapes.append([shape(statement) for statement in statements])
    assert shapes[0] == shapes[1]
    assert audited(store, "sign_in.password") == [("refused", ANN), ("refused", email)]
