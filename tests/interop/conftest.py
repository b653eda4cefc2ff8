import pytest

from tests.live import LiveServer


@pytest.fixture
def server(tmp_path):
    with LiveServer(tmp_path / "data") as server:
        yield server


@pytest.fixture
def device(server):
    return server.sign_in()
