"""The stores that all of the suite runs against: the disk, and S3 as moto's server speaks it."""

import subprocess
import sys
import time

import httpx
import pytest

from solosync.blobs import open_blobs
from tests.servers import PATIENCE_SECONDS, free_port

ACCESS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
}


@pytest.fixture(scope="session")
def s3_server():
    """The address of an S3 that holds nothing yet."""
    pytest.importorskip("moto", reason="moto isn't installed: pip install 'moto[server]'")
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_up(url):
            assert process.poll() is None, "moto's server doesn't start"
            assert time.monotonic() < deadline, "moto's server doesn't get ready"
            time.sleep(0.05)  # another process can't be waited for but by asking
        yield url
    finally:
        process.kill()
        process.wait()


def is_up(url: str) -> bool:
    try:
        return httpx.get(f"{url}/moto-api/data.json", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
def s3_url(s3_server, monkeypatch, request):
    """A storage_url with a bucket of the test's own."""
    for name, value in ACCESS.items():
        monkeypatch.setenv(name, value)
    bucket = f"b{abs(hash(request.node.nodeid))}"
    assert httpx.put(f"{s3_server}/{bucket}").status_code == 200
    return f"s3://{bucket}/some/folder?endpoint={s3_server}&region=us-east-1"


@pytest.fixture(params=["disk", "s3"])
def storage_url(request):
    return "" if request.param == "disk" else request.getfixturevalue("s3_url")


@pytest.fixture
def blobs(storage_url, tmp_path):
    return open_blobs(storage_url, tmp_path / "data")
