import pytest

from solosync import crypto
from solosync.domain import accounts, tokens
from solosync.errors import Invalid, NotFound, Taken, Unauthenticated
from solosync.events import DeviceRevoked, UserDeactivated
from solosync.web.limits import account_key
from tests.make import as_actor, make_actor, make_device, make_user

PASSWORD = "correct horse"


@pytest.fixture
def published(store):
    events: list[object] = []
    for kind in (DeviceRevoked, UserDeactivated):
        store.bus.subscribe(kind, events.append)
    return events


def test_new_person_owns_a_personal_organization(store):
    user = accounts.add_user(store, email=" Ann@Example.org ", password=PASSWORD, is_staff=True)
    person = accounts.get_person(store, user.user_id)
    ((organization, role),) = person.memberships
    assert person.user.email == "ann@example.org"
    assert person.user.is_staff
    assert organization.is_personal
    assert organization.owner_id == user.user_id
    assert role == "admin"


@pytest.mark.parametrize(
    "email", ["", "ann", "@", "a@", "@b", "a b@c", "a@b@c", "a\n@b", "a" * 251 + "@b.c"]
)
def test_what_is_no_address_is_refused(store, email):
    with pytest.raises(Invalid):
        accounts.add_user(store, email=email, password=PASSWORD)
    assert accounts.list_users(store) == []


@pytest.mark.parametrize("password", ["", "short", "x" * 1025])
def test_unusable_password_is_refused(store, password):
    with pytest.raises(Invalid, match="6 to 1024"):
        accounts.add_user(store, email="ann@example.org", password=password)
    assert accounts.list_users(store) == []


def test_address_is_taken_once_in_whatever_case(store):
    accounts.add_user(store, email="ann@example.org", password=None)
    with pytest.raises(Taken):
        accounts.add_user(store, email="ANN@example.org", password=None)
    assert len(accounts.list_users(store)) == 1


@pytest.mark.parametrize(
    "spelled",
    [
        "ann@\uff45xample.org",  # a full-width e
        "ann@exam\u00adple.org",  # a soft hyphen, which nobody sees
        "ann@example\u3002org",  # an ideographic full stop
        "ann@EXAMPLE.ORG.",
    ],
)
def test_spellings_of_one_mailbox_are_one_address(store, spelled):
    accounts.add_user(store, email="ann@example.org", password=None)
    with pytest.raises(Taken):
        accounts.add_user(store, email=spelled, password=None)
    assert account_key(spelled) == account_key("ann@example.org")


def test_international_domain_is_one_in_both_of_its_forms(store):
    user = accounts.add_user(store, email="анна@пошта.укр", password="long enough")
    assert user.email == "анна@пошта.укр"
    found = accounts.authenticate(store, " анна@XN--80A1ACN3A.XN--J1AMH", "long enough")
    assert found.user_id == user.user_id


@pytest.mark.parametrize("text", ["", "@", "a@" + "\u00fc" * 300, "\ud800@\udfff", "a@xn--zzzzzz"])
def test_what_is_no_address_stays_what_it_is(text):
    assert accounts.address_of(text) == text


def test_right_password_lets_in(store):
    user = accounts.add_user(store, email="ann@example.org", password=PASSWORD)
    assert accounts.authenticate(store, "ANN@example.org ", PASSWORD).user_id == user.user_id


def test_whatever_is_wrong_the_answer_is_the_same(store):
    accounts.add_user(store, email="ann@example.org", password=PASSWORD)
    accounts.add_user(store, email="gone@example.org", password=PASSWORD)
    accounts.deactivate(store, email="gone@example.org")
    make_user(store, "link@example.org")
    messages, causes = set(), set()
    for email, password in [
        ("ann@example.org", "wrong password"),
        ("ann@example.org", ""),
        ("nobody@example.org", PASSWORD),
        ("gone@example.org", PASSWORD),
        ("link@example.org", PASSWORD),
        ("link@example.org", ""),
    ]:
        with pytest.raises(Unauthenticated) as caught:
            accounts.authenticate(store, email, password)
        messages.add(caught.value.message)
        causes.add(str(caught.value.__cause__))
    assert len(messages) == 1
    assert len(causes) == 3


def test_owner_of_the_machine_is_made_once(store):
    owner = accounts.ensure_owner(store)
    assert owner.email == "owner@localhost"
    assert owner.is_staff
    assert accounts.ensure_owner(store) == owner
    assert accounts.get_owner(store) == owner
    assert len(accounts.list_users(store)) == 1


def test_owner_by_address_is_that_person(store):
    user = make_user(store, "ann@example.org")
    assert accounts.get_owner(store, "Ann@example.org").user_id == user.user_id
    with pytest.raises(NotFound):
        accounts.get_owner(store, "nobody@example.org")


def test_new_password_signs_out_everywhere(store, published):
    accounts.add_user(store, email="ann@example.org", password=PASSWORD)
    user = accounts.get_owner(store, "ann@example.org")
    devices = {make_device(store, user).device_id for _ in range(2)}
    others = make_actor(store)
    accounts.set_password(store, email="ann@example.org", password="another password")
    assert {event.device_id for event in published} == devices
    assert others.device_id not in devices
    assert accounts.authenticate(store, "ann@example.org", "another password")
    with pytest.raises(Unauthenticated):
        accounts.authenticate(store, "ann@example.org", PASSWORD)


def test_deactivation_is_told_after_it_happened(store, published):
    actor = make_actor(store, make_user(store, "ann@example.org"))
    accounts.deactivate(store, email="ann@example.org")
    assert published == [DeviceRevoked(actor.device_id), UserDeactivated(actor.user_id)]
    assert not accounts.get_person(store, actor.user_id).user.is_active


@pytest.mark.parametrize("act", [accounts.deactivate, accounts.set_password])
def test_nobody_can_be_changed(store, act, published):
    settings = {"password": PASSWORD} if act is accounts.set_password else {}
    with pytest.raises(NotFound):
        act(store, email="nobody@example.org", **settings)
    assert published == []


def test_profile_changes_what_is_given(store):
    user = make_user(store, full_name="Ann")
    accounts.change_profile(store, as_actor(user), {"username": "ann", "avatar_url": None})
    changed = accounts.get_person(store, user.user_id).user
    assert (changed.full_name, changed.username) == ("Ann", "ann")


def test_username_is_taken_once(store):
    first, second = make_user(store), make_user(store)
    accounts.change_profile(store, as_actor(first), {"username": "ann"})
    with pytest.raises(Taken):
        accounts.change_profile(store, as_actor(second), {"username": "Ann"})


def test_issued_tokens_note_the_sign_in(store, data_dir):
    user = make_user(store)
    keys = crypto.load_keys(data_dir)
    tokens.issue(
        store, keys, user, name="Laptop", kind="browser", address="10.0.0.1", way="password"
    )
    assert accounts.get_person(store, user.user_id).user.last_login_at is not None
