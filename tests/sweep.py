"""A small world with one of everything that has an id, and those who ask about it: for
tests/test_routes.py."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
from litestar.testing import TestClient

from solosync import crypto
from solosync.app import build_app
from solosync.config import Config
from solosync.domain import jobs, notifications, tokens
from solosync.ids import new_id
from solosync.records.scopes import FOR_STAFF, SCOPES, admitting
from solosync.records.users import User
from solosync.store import organizations
from solosync.store.engine import Store
from solosync.web.tries import Tries
from tests import contract
from tests.make import make_member, make_organization, make_user

BASE_URL = "http://127.0.0.1:8765"
SECRET = "s3cret"
BOARDS = "/api/v1/solo/sessions/"

# Where bodies are those of HTML's forms.
FORMS = ("/admin", "/boards", "/devices", "/links", "/settings")
# Whatever is needed where a body is; `{...}` stands for an id as in paths.
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/api/auth/magic/request"): {"email": "nobody@example.org"},
    ("POST", "/api/auth/magic/verify"): {"token": "12345678", "email": "nobody@example.org"},
    ("POST", "/api/request-otp"): {"email": "nobody@example.org"},
    ("POST", "/api/verify-otp"): {"email": "nobody@example.org", "otp": "123456"},
    ("POST", "/api/register"): {"email": "new@example.org", "password": "correct horse battery"},
    ("POST", "/api/auth/jwt/token"): {"email": "nobody@example.org", "password": "no such"},
    ("POST", "/api/auth/jwt/refresh"): {"refresh": "x"},
    ("POST", "/api/auth/jwt/verify"): {"token": "x"},
    ("PATCH", "/api/v1/me"): {"full_name": "Somebody Else"},
    ("PATCH", "/api/v1/devices/{device_id}"): {"name": "Mine"},
    ("POST", "/api/v1/devices/claim"): {"code": "123456", "name": "Mine"},
    ("POST", "/api/v1/api-keys"): {"name": "Mine", "scopes": ["me:read"]},
    ("PATCH", "/api/v1/api-keys/{key_id}"): {"name": "Mine"},
    ("POST", "/api/v1/organizations"): {"name": "Mine"},
    ("PATCH", "/api/v1/organizations/{organization_id}"): {"name": SECRET},
    ("PATCH", "/api/v1/organizations/{organization_id}/members/{user_id}"): {"role": "billing"},
    ("POST", "/api/v1/organizations/{organization_id}/invitations"): {
        "email": "{email}",
        "role": "member",
    },
    ("POST", "/api/v1/invitations/accept"): {"token": "x"},
    ("PATCH", "/api/v1/notifications/{notification_id}"): {"read": True},
    ("POST", f"{BOARDS}{{session_id}}/save-stream"): {"state": {"pages": []}},
    ("PATCH", f"{BOARDS}{{session_id}}/diff"): {
        "ops": [{"op": "add", "kind": "page", "value": {"id": "p9"}}]
    },
    ("POST", f"{BOARDS}{{session_id}}/export"): {"format": "json"},
    ("POST", "/api/v1/solo/uploads/presign"): {
        "session_id": "{session_id}",
        "content_type": "image/png",
        "size_bytes": 9,
    },
    ("POST", "/api/v1/admin/jobs"): {"task": "solo.drop_expired"},
    ("PUT", "/api/v1/admin/features/{name}"): {"is_on": True},
    ("PATCH", "/api/v1/admin/features/{name}"): {"percentage": 50},
    ("PUT", "/api/v1/admin/tunnel"): {"is_open": False},
    ("PATCH", "/api/v1/admin/users/{user_id}"): {"is_active": False},
    ("POST", "/boards/{session_id}/rename"): {"name": SECRET},
    ("POST", "/admin/tunnel"): {"change": "close"},
    ("POST", "/admin/people/{user_id}"): {"change": "deactivate"},
    ("POST", "/admin/invitations"): {
        "email": "{email}",
        "role": "member",
        "organization": "{organization_id}",
    },
    ("POST", "/admin/invitations/{invitation_id}/revoke"): {"organization": "{organization_id}"},
    ("POST", "/settings/password"): {"password": "correct horse battery"},
    ("POST", "/devices/{device_id}/rename"): {"name": "Mine"},
    ("POST", "/boards/{session_id}/export"): {"format": "json"},
}


class World:
    """Ann's team, Mel and Bea in it; Bob, who isn't; Sid, who is staff and isn't either."""

    def __init__(self, client: TestClient[Any], store: Store, keys: crypto.Keys) -> None:
        self.client = client
        self.store = store
        self._keys = keys
        self.people = {
            name: make_user(store, f"{name}@example.org", is_staff=name == "sid")
            for name in ("ann", "mel", "bea", "bob", "sid")
        }
        self.bearers = {name: self.sign_in(user) for name, user in self.people.items()}
        self.team = self._make_team()

    def sign_in(self, user: User) -> str:
        return self._issue(user).tokens.access

    def ask(
        self, who: str, method: str, path: str, *, scope: str | None = None, **settings: Any
    ) -> httpx.Response:
        """``who`` is a person's name, "nobody", or "key" or "other key": with the scope, or with
        every one but that."""
        url = re.sub(r"\{(\w+)\}", lambda match: self._id(match[1], method, path), path)
        body = BODIES.get((method, path), {})
        given = {
            name: re.sub(r"^\{(\w+)\}$", lambda match: self._id(match[1], method, path), value)
            if isinstance(value, str)
            else value
            for name, value in body.items()
        }
        headers = {"If-Match": 'W/"rev:0"'}
        if who.endswith("key"):
            headers["Authorization"] = f"Bearer {self._key(scope, is_without=who != 'key')}"
        elif who != "nobody":
            headers["Authorization"] = f"Bearer {self.bearers[who]}"
        if method not in ("GET", "DELETE"):
            is_form = path.startswith(FORMS)
            settings.setdefault("data" if is_form else "json", given)
        return self.client.request(method, url, headers=headers, follow_redirects=False, **settings)

    def count_changes(self) -> int:
        """How many rows there are that requests can bring about, all in all."""
        tables = (
            "sessions",
            "updates",
            "exports",
            "devices",
            "api_keys",
            "invitations",
            "files",
            "shares",
        )
        counts = (f"(SELECT count(*) FROM {table})" for table in tables)
        found: int = self.store.read(lambda tx: tx.all(f"SELECT {' + '.join(counts)}")[0][0])
        return found

    def forget_tries(self) -> None:
        """Or the sixth wrong password of all of them would be one too many."""
        state = self.client.app.state
        state["services"] = dataclasses.replace(state["services"], tries=Tries())

    def _ask_as(self, name: str, method: str, path: str, /, **body: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.bearers[name]}"}
        response = self.client.request(method, path, headers=headers, json=body)
        assert response.status_code < 300, response.text
        return response.json()

    @functools.cache  # noqa: B019 - lives as long as the world does
    def _key(self, scope: str | None, is_without: bool) -> str:
        scopes = set(SCOPES) - FOR_STAFF if scope is None else {scope}
        owner = "sid" if scopes & FOR_STAFF else "ann"
        if is_without and scope is not None:
            scopes = set(SCOPES) - admitting(scope) - (set() if owner == "sid" else FOR_STAFF)
        body: dict[str, Any] = {"name": SECRET, "scopes": sorted(scopes)}
        if owner == "ann":
            body["organization_id"] = self.team
        made = self._ask_as(owner, "POST", "/api/v1/api-keys/", **body)
        key: str = made["key"]
        return key

    def _id(self, name: str, method: str, path: str) -> str:
        """A new one of Ann's for each request, unless asking changes nothing."""
        if name == "organization_id" and method == "DELETE" and path.endswith("{organization_id}"):
            return self._make_team()
        if name == "user_id":
            user = make_user(self.store)
            if "/admin/" not in path:
                self._join(self.team, user)
            return user.user_id
        make: dict[str, Callable[[], str]] = {
            "organization_id": lambda: self.team,
            "session_id": self._make_board,
            "rev": lambda: "0",
            "export_id": self._make_export,
            "device_id": lambda: self._issue(self.people["ann"]).actor.device_id,
            "share_id": self._make_share,
            "key_id": self._make_key,
            "invitation_id": self._make_invitation,
            "notification_id": self._make_notification,
            "job_id": self._make_failed_job,
            "file_id": self._make_upload,
            "email": lambda: f"{new_id()}@example.org",
            "token": lambda: "x",
            "name": lambda: "exports" if "features" in path else "site.css",
        }
        return make[name]()

    def _issue(self, user: User) -> Any:
        return tokens.issue(
            self.store,
            self._keys,
            user,
            name="Laptop",
            kind="api",
            address="127.0.0.1",
            way="password",
        )

    def _make_team(self) -> str:
        team = make_organization(self.store, self.people["ann"], name=SECRET)
        make_member(self.store, team, self.people["mel"], "member")
        make_member(self.store, team, self.people["bea"], "billing")
        return team.organization_id

    def _join(self, team: str, user: User) -> None:
        organization = self.store.read(lambda tx: organizations.find(tx, team))
        assert organization is not None
        make_member(self.store, organization, user, "member")

    def _make_board(self) -> str:
        state = {"pages": [], "note": SECRET}
        body = {"name": SECRET, "state": state, "organization_id": self.team}
        board: str = self._ask_as("ann", "POST", BOARDS, **body)["id"]
        return board

    def _make_export(self) -> str:
        path = f"{BOARDS}{self._make_board()}/export/"
        export: str = self._ask_as("ann", "POST", path, format="json")["id"]
        return export

    def _make_share(self) -> str:
        share: str = self._ask_as("ann", "POST", f"{BOARDS}{self._make_board()}/share/")["id"]
        return share

    def _make_key(self) -> str:
        body = {"name": SECRET, "scopes": ["me:read"], "organization_id": self.team}
        key: str = self._ask_as("ann", "POST", "/api/v1/api-keys/", **body)["id"]
        return key

    def _make_invitation(self) -> str:
        path = f"/api/v1/organizations/{self.team}/invitations/"
        body = {"email": f"{new_id()}@example.org", "role": "member"}
        invitation: str = self._ask_as("ann", "POST", path, **body)["id"]
        return invitation

    def _make_notification(self) -> str:
        ann = self.people["ann"].user_id
        add = functools.partial(
            notifications.add, user_id=ann, type="test", message=SECRET, organization_id=self.team
        )
        self.store.write(lambda tx: add(tx))
        newest = "SELECT notification_id FROM notifications ORDER BY rowid DESC LIMIT 1"
        found: str = self.store.read(lambda tx: tx.all(newest)[0][0])
        return found

    def _make_failed_job(self) -> str:
        job_id = self.store.write(lambda tx: jobs.add(tx, "solo.drop_expired", new_id()))
        jobs.claim(self.store, job_id)
        jobs.fail(self.store, job_id, "The disk is full.")
        return job_id

    def _make_upload(self) -> str:
        body = {"session_id": self._make_board(), "content_type": "image/png", "size_bytes": 9}
        made = self._ask_as("ann", "POST", "/api/v1/solo/uploads/presign/", **body)
        found = re.search("/uploads/([^?]*)", made["upload_url"])
        assert found
        return found[1]


@contextlib.contextmanager
def world(data_dir: Path, store: Store) -> Iterator[World]:
    config = Config(data_dir=data_dir, open=False, api_docs_enabled=True, rate_limits=False)
    app = build_app(config, store)
    client = TestClient(app, base_url=BASE_URL, raise_server_exceptions=False)
    client.event_hooks["response"].append(contract.check)
    with client:
        yield World(client, store, crypto.load_keys(data_dir))
