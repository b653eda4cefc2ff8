import contextlib
import logging

import pytest
from litestar.testing import TestClient

from solosync import crypto
from solosync.config import Config
from solosync.domain import tokens
from tests import contract
from tests.applications import application
from tests.make import make_user
from tests.web.inbox import Inbox

BASE_URL = "http://127.0.0.1:8765"
BOARDS = "/api/v1/solo/sessions/"


class Person:
    """Somebody signed in by a bearer token, and what they ask."""

    def __init__(self, client, user, sign_in):
        self.client = client
        self.user = user
        self.sign_in = sign_in
        self.actor = sign_in.actor

    def request(self, method, path, *, headers=None, **settings):
        authorization = {"Authorization": f"Bearer {self.sign_in.tokens.access}"}
        return self.client.request(
            method, path, headers=authorization | (headers or {}), **settings
        )

    def get(self, path, **settings):
        return self.request("GET", path, **settings)

    def post(self, path, **settings):
        return self.request("POST", path, **settings)

    def patch(self, path, **settings):
        return self.request("PATCH", path, **settings)

    def delete(self, path, **settings):
        return self.request("DELETE", path, **settings)

    def make_board(self, state=None, **fields):
        """The detail of a new board."""
        body = fields if state is None else fields | {"state": state}
        response = self.post(BOARDS, json=body)
        assert response.status_code == 201, response.text
        return response.json()

    @property
    def cookies(self):
        """For a request header: the same sign-in, as a browser carries it."""
        pair = self.sign_in.tokens
        return {"Cookie": f"access_token={pair.access}; refresh_token={pair.refresh}"}


@pytest.fixture
def config(data_dir):
    return Config(data_dir=data_dir, open=False, api_docs_enabled=True, rate_limits=False)


@pytest.fixture
def keys(data_dir):
    return crypto.load_keys(data_dir)


@pytest.fixture
def serving(store):
    """Runs an application with a configuration of the test's own; more than one at a time."""
    with contextlib.ExitStack() as stack:

        def start(config):
            app = stack.enter_context(application(config, store))
            client = TestClient(app, base_url=BASE_URL, raise_server_exceptions=False)
            client.event_hooks["response"].append(contract.check)
            return stack.enter_context(client)

        yield start


@pytest.fixture
def client(serving, config):
    """Nobody: neither tokens nor cookies."""
    return serving(config)


@pytest.fixture
def sign_in(client, store, keys):
    """Lets people in: a new one, or one more device of somebody's."""

    def let_in(user=None, *, client=client, **fields):
        user = user or make_user(store, **fields)
        signed_in = tokens.issue(
            store, keys, user, name="Test", kind="api", address="127.0.0.1", way="password"
        )
        return Person(client, user, signed_in)

    return let_in


@pytest.fixture
def ann(sign_in):
    return sign_in(full_name="Ann Example")


@pytest.fixture
def bob(sign_in):
    """A stranger to Ann."""
    return sign_in(full_name="Bob Example")


@pytest.fixture
def inbox():
    """To be asked for before the server starts."""
    inbox = Inbox()
    logger = logging.getLogger("solosync.net.mail")
    level = logger.level
    logger.addHandler(inbox)
    logger.setLevel(logging.INFO)
    yield inbox
    logger.removeHandler(inbox)
    logger.setLevel(level)
