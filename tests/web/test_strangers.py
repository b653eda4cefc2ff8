"""What isn't one's own isn't there: every route of the application, asked by somebody else.

The routes come from the application itself, so a new one is asked too; a new kind of id in a path
has to be added to `Ids`.
"""

import itertools
import queue
import random
import re
from urllib.parse import urlsplit

import pytest
from litestar.routes import HTTPRoute

from solosync.events import JobSettled
from solosync.ids import new_id
from solosync.store import organizations
from solosync.web.auth import public, staff
from tests.make import make_member, make_organization
from tests.servers import PATIENCE_SECONDS
from tests.web.conftest import BOARDS

SECRET = "s3cret"
# These addresses are random or sealed, and are meant to be passed on: knowing one is all it takes.
ADDRESSES = {"/files/{name}"}
NO_IDS = {"rev": ("0", "99")}
NONSENSE = ("x", "0", "-1", "None", "%00", "%2e%2e", "é", "x" * 3000)
# Fits every route: what it has no use for, it leaves alone.
BODY = {
    "name": "Mine",
    "role": "admin",
    "email": "mine@example.org",
    "read": True,
    "state": {"pages": []},
    "base_rev": 0,
    "ops": [{"op": "add", "path": "/x", "value": 1}],
    "format": "json",
    "scopes": ["sessions:read"],
    "is_active": False,
    "is_staff": True,
    "is_on": True,
    "percentage": 100,
    "task": "solo.drop_expired",
}
# And every page's.
FORM = {"name": "Mine", "format": "json"}


class Ids(dict):
    """The values of path parameters, by their names."""

    def __missing__(self, name):
        raise AssertionError(f"a route's path names a {name!r}: say here what Ann's is")


@pytest.fixture
def team(ann, store):
    return make_organization(store, ann.user, name=SECRET)


@pytest.fixture
def anns(ann, store, team):
    """Ann has one of everything that has an id; all that had to be done for it is done."""
    settled: queue.SimpleQueue[JobSettled] = queue.SimpleQueue()
    store.bus.subscribe(JobSettled, settled.put)
    in_team = {"organization_id": team.organization_id}
    board = ann.make_board({"secret": SECRET}, name=SECRET, **in_team)
    export = ann.post(f"{BOARDS}{board['id']}/export/", json={"format": "json"}).json()
    ann.post(f"{BOARDS}{board['id']}/thumbnail/")
    upload = ann.post(
        "/api/v1/solo/uploads/presign/",
        json={"session_id": board["id"], "content_type": "image/png", "size_bytes": 9},
    ).json()
    path = f"/api/v1/organizations/{team.organization_id}/invitations/"
    invitation = ann.post(path, json={"email": f"{SECRET}@example.org", "role": "admin"}).json()
    key = ann.post(
        "/api/v1/api-keys/", json={"name": SECRET, "scopes": ["sessions:read"], **in_team}
    ).json()
    notification = ann.get("/api/v1/notifications/").json()["data"][0]
    job_ids = store.read(lambda tx: [job_id for (job_id,) in tx.all("SELECT job_id FROM jobs")])
    for _ in job_ids:
        settled.get(timeout=PATIENCE_SECONDS)
    return Ids(
        session_id=board["id"],
        export_id=export["id"],
        organization_id=team.organization_id,
        user_id=ann.user.user_id,
        invitation_id=invitation["id"],
        notification_id=notification["id"],
        device_id=ann.actor.device_id,
        key_id=key["id"],
        job_id=job_ids[0],
        file_id=urlsplit(upload["upload_url"]).path.split("/")[-1],
        name=f"{board['id']}-{'A' * 32}.webp",
        token=new_id(),  # whoever has a real one may use it
    )


@pytest.fixture
def handlers(client):
    """(method, path) to handler."""
    return {
        (method, route.path_format): handler
        for route in client.app.routes
        if isinstance(route, HTTPRoute)
        for method, (handler, _) in route.route_handler_map.items()
        if method != "OPTIONS" and route.path_format not in ADDRESSES
    }


@pytest.fixture
def contents(store):
    """All that is in the database, but for what tells of the requests themselves."""
    told = {"audit", "remembered_answers"}

    def contents():
        def read(tx):
            tables = tx.all("SELECT name FROM sqlite_schema WHERE type = 'table'")
            return {
                name: sorted(map(repr, tx.all(f'SELECT * FROM "{name}"')))
                for (name,) in tables
                if name not in told and name != "devices"
            } | {
                "devices": tx.all(
                    "SELECT device_id, name, revoked_at FROM devices ORDER BY device_id"
                )
            }

        return store.read(read)

    return contents


def parameters(path):
    return re.findall(r"\{(\w+)\}", path)


def ask(person, method, path, ids):
    """The status, and the answer without what any two requests differ in."""
    address = re.sub(r"\{(\w+)\}", lambda match: ids[match[1]], path)
    headers = {"If-Match": 'W/"rev:0"', "X-Request-Id": "r"}
    kind = {"json": BODY} if path.startswith("/api/") else {"data": FORM}
    settings = {} if method in ("GET", "DELETE") else kind
    response = person.request(
        method, f"{address}/", headers=headers, follow_redirects=False, **settings
    )
    text = response.text
    for given in sorted(set(ids.values()), key=len, reverse=True):
        text = text.replace(given, "…") if len(given) > 5 else text
    return response.status_code, text


def random_ids(names):
    return Ids(
        {name: random.choice(NO_IDS[name]) if name in NO_IDS else new_id() for name in names}
    )


