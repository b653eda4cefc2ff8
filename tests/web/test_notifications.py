import pytest

from solosync import clock as clocks
from solosync.domain import api_keys, notifications, upkeep
from solosync.events import NotificationAdded
from tests.asserts import assert_problem
from tests.make import make_organization

NOTIFICATIONS = "/api/v1/notifications/"


@pytest.fixture
def tell(store, clock):
    """A second after the one before."""

    def tell(person, message="Hello", type="test.said", **fields):
        clock.advance(seconds=1)
        store.write(lambda tx: notifications.add(tx, person.user.user_id, type, message, **fields))

    return tell


def messages(person, query=""):
    response = person.get(NOTIFICATIONS + query)
    assert response.status_code == 200, response.text
    return [item["message"] for item in response.json()["data"]]


def ids(person):
    return {item["message"]: item["id"] for item in person.get(NOTIFICATIONS).json()["data"]}


def unread(person):
    return person.get(NOTIFICATIONS).json()["meta"]["unread"]


def test_one_sees_ones_own_newest_first(ann, bob, tell):
    tell(ann, "first", target_url="/first")
    tell(bob, "Bob's")
    tell(ann, "second")
    assert messages(ann) == ["second", "first"]
    item = ann.get(NOTIFICATIONS).json()["data"][1]
    assert item.keys() == {"id", "message", "type", "target_url", "read_at", "created_at"}
    assert (item["type"], item["target_url"], item["read_at"]) == ("test.said", "/first", None)
    assert ann.get(NOTIFICATIONS).json()["meta"] == {
        "next": None,
        "prev": None,
        "total": 2,
        "unread": 2,
    }


def test_list_is_sorted_filtered_and_paged(ann, tell):
    for number, type in enumerate(("b.b", "a.a", "b.b")):
        tell(ann, str(number), type)
    assert messages(ann, "?sort=created_at") == ["0", "1", "2"]
    assert messages(ann, "?sort=type,-created_at") == ["1", "2", "0"]
    assert messages(ann, "?filter[type]=b.b") == ["2", "0"]
    first = ann.get(f"{NOTIFICATIONS}?limit=2").json()
    assert messages(ann, f"?limit=2&cursor={first['meta']['next']}") == ["0"]
    assert_problem(ann.get(f"{NOTIFICATIONS}?filter[unread]=maybe"), 400)


def test_one_is_marked_read_and_unread_again(ann, tell, clock):
    tell(ann, "first")
    tell(ann, "second")
    one = f"{NOTIFICATIONS}{ids(ann)['first']}/"
    read = ann.patch(one, json={"read": True})
    assert read.status_code == 200
    assert read.json()["read_at"] is not None
    assert messages(ann, "?filter[unread]=true") == ["second"]
    assert messages(ann, "?filter[unread]=false") == ["first"]
    assert unread(ann) == 1
    clock.advance(minutes=1)
    assert ann.post(f"{one}read/").json() == read.json(), "it was read when it was read"
    assert ann.patch(one, json={"read": False}).json()["read_at"] is None
    assert unread(ann) == 2


def test_all_are_marked_read_at_once_and_others_are_not(ann, bob, tell):
    for person in (ann, ann, bob):
        tell(person)
    assert ann.post(f"{NOTIFICATIONS}read-all/").json() == {"marked": 2}
    assert ann.post(f"{NOTIFICATIONS}read-all/").json() == {"marked": 0}
    assert (unread(ann), unread(bob)) == (0, 1)


def test_nobody_marks_another_persons(ann, bob, tell):
    tell(ann, "private")
    one = f"{NOTIFICATIONS}{ids(ann)['private']}/"
    for refused in (bob.patch(one, json={"read": True}), bob.post(f"{one}read/")):
        assert_problem(refused, 404)
        assert "private" not in refused.text
    assert unread(ann) == 1


@pytest.mark.parametrize("body", [{}, {"read": None}, {"read": 1}, {"read": "true"}, []], ids=str)
def test_unusable_mark_is_refused(ann, tell, body):
    tell(ann, "one")
    assert_problem(ann.patch(f"{NOTIFICATIONS}{ids(ann)['one']}/", json=body), 400)
    assert unread(ann) == 1


def test_key_sees_what_is_about_its_organization_alone(ann, store, keys, tell):
    team = make_organization(store, ann.user)
    made = api_keys.create(
        store,
        keys,
        ann.actor,
        name="Robot",
        scopes=["notifications:read", "notifications:write"],
        organization_id=team.organization_id,
    )
    ann.post(f"{NOTIFICATIONS}read-all/")  # of the key itself
    tell(ann, "about me")
    tell(ann, "about the team", organization_id=team.organization_id)
    bearer = {"Authorization": f"Bearer {made.secret}"}
    seen = ann.client.get(NOTIFICATIONS, headers=bearer).json()
    assert seen["data"][0]["message"] == "about the team"
    assert "about me" not in str(seen)
    assert seen["meta"]["unread"] == 1
    other = f"{NOTIFICATIONS}{ids(ann)['about me']}/read/"
    assert_problem(ann.client.post(other, headers=bearer), 404)
    marked = ann.client.post(f"{NOTIFICATIONS}read-all/", headers=bearer)
    assert marked.json() == {"marked": 1}
    assert messages(ann, "?filter[unread]=true") == ["about me"]


def test_read_ones_are_forgotten_after_ninety_days_and_unread_ones_stay(
    ann, store, clock, sign_in, tell
):
    tell(ann, "read")
    tell(ann, "unread")
    ann.post(f"{NOTIFICATIONS}{ids(ann)['read']}/read/")
    for days, left in ((90, ["unread", "read"]), (1, ["unread"])):
        clock.advance(days=days)
        upkeep.drop_expired(store, clocks.now_ms())
        assert messages(sign_in(ann.user)) == left


def test_bus_is_told_after_the_commit(ann, store):
    heard: list[NotificationAdded] = []
    store.bus.subscribe(NotificationAdded, heard.append)

    def fail(tx):
        notifications.add(tx, ann.user.user_id, "test.said", "never")
        raise RuntimeError("rolled back")

    with pytest.raises(RuntimeError, match="rolled back"):
        store.write(fail)
    store.write(lambda tx: notifications.add(tx, ann.user.user_id, "test.said", "Hello"))
    assert [event.user_id for event in heard] == [ann.user.user_id]
    assert heard[0].notification_id == ids(ann)["Hello"]
