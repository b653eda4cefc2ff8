"""Every route, asked by everybody: who gets what, and that no answer tells what it shouldn't."""

import base64
import json
import re
import shutil

import pytest
from litestar.routes import HTTPRoute

from solosync import paths
from solosync.store.engine import Store
from solosync.web.auth import public, signed_in, staff
from solosync.web.documented import SCOPE
from tests.sweep import SECRET, world

# bob is nobody's colleague; mel, bea and ann are a member, for billing and the admin of the team
# whose things are asked for; sid is staff. A key is Ann's, or Sid's where only staff may, with the
# scope that the route names, or with all others.
WHO = ("nobody", "bob", "mel", "bea", "ann", "sid", "other key", "key")
TABLE = """
GET    /api/v1/me                                                           401 200 200 200 200 200 403 200
PATCH  /api/v1/me                                                           401 200 200 200 200 200 403 403
GET    /api/v1/devices                                                      401 200 200 200 200 200 403 403
PATCH  /api/v1/devices/{device_id}                                          401 404 404 404 200 404 403 403
DELETE /api/v1/devices/{device_id}                                          401 404 404 404 204 404 403 403
POST   /api/v1/devices/pair                                                 401 201 201 201 201 201 403 403
GET    /api/v1/api-keys                                                     401 200 200 200 200 200 403 403
POST   /api/v1/api-keys                                                     401 201 201 201 201 201 403 403
GET    /api/v1/api-keys/{key_id}                                            401 404 404 404 200 404 403 403
PATCH  /api/v1/api-keys/{key_id}                                            401 404 404 404 200 404 403 403
POST   /api/v1/api-keys/{key_id}/rotate                                     401 404 404 404 200 404 403 403
DELETE /api/v1/api-keys/{key_id}                                            401 404 404 404 204 404 403 403

GET    /api/v1/organizations                                                401 200 200 200 200 200 403 200
POST   /api/v1/organizations                                                401 201 201 201 201 201 403 403
GET    /api/v1/organizations/{organization_id}                              401 404 200 200 200 404 403 200
PATCH  /api/v1/organizations/{organization_id}                              401 404 403 403 200 404 403 200
DELETE /api/v1/organizations/{organization_id}                              401 404 403 403 204 404 403 403
GET    /api/v1/organizations/{organization_id}/members                      401 404 200 200 200 404 403 200
PATCH  /api/v1/organizations/{organization_id}/members/{user_id}            401 404 403 403 200 404 403 200
DELETE /api/v1/organizations/{organization_id}/members/{user_id}            401 404 403 403 204 404 403 204
GET    /api/v1/organizations/{organization_id}/invitations                  401 404 403 403 200 404 403 200
POST   /api/v1/organizations/{organization_id}/invitations                  401 404 403 403 201 404 403 201
DELETE /api/v1/organizations/{organization_id}/invitations/{invitation_id}  401 404 403 403 204 404 403 204
POST   /api/v1/invitations/accept                                           401 410 410 410 410 410 403 403

GET    /api/v1/notifications                                                401 200 200 200 200 200 403 200
PATCH  /api/v1/notifications/{notification_id}                              401 404 404 404 200 404 403 200
POST   /api/v1/notifications/{notification_id}/read                         401 404 404 404 200 404 403 200
POST   /api/v1/notifications/read-all                                       401 200 200 200 200 200 403 200

GET    /api/v1/solo/sessions                                                401 200 200 200 200 200 403 200
POST   /api/v1/solo/sessions                                                401 201 201 201 201 201 403 201
GET    /api/v1/solo/sessions/{session_id}                                   401 404 200 404 200 404 403 200
PATCH  /api/v1/solo/sessions/{session_id}                                   401 404 200 404 200 404 403 200
DELETE /api/v1/solo/sessions/{session_id}                                   401 404 204 404 204 404 403 204
POST   /api/v1/solo/sessions/{session_id}/restore                           401 404 200 404 200 404 403 200
POST   /api/v1/solo/sessions/{session_id}/duplicate                         401 404 201 404 201 404 403 201
PATCH  /api/v1/solo/sessions/{session_id}/diff                              401 404 200 404 200 404 403 200
POST   /api/v1/solo/sessions/{session_id}/save-stream                       401 404 202 404 202 404 403 202
POST   /api/v1/solo/sessions/{session_id}/beacon                            401 404 204 404 204 404 403 204
GET    /api/v1/solo/sessions/{session_id}/versions                          401 404 200 404 200 404 403 200
GET    /api/v1/solo/sessions/{session_id}/versions/{rev}                    401 404 200 404 200 404 403 200
POST   /api/v1/solo/sessions/{session_id}/versions/{rev}/restore            401 404 200 404 200 404 403 200
GET    /api/v1/solo/sessions/{session_id}/set-aside                         401 404 200 404 200 404 403 200
POST   /api/v1/solo/sessions/{session_id}/export                            401 404 201 404 201 404 403 201
GET    /api/v1/solo/sessions/{session_id}/exports                           401 404 200 404 200 404 403 200
POST   /api/v1/solo/sessions/{session_id}/thumbnail                         401 404 200 404 200 404 403 200
GET    /boards/{session_id}/draw                                            401 404 200 404 200 404 403 403
POST   /api/v1/solo/sessions/{session_id}/share                             401 404 201 404 201 404 403 201
GET    /api/v1/solo/sessions/{session_id}/share                             401 404 200 404 200 404 403 200
DELETE /api/v1/solo/sessions/{session_id}/share                             401 404 204 404 204 404 403 204
GET    /api/v1/solo/sessions/{session_id}/share/access                      401 404 200 404 200 404 403 200
GET    /api/v1/solo/shares                                                  401 200 200 200 200 200 403 200
DELETE /api/v1/solo/shares/{share_id}                                       401 404 204 404 204 404 403 204
POST   /api/v1/solo/uploads/presign                                         401 404 200 404 200 404 403 200
GET    /api/v1/exports/{export_id}                                          401 404 404 404 200 404 403 200
DELETE /api/v1/exports/{export_id}                                          401 404 404 404 204 404 403 204

GET    /devices                                                             401 200 200 200 200 200 403 403
POST   /devices/{device_id}/rename                                          401 404 404 404 303 404 403 403
POST   /devices/{device_id}/sign-out                                        401 404 404 404 303 404 403 403
GET    /links                                                               401 200 200 200 200 200 403 403
POST   /links/{share_id}/end                                                401 404 303 404 303 404 403 403
GET    /settings                                                            401 200 200 200 200 200 403 403
POST   /settings                                                            401 303 303 303 303 303 403 403
POST   /settings/password                                                   401 303 303 303 303 303 403 403
GET    /trash                                                               401 200 200 200 200 200 403 403
POST   /boards                                                              401 303 303 303 303 303 403 403
POST   /boards/import                                                       401 400 400 400 400 400 403 403
GET    /boards/{session_id}                                                 401 404 200 404 200 404 403 403
POST   /boards/{session_id}/rename                                          401 404 303 404 303 404 403 403
POST   /boards/{session_id}/duplicate                                       401 404 303 404 303 404 403 403
POST   /boards/{session_id}/trash                                           401 404 303 404 303 404 403 403
POST   /boards/{session_id}/restore                                         401 404 303 404 303 404 403 403
POST   /boards/{session_id}/share                                           401 404 303 404 303 404 403 403
POST   /boards/{session_id}/unshare                                         401 404 303 404 303 404 403 403
POST   /boards/{session_id}/export                                          401 404 303 404 303 404 403 403
POST   /boards/{session_id}/picture                                         401 404 303 404 303 404 403 403
POST   /boards/{session_id}/versions/{rev}/restore                          401 404 303 404 303 404 403 403
GET    /devices/add                                                         401 200 200 200 200 200 403 403
POST   /devices/add                                                         401 200 200 200 200 200 403 403

GET    /api/v1/admin/metrics/summary                                        401 403 403 403 403 200 403 200
GET    /api/v1/admin/metrics/storage                                        401 403 403 403 403 200 403 200
GET    /api/v1/admin/jobs                                                   401 403 403 403 403 200 403 200
POST   /api/v1/admin/jobs                                                   401 403 403 403 403 202 403 202
POST   /api/v1/admin/jobs/{job_id}/retry                                    401 403 403 403 403 202 403 202
GET    /api/v1/admin/features                                               401 403 403 403 403 200 403 200
GET    /api/v1/admin/features/{name}                                        401 403 403 403 403 200 403 200
PUT    /api/v1/admin/features/{name}                                        401 403 403 403 403 200 403 200
PATCH  /api/v1/admin/features/{name}                                        401 403 403 403 403 200 403 200
DELETE /api/v1/admin/features/{name}                                        401 403 403 403 403 204 403 204
GET    /api/v1/admin/users                                                  401 403 403 403 403 200 403 200
PATCH  /api/v1/admin/users/{user_id}                                        401 403 403 403 403 200 403 200
GET    /api/v1/admin/tunnel                                                 401 403 403 403 403 200 403 200
PUT    /api/v1/admin/tunnel                                                 401 403 403 403 403 200 403 200
POST   /admin/tunnel                                                        401 403 403 403 403 303 403 403
GET    /admin/people                                                        401 403 403 403 403 200 403 403
POST   /admin/people/{user_id}                                              401 403 403 403 403 303 403 403
POST   /admin/invitations                                                   401 403 403 403 403 404 403 403
POST   /admin/invitations/{invitation_id}/revoke                            401 403 403 403 403 404 403 403
GET    /api/v1/admin/audit                                                  401 403 403 403 403 200 403 200
"""  # noqa: E501 - a table
# The same for everybody; asked with what proves nothing.
FOR_ALL = """
POST   /api/auth/jwt/token       401
POST   /api/auth/jwt/refresh     401
POST   /api/auth/jwt/verify      401
POST   /api/auth/magic/request   202
POST   /api/auth/magic/verify    400
GET    /api/auth/openid/start    404
GET    /api/auth/openid/callback 404
POST   /api/v1/devices/claim     400
POST   /api/register             403
POST   /api/request-otp          200
POST   /api/verify-otp           400
POST   /api/refresh              401
GET    /api/v1/solo/public/{token} 404
POST   /api/v1/solo/public/{token}/view 404
GET    /api/schema               200
GET    /api/docs                 200
GET    /health/live              200
GET    /health/ready             200
GET    /metrics                  404
GET    /                         200
GET    /register                 403
POST   /register                 403
POST   /language                 400
POST   /sign-in                  401
POST   /sign-in/code             400
POST   /sign-in/verify           400
GET    /magic-verify             400
POST   /magic-verify             400
GET    /link/{token}             410
POST   /link/{token}             410
GET    /invitation/{token}       410
POST   /invitation/{token}       410
GET    /certificate.crt          404
GET    /pair                     200
POST   /pair                     400
GET    /solo/shared/{token}      404
POST   /solo/shared/{token}      404
GET    /solo/shared/{token}/picture 404
GET    /solo/shared/{token}/preview.png 404
GET    /solo/shared/{token}/download 404
PUT    /uploads/{file_id}        403
GET    /files/{name}             404
GET    /thumbnails/{name}        404
GET    /exports/{export_id}      403
GET    /static/{name}            200
GET    /manifest.webmanifest     200
GET    /worker.js                200
GET    /offline                  200
POST   /sign-out                 303
POST   /api/logout               200
"""
# What nobody has any use for, unless to do harm.
NEVER = (
    *("password_hash", "token_hash", "code_hash", "link_hash", "$argon2", "Traceback", "sqlite3"),
    *("SELECT ", "solosync/", ".py"),
)
KEY = re.compile(r"(?:sk_live|dev)_[\w-]{20,}")