def variants(names, theirs, own):
    """All ways to fill a path with their ids and one's own, as long as one of theirs is in it."""
    secrets = [name for name in names if name not in NO_IDS]
    for chosen in itertools.product((theirs, own), repeat=len(secrets)):
        sources = dict(zip(secrets, chosen, strict=True))
        if theirs in chosen and all(name in source for name, source in sources.items()):
            filled = {name: source[name] for name, source in sources.items()}
            for rev in NO_IDS["rev"] if "rev" in names else ("",):
                yield Ids(filled | {"rev": rev} if rev else filled)


def assert_closed(person, handlers, theirs, own):
    asked = 0
    for (method, path), handler in sorted(handlers.items()):
        names = parameters(path)
        if not set(names) - set(NO_IDS):
            continue
        guards = handler.resolve_guards()
        for ids in variants(names, theirs, own):
            status, text = ask(person, method, path, ids)
            where = f"{method} {path} with {ids}: {status} {text}"
            assert SECRET not in text, where
            if staff in guards:
                assert status == 403, where
            elif public not in guards:
                assert status == 404, where
            unknown = Ids(ids | {name: new_id() for name in ids if ids[name] == theirs.get(name)})
            assert ask(person, method, path, unknown) == (status, text), where
            asked += 1
    assert asked > 40
    return asked


def test_strangers_find_nothing_and_change_nothing(ann, bob, sign_in, handlers, anns, contents):
    own = {
        "organization_id": bob.get("/api/v1/organizations/").json()["data"][0]["id"],
        "session_id": bob.make_board()["id"],
    }
    before = contents()
    assert_closed(bob, handlers, anns, own)
    assert contents() == before
    assert ann.get(f"{BOARDS}{anns['session_id']}/").json()["name"] == SECRET


def test_nonsense_for_ids_is_not_found_either(bob, handlers, contents):
    before = contents()
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    choose = random.Random(seed)
    for (method, path), handler in sorted(handlers.items()):
        names = parameters(path)
        if not names or public in handler.resolve_guards():
            continue
        for _ in range(3):
            ids = Ids({name: choose.choice(NONSENSE) for name in names})
            status, text = ask(bob, method, path, ids)
            assert status in ((403,) if staff in handler.resolve_guards() else (400, 404)), (
                f"{method} {path} with {ids}: {status} {text}"
            )
    assert contents() == before


def test_lists_and_pages_of_a_stranger_hold_nothing_of_anns(bob, handlers, anns):
    private = {value for value in anns.values() if len(value) > 20} | {SECRET}
    for (method, path), handler in sorted(handlers.items()):
        if method == "GET" and not parameters(path):
            response = bob.get(f"{path}/", follow_redirects=False)
            assert not [word for word in private if word in response.text], path
            if staff in handler.resolve_guards():
                assert response.status_code == 403, path


@pytest.mark.parametrize(
    "path, body",
    [
        (BOARDS, {"name": "Mine"}),
        ("/api/v1/api-keys/", {"name": "Mine", "scopes": ["sessions:read"]}),
        ("/api/v1/solo/uploads/presign/", {"content_type": "image/png", "size_bytes": 9}),
    ],
)
def test_ids_in_bodies_are_no_way_in(bob, anns, contents, path, body):
    before = contents()
    for ids in (anns, random_ids(anns)):
        response = bob.post(path, json=ids | body)
        assert response.status_code == 404, response.text
        assert SECRET not in response.text
    assert contents() == before


def test_owner_of_ones_own_is_nobody_from_outside(ann, bob, anns, contents):
    own = bob.post("/api/v1/organizations/", json={"name": "Mine"}).json()["id"]
    before = contents()
    answers = [
        bob.patch(f"/api/v1/organizations/{own}/", json={"owner": owner})
        for owner in (ann.user.user_id, new_id())
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert contents() == before


def test_who_was_removed_is_a_stranger_at_once(ann, bob, store, handlers, team, anns, contents):
    make_member(store, team, bob.user, "admin")
    bob.patch(f"{BOARDS}{anns['session_id']}/", json={"state": {"secret": SECRET}})
    made = bob.post(f"{BOARDS}{anns['session_id']}/export/", json={"format": "json"}).json()
    key = bob.post(
        "/api/v1/api-keys/",
        json={
            "name": SECRET,
            "scopes": ["sessions:read"],
            "organization_id": team.organization_id,
        },
    ).json()
    assert bob.get(f"/api/v1/exports/{made['id']}/").status_code == 200
    path = f"/api/v1/organizations/{team.organization_id}/members/{bob.user.user_id}/"
    assert ann.delete(path).status_code == 204
    before = contents()
    assert_closed(bob, handlers, anns, {})
    assert_closed(bob, handlers, Ids(anns | {"export_id": made["id"], "key_id": key["id"]}), {})
    assert contents() == before


def test_billing_finds_no_boards(ann, bob, store, handlers, team, anns, contents):
    make_member(store, team, bob.user, "billing")
    boards = {route: handler for route, handler in handlers.items() if "session_id" in route[1]}
    before = contents()
    for (method, path), _ in sorted(boards.items()):
        for ids in variants(parameters(path), anns, {}):
            status, text = ask(bob, method, path, ids)
            assert (status, SECRET in text) == (404, False), f"{method} {path}: {text}"
    assert contents() == before
    role = store.read(
        lambda tx: organizations.find_role(tx, team.organization_id, bob.user.user_id)
    )
    assert role == "billing"
