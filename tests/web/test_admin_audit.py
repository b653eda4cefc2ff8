from solosync import crypto
from solosync.clock import iso, now_ms
from solosync.domain import audit, audit_chain
from tests.asserts import assert_problem

AUDIT = "/api/v1/admin/audit/"


def staff(sign_in):
    return sign_in(full_name="Sam Staff", is_staff=True)


def actions(response):
    assert response.status_code == 200, response.text
    return [entry["action"] for entry in response.json()["data"]]


def test_staff_see_who_did_what(ann, sign_in, store, keys):
    sam = staff(sign_in)
    headers = {"X-Request-ID": "request-1"}
    body = {"format": "json"}
    board = ann.make_board()
    url = f"/api/v1/solo/sessions/{board['id']}/export/"
    export = ann.post(url, json=body, headers=headers).json()["id"]
    entry = sam.get(AUDIT).json()["data"][0]
    newest = audit_chain.verify(store, keys).newest
    assert entry["created_at"] <= iso(now_ms())
    assert {name: value for name, value in entry.items() if name not in ("created_at", "hash")} == {
        "seq": newest.seq - 1,  # this look came after it
        "action": "export.request",
        "outcome": "done",
        "actor_id": ann.user.user_id,
        "device_id": ann.actor.device_id,
        "target": export,
        "organization_id": None,
        "parameters": {"format": "json", "session": board["id"]},
        "address": "testclient",
        "request_id": "request-1",
    }
    assert len(bytes.fromhex(entry["hash"])) == 32


def test_exports_are_told_from_asking_to_deleting(ann, client, sign_in):
    sam = staff(sign_in)
    board = ann.make_board()
    url = f"/api/v1/solo/sessions/{board['id']}/export/"
    export = ann.post(url, json={"format": "json"}, headers={"Idempotency-Key": "k"}).json()
    ann.post(url, json={"format": "json"}, headers={"Idempotency-Key": "k"})  # the same one
    etag = client.get(export["file_url"]).headers["etag"]
    client.get(export["file_url"], headers={"Range": "bytes=1-"})
    assert client.get(export["file_url"], headers={"If-None-Match": etag}).status_code == 304
    assert client.get(f"{export['file_url']}x").status_code == 403
    ann.delete(f"/api/v1/exports/{export['id']}/")
    found = sam.get(AUDIT, params={"filter[action]": "export.", "sort": "seq"})
    assert actions(found) == [
        "export.request",
        "export.download",
        "export.download",
        "export.delete",
    ]
    assert {entry["target"] for entry in found.json()["data"]} == {export["id"]}


def test_entries_are_found_by_actor_action_outcome_and_time(ann, bob, sign_in, store):
    sam = staff(sign_in)
    before = iso(now_ms() - 60_000)
    refused = audit.event("sign_in.password", target="x@example.org", outcome="refused")
    store.write(lambda tx: audit.record(tx, refused))
    by_ann = sam.get(AUDIT, params={"filter[actor]": ann.user.user_id})
    assert actions(by_ann) == ["sign_in.password"]
    by_address = sam.get(AUDIT, params={"filter[actor]": ann.user.email.upper()})
    assert by_address.json()["data"] == by_ann.json()["data"]
    tried = sam.get(AUDIT, params={"filter[outcome]": "refused"}).json()["data"]
    assert [(entry["target"], entry["actor_id"]) for entry in tried] == [("x@example.org", None)]
    signed_in = {"filter[action]": "sign_in.", "filter[since]": before}
    assert len(actions(sam.get(AUDIT, params=signed_in))) == 4
    assert len(actions(sam.get(AUDIT, params={"filter[action]": "sign_in"}))) == 4
    assert actions(sam.get(AUDIT, params=signed_in | {"filter[until]": before})) == []
    assert actions(sam.get(AUDIT, params={"filter[target]": "x@example.org"})) == [
        "sign_in.password"
    ]
    assert_problem(sam.get(AUDIT, params={"filter[action]": "sign_in.*"}), 400)
    assert_problem(sam.get(AUDIT, params={"filter[since]": "yesterday"}), 400)
    assert_problem(sam.get(AUDIT, params={"sort": "action"}), 400)


def test_pages_go_on_while_rows_are_added(sign_in, store):
    sam = staff(sign_in)
    for number in range(10):
        event = audit.event("thing.done", target=str(number))
        store.write(lambda tx, event=event: audit.record(tx, event))
    wanted = {"filter[action]": "thing.", "limit": 4}
    seen: list[str] = []
    cursor = None
    while True:
        page = sam.get(AUDIT, params=wanted | ({"cursor": cursor} if cursor else {})).json()
        seen += [entry["target"] for entry in page["data"]]
        cursor = page["meta"]["next"]
        if cursor is None:
            break
        more = audit.event("thing.done", target="late")
        store.write(lambda tx, more=more: audit.record(tx, more))
    assert seen == [str(number) for number in reversed(range(10))]


def test_every_admin_action_is_told_and_the_chain_stays_whole(ann, sign_in, store, data_dir):
    sam = staff(sign_in)
    admin = "/api/v1/admin"
    asked = [
        ("GET", f"{admin}/metrics/summary", None),
        ("GET", f"{admin}/metrics/storage", None),
        ("GET", f"{admin}/jobs/", None),
        ("POST", f"{admin}/jobs/", {"task": "solo.empty_trash"}),
        ("GET", f"{admin}/features/", None),
        ("GET", f"{admin}/features/exports/", None),
        ("PUT", f"{admin}/features/exports/", {"is_on": True}),
        ("PATCH", f"{admin}/features/exports/", {"percentage": 50}),
        ("DELETE", f"{admin}/features/exports/", None),
        ("GET", f"{admin}/users/", None),
        ("PATCH", f"{admin}/users/{ann.user.user_id}/", {"is_staff": True}),
        ("GET", f"{admin}/audit/", None),
    ]
    for method, path, body in asked:
        response = sam.request(method, path, json=body)
        assert response.status_code < 300, response.text
    found = sam.get(AUDIT, params={"filter[actor]": sam.user.user_id, "sort": "seq"})
    assert actions(found) == [
        "sign_in.password",
        "admin.metrics",
        "admin.metrics",
        "admin.jobs",
        "job.run",
        "admin.features",
        "admin.features",
        "feature.change",
        "feature.change",
        "feature.change",
        "admin.users",
        "account.staff",
        "admin.audit",
    ]
    ids = {entry["request_id"] for entry in found.json()["data"][1:]}
    assert len(ids) == len(asked)
    assert audit_chain.verify(store, crypto.load_keys(data_dir)).newest.seq >= len(asked)