def rows(table):
    return [
        (method, path, tuple(map(int, statuses)))
        for line in table.splitlines()
        if line
        for method, path, *statuses in [line.split()]
    ]


def on_a_line(route):
    return " ".join(route[:2])


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory, migrated_database):
    folder = tmp_path_factory.mktemp("sweep") / "data"
    folder.mkdir(mode=0o700)
    shutil.copyfile(migrated_database, folder / paths.DATABASE_NAME)
    return folder


@pytest.fixture(scope="module")
def everybody(data_dir):
    with (
        Store.open(data_dir / paths.DATABASE_NAME, migrate=False) as store,
        world(data_dir, store) as made,
    ):
        yield made


@pytest.fixture(scope="module")
def handlers(everybody):
    """(method, path) to handler."""
    return {
        (method, route.path_format): handler
        for route in everybody.client.app.routes
        if isinstance(route, HTTPRoute)
        for method, (handler, _) in route.route_handler_map.items()
        if method != "OPTIONS"
    }


@pytest.fixture(scope="module")
def answers(everybody, handlers):
    """(method, path, who) to the answer."""
    found = {}
    for method, path, statuses in rows(TABLE) + rows(FOR_ALL):
        scope = handlers[method, path].opt.get(SCOPE)
        for who in WHO if len(statuses) == len(WHO) else ("nobody", "bob"):
            everybody.forget_tries()
            found[method, path, who] = everybody.ask(who, method, path, scope=scope)
    return found


