import pytest

from solosync.domain import audit
from solosync.records.listing import Query, Sort
from tests.asserts import assert_problem
from tests.make import make_member, make_organization
from tests.pictures import png

FEATURES = "/api/v1/admin/features/"
PRESIGN = "/api/v1/solo/uploads/presign/"


@pytest.fixture
def sam(sign_in):
    return sign_in(full_name="Sam Staff", is_staff=True)


@pytest.fixture
def put(sam):
    def put(name, **fields):
        response = sam.request("PUT", f"{FEATURES}{name}/", json={"is_on": True} | fields)
        assert response.status_code == 200, response.text
        return response.json()

    return put


def told(store):
    entries = audit.list_entries(store, Query((Sort("seq"),), {"action": "feature."}, 200)).items
    return [(entry.event.target, entry.event.parameters) for entry in entries]


def test_features_that_the_program_asks_about_are_there_and_on(sam):
    page = sam.get(FEATURES).json()
    assert [feature["name"] for feature in page["data"]] == ["exports", "thumbnails", "uploads"]
    for feature in page["data"]:
        assert feature["description"].endswith(".")
        rest = {k: v for k, v in feature.items() if k not in ("name", "description")}
        assert rest == {"is_on": True, "percentage": 100, "organizations": {}, "updated_at": None}
        assert sam.get(f"{FEATURES}{feature['name']}/").json() == feature


def test_feature_is_made_changed_and_forgotten(sam, ann, store, put):
    team = make_organization(store, ann.user).organization_id
    assert_problem(sam.get(f"{FEATURES}darkness/"), 404)
    made = put("darkness", percentage=10, organizations={team: True})
    assert (made["percentage"], made["organizations"]) == (10, {team: True})
    assert made["description"] is None
    changed = sam.patch(f"{FEATURES}darkness/", json={"percentage": 20}).json()
    assert changed["organizations"] == {team: True}
    changed = sam.patch(
        f"{FEATURES}darkness/", json={"is_on": False, "organizations": {team: None}}
    )
    assert changed.json()["organizations"] == {}
    assert changed.json()["percentage"] == 20
    assert sam.get(f"{FEATURES}darkness/").json() == changed.json()
    assert sam.get(FEATURES, params={"filter[is_on]": "false"}).json()["data"] == [changed.json()]
    assert sam.delete(f"{FEATURES}darkness/").status_code == 204
    assert_problem(sam.get(f"{FEATURES}darkness/"), 404)
    assert_problem(sam.delete(f"{FEATURES}darkness/"), 404)
    assert_problem(sam.patch(f"{FEATURES}darkness/", json={"is_on": True}), 404)
    off = {"is_on": False, "percentage": 20, "organizations": ""}
    on = {"is_on": True, "percentage": 10, "organizations": f"{team} on"}
    assert told(store) == [
        ("darkness", on),
        ("darkness", on | {"percentage": 20}),
        ("darkness", off),
        ("darkness", {"is_deleted": True}),
    ]


@pytest.mark.parametrize(
    "name, body",
    [
        ("Dark", {"is_on": True}),
        ("9", {"is_on": True}),
        ("a" * 65, {"is_on": True}),
        ("dark", {}),
        ("dark", {"is_on": "yes"}),
        ("dark", {"is_on": True, "percentage": 101}),
        ("dark", {"is_on": True, "percentage": -1}),
        ("dark", {"is_on": True, "percentage": 1.5}),
        ("dark", {"is_on": True, "organizations": {"nowhere": True}}),
        ("dark", {"is_on": True, "organizations": []}),
    ],
)
def test_what_cant_be_is_refused(sam, store, name, body):
    assert_problem(sam.request("PUT", f"{FEATURES}{name}/", json=body), 400)
    assert sam.get(FEATURES).json()["meta"]["total"] == 3
    assert told(store) == []


def test_exports_are_really_off(ann, put, sam):
    board = ann.make_board()
    url = f"/api/v1/solo/sessions/{board['id']}/export/"
    assert ann.post(url, json={"format": "json"}).status_code == 201
    put("exports", is_on=False)
    problem = assert_problem(ann.post(url, json={"format": "json"}), 403, code="feature_off")
    assert problem["feature"] == "exports"
    files = {"file": ("a.png", png(), "image/png")}
    assert_problem(ann.post(url, data={"format": "png"}, files=files), 403, code="feature_off")
    assert ann.get(f"{url[:-1]}s/").json()["count"] == 1
    sam.delete(f"{FEATURES}exports/")
    assert ann.post(url, json={"format": "json"}).status_code == 201


def test_uploads_are_really_off(ann, client, put, sam):
    board = ann.make_board()
    picture = png()
    body = {
        "session_id": board["id"],
        "content_type": "image/png",
        "size_bytes": len(picture),
    }
    prepared = ann.post(PRESIGN, json=body).json()
    put("uploads", is_on=False)
    assert_problem(ann.post(PRESIGN, json=body), 403, code="feature_off")
    # Nor by an address that was given out before.
    refused = client.put(prepared["upload_url"], content=picture, headers=prepared["headers"])
    assert_problem(refused, 403, code="feature_off")
    sam.patch(f"{FEATURES}uploads/", json={"is_on": True})
    done = client.put(prepared["upload_url"], content=picture, headers=prepared["headers"])
    assert done.status_code == 200
    put("uploads", is_on=False)
    assert client.get(prepared["cdn_url"]).status_code == 200


def test_thumbnails_are_really_off(ann, put):
    board = ann.make_board()
    put("thumbnails", is_on=False)
    refused = ann.post(f"/api/v1/solo/sessions/{board['id']}/thumbnail/")
    assert_problem(refused, 403, code="feature_off")


def test_one_organization_has_it_its_own_way(ann, bob, store, put):
    team = make_organization(store, ann.user)
    make_member(store, team, bob.user, "member")
    put("exports", is_on=False, organizations={team.organization_id: True})
    theirs = ann.make_board(organization_id=team.organization_id)
    own = bob.make_board()
    for board, status in ((theirs, 201), (own, 403)):
        url = f"/api/v1/solo/sessions/{board['id']}/export/"
        assert bob.post(url, json={"format": "json"}).status_code == status


def test_strangers_dont_learn_what_is_off(bob, ann, put):
    board = ann.make_board()
    put("exports", is_on=False)
    assert_problem(bob.post(f"/api/v1/solo/sessions/{board['id']}/export/", json={}), 404)
