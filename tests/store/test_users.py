import msgspec
import pytest

from solosync.errors import Taken
from solosync.ids import new_id
from solosync.store import users
from tests.make import make_user


def find(store, user):
    return store.read(lambda tx: users.find(tx, user.user_id))


def change_profile(store, user, **changes):
    fields = {
        "full_name": user.full_name,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "username": user.username,
        "avatar_url": user.avatar_url,
    } | changes
    store.write(lambda tx: users.change_profile(tx, user.user_id, **fields))


def test_user_comes_back_as_they_were_put_in(store):
    ann = make_user(store, "ann@example.org", username="ann", is_staff=True, password_hash="hash")
    assert find(store, ann) == ann
    assert store.read(lambda tx: users.find_by_email(tx, "ann@example.org")) == ann


def test_flags_are_booleans(store):
    found = find(store, make_user(store, is_staff=False))
    assert found.is_staff is False
    assert found.is_active is True


def test_unknown_user_is_none(store):
    make_user(store)
    assert store.read(lambda tx: users.find(tx, "nobody")) is None
    assert store.read(lambda tx: users.find_by_email(tx, "nobody@example.org")) is None
    assert store.read(lambda tx: users.find_by_email(tx, "")) is None


def test_address_doesnt_mind_upper_and_lower_case(store):
    ann = make_user(store, "Ann@Example.org")
    assert store.read(lambda tx: users.find_by_email(tx, "aNN@example.ORG")) == ann


def test_address_is_given_once(store):
    ann = make_user(store, "ann@example.org")
    twin = msgspec.structs.replace(ann, user_id=new_id(), email="ANN@example.org")
    with pytest.raises(Taken) as raised:
        store.write(lambda tx: users.insert(tx, twin))
    assert raised.value.details == {"field": "email"}
    assert store.read(users.list_all) == [ann]


def test_username_is_given_once_but_many_may_have_none(store):
    make_user(store)
    make_user(store)
    make_user(store, username="ann")
    with pytest.raises(Taken) as raised:
        make_user(store, username="Ann")
    assert raised.value.details == {"field": "username"}
    other = make_user(store)
    with pytest.raises(Taken):
        change_profile(store, other, username="ANN")
    assert find(store, other) == other


def test_users_are_listed_in_the_order_they_joined(store, clock):
    first = make_user(store, "z@example.org")
    clock.advance(seconds=1)
    second = make_user(store, "a@example.org", is_active=False)
    assert store.read(users.list_all) == [first, second]


def test_profile_changes_and_nothing_else_does(store):
    ann, bob = make_user(store), make_user(store)
    change_profile(store, ann, full_name="Ann Ö.", username="ann", avatar_url="/a.png")
    assert find(store, ann) == msgspec.structs.replace(
        ann, full_name="Ann Ö.", username="ann", avatar_url="/a.png"
    )
    assert find(store, bob) == bob


@pytest.mark.parametrize(
    ("change", "field", "value"),
    [
        (users.set_password_hash, "password_hash", "other"),
        (users.set_password_hash, "password_hash", None),
        (users.set_active, "is_active", False),
        (users.set_staff, "is_staff", True),
        (users.set_last_login, "last_login_at", 99),
    ],
)
def test_one_field_of_one_user_changes(store, change, field, value):
    ann, bob = make_user(store, password_hash="hash"), make_user(store)
    store.write(lambda tx: change(tx, ann.user_id, value))
    assert find(store, ann) == msgspec.structs.replace(ann, **{field: value})
    assert find(store, bob) == bob