def test_every_route_is_in_one_of_the_tables(handlers):
    listed = [(method, path) for method, path, _ in rows(TABLE) + rows(FOR_ALL)]
    assert len(listed) == len(set(listed))
    assert set(listed) == handlers.keys()


def test_every_route_says_who_may_ask(handlers):
    for method, path, _ in rows(FOR_ALL):
        assert handlers[method, path].resolve_guards() == [public], (method, path)
    for method, path, _ in rows(TABLE):
        guard = staff if "/admin/" in path else signed_in
        assert handlers[method, path].resolve_guards() == [guard], (method, path)


@pytest.mark.parametrize("method, path, statuses", rows(TABLE), ids=map(on_a_line, rows(TABLE)))
def test_each_gets_what_the_table_says(answers, method, path, statuses):
    assert tuple(answers[method, path, who].status_code for who in WHO) == statuses


@pytest.mark.parametrize("method, path, statuses", rows(FOR_ALL), ids=map(on_a_line, rows(FOR_ALL)))
def test_all_get_the_same(answers, method, path, statuses):
    for who in ("nobody", "bob"):
        assert (answers[method, path, who].status_code,) == statuses


def test_nothing_of_the_team_is_told_to_those_outside(answers):
    for (method, path, who), answer in answers.items():
        is_outside = who in ("nobody", "bob") or (who == "sid" and "/admin/" not in path)
        if is_outside or answer.status_code in (401, 403, 404):
            assert SECRET not in told(answer), (method, path, who)


def test_what_is_not_theirs_is_not_there(answers):
    for (method, path, who), answer in answers.items():
        if answer.status_code == 404 and path.startswith("/api/v1"):
            detail = answer.json()["detail"]
            is_plain = detail.startswith("There is no such ") or detail == "Export not found"
            assert is_plain, (method, path, who, detail)


def test_no_answer_holds_a_secret_that_is_kept(answers, everybody, data_dir):
    kept = list(secrets(everybody.store, data_dir))
    assert len(kept) > 100
    everything = "\n".join(map(told, answers.values()))
    for where, secret in kept:
        assert secret not in everything, where


def test_no_answer_tells_of_the_insides(answers):
    for (method, path, who), answer in answers.items():
        for word in NEVER:
            # The pages' own scripts and licences may speak of what they like.
            assert path.startswith("/static/") or word not in told(answer), (method, path, who)


def test_keys_and_device_tokens_are_shown_once(answers):
    for (method, path, who), answer in answers.items():
        may_show = answer.status_code < 300 and method == "POST"
        may_show &= path in ("/api/v1/api-keys", "/api/v1/api-keys/{key_id}/rotate")
        assert bool(KEY.search(told(answer))) == may_show, (method, path, who)


def test_every_answer_has_its_request_id_and_is_kept_by_nobody(answers):
    for (method, path, who), answer in answers.items():
        assert answer.headers["x-request-id"], (method, path, who)
        assert answer.headers["x-content-type-options"] == "nosniff"
        if path.startswith("/api/"):
            assert answer.headers["cache-control"] in ("no-store", "no-cache"), (method, path, who)


def test_another_sites_page_can_write_nothing_by_cookie(everybody, handlers):
    cookies = {"Cookie": f"access_token={everybody.bearers['ann']}"}
    before = everybody.count_changes()
    for method, path, _ in rows(TABLE):
        if method == "GET":
            continue
        headers = cookies | {"Origin": "https://evil.example"}
        url = re.sub(r"\{\w+\}", "x", path)
        response = everybody.client.request(method, url, headers=headers)
        assert response.status_code == 403, (method, path)
    assert everybody.count_changes() == before


def told(answer):
    headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
    return f"{headers}\n{answer.text}"


def secrets(store, data_dir):
    """Where it stands, and how it would look in an answer."""
    for text in strings(json.loads((data_dir / "keys.json").read_text())):
        if len(text) >= 16:
            yield "keys.json", text

    def read(tx):
        for (table,) in tx.all("SELECT name FROM sqlite_schema WHERE type = 'table'"):
            for _, column, *_ in tx.all(f'PRAGMA table_info("{table}")'):
                is_secret = re.search("hash|token|secret|sealed|fields|password", column)
                # The audit log's hashes are there to be noted down; sums of pictures are no secret.
                if is_secret and (table, column) != ("audit", "hash"):
                    for (value,) in tx.all(f'SELECT "{column}" FROM "{table}"'):
                        yield from ((f"{table}.{column}", form) for form in forms(value))

    yield from store.read(lambda tx: list(read(tx)))


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings(part)


def forms(value):
    if isinstance(value, bytes) and len(value) >= 16:
        yield value.hex()
        yield base64.b64encode(value).decode().rstrip("=")
        yield base64.urlsafe_b64encode(value).decode().rstrip("=")
    elif isinstance(value, str) and len(value) >= 16:
        yield value
