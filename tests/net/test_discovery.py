"""A server on a network of its own with one other machine: found, paired with, and not fooled."""

import contextlib
import json
import os
import signal
import sys

import pytest

from solosync import __version__, paths
from solosync.store.engine import Store
from tests.children import read_line
from tests.net import hosts
from tests.servers import FROM_SOURCE, PATIENCE_SECONDS, ROOT

PORT = 8765
BASE = f"http://{hosts.OUR_ADDRESS}:{PORT}"
CLAIM = "/api/v1/devices/claim/"
WHY_NOT = hosts.why_not()
pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)

# Tells a line of each server that comes, changes or goes.
LISTEN = """
import json, sys, zeroconf

def tell(zeroconf, service_type, name, state_change):
    told = {"what": state_change.name.lower(), "name": name}
    if told["what"] != "removed":
        info = zeroconf.get_service_info(service_type, name)
        told |= {
            "addresses": info.parsed_addresses(),
            "port": info.port,
            "server": info.server,
            "properties": info.decoded_properties,
        }
    print(json.dumps(told), flush=True)

network = zeroconf.Zeroconf([sys.argv[1]])
zeroconf.ServiceBrowser(network, sys.argv[2], handlers=[tell])
sys.stdin.read()
"""
ASK = """
import json, sys, httpx

method, url, settings = sys.argv[1:]
answer = httpx.request(method, url, **json.loads(settings))
print(json.dumps([answer.status_code, answer.text]))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("lan") / "data"


@pytest.fixture(scope="module")
def network():
    with hosts.two_hosts() as both:
        yield both


@pytest.fixture(scope="module")
def server(network, folder):
    us, _ = network
    options = ("--no-open", "--lan", "--port", str(PORT), "--data-dir", str(folder))
    process = us.start(*FROM_SOURCE, "serve", *options, "--log-level", "error")
    yield process
    process.kill()
    process.communicate()


@pytest.fixture(scope="module")
def listening(network, server):
    """What the other machine hears of us."""
    with listener(network) as process:
        yield process


@contextlib.contextmanager
def listener(network, service="_solosync._tcp.local."):
    _, them = network
    process = them.start(sys.executable, "-c", LISTEN, hosts.THEIR_ADDRESS, service)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def found(listening):
    """The server answers once it is heard of."""
    return json.loads(read_line(listening))


@pytest.fixture
def ask(network, found):
    """Asks from the other machine."""
    _, them = network

    def ask(method, path, **settings):
        status, text = json.loads(them.python(ASK, method, BASE + path, json.dumps(settings)))
        return status, text

    return ask


def pair(network, folder):
    us, _ = network
    told = us.run(*FROM_SOURCE, "devices", "pair", "--json", "--data-dir", str(folder))
    return json.loads(told)


def test_server_is_found_by_the_other_machine(found):
    assert found["what"] == "added"
    assert found["name"].endswith("._solosync._tcp.local.")
    assert (found["addresses"], found["port"]) == ([hosts.OUR_ADDRESS], PORT)
    assert found["server"].endswith(".local.")
    assert found["properties"] == {"path": "/", "version": __version__, "tls": "0"}


def test_lists_of_web_pages_on_the_network_show_it_too(network, found):
    with listener(network, "_http._tcp.local.") as process:
        assert json.loads(read_line(process))["port"] == PORT


def test_device_is_let_in_by_a_code_once(network, folder, ask):
    told = pair(network, folder)
    assert f"{BASE}/pair" in told["urls"]
    form = {"code": told["code"], "name": "Tablet"}
    status, text = ask("POST", CLAIM, json=form)
    assert status == 200
    token = json.loads(text)["device_token"]
    status, text = ask("GET", "/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert (status, json.loads(text)["email"]) == (200, "owner@localhost")
    assert refusal(ask("POST", CLAIM, json=form)) == "invalid_or_expired"


def test_code_that_ran_out_lets_nobody_in(network, folder, ask):
    code = pair(network, folder)["code"]
    with Store.open(folder / paths.DATABASE_NAME, migrate=False) as store:
        store.write(lambda tx: tx.execute("UPDATE pairings SET expires_at = 1"))
    form = {"code": code, "name": "Tablet"}
    assert refusal(ask("POST", CLAIM, json=form)) == "invalid_or_expired"


def refusal(answer):
    status, text = answer
    assert status == 400
    return json.loads(text)["error"]


def test_names_that_lead_here_by_a_trick_are_refused(ask, found):
    ours = found["server"].rstrip(".")
    for host in (f"{hosts.OUR_ADDRESS}:{PORT}", f"{ours}:{PORT}", ours.removesuffix(".local")):
        assert ask("GET", "/", headers={"Host": host})[0] == 200
    for host in ("evil.example", f"{hosts.THEIR_ADDRESS}:{PORT}", f"{ours}.evil.example"):
        assert ask("GET", "/", headers={"Host": host})[0] == 421
    foreign = {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert ask("POST", "/pair", data={"code": "000000"}, headers=foreign)[0] == 403


def test_change_of_addresses_is_told_and_so_is_the_end(network, server, listening, found):
    us, _ = network
    us.run("ip", "address", "add", "10.77.0.9/24", "dev", "eth0")
    while hosts.OUR_ADDRESS not in (heard := json.loads(read_line(listening))).get("addresses", ()):
        assert heard["what"] in ("removed", "updated", "added")
    assert set(heard["addresses"]) == {hosts.OUR_ADDRESS, "10.77.0.9"}
    os.kill(server.pid, signal.SIGTERM)
    assert json.loads(read_line(listening))["what"] == "removed"
    assert server.wait(PATIENCE_SECONDS) == 0


@pytest.mark.binary
def test_the_one_file_program_is_found_too_and_has_a_certificate(network, data_dir):
    us, _ = network
    program = ROOT / "dist" / "solosync"
    with listener(network) as listening:
        words = ("serve", "--no-open", "--lan", "--tls", "--port", str(PORT))
        process = us.start(program, *words, "--data-dir", str(data_dir), "--log-level", "error")
        try:
            heard = json.loads(read_line(listening))
            assert (heard["what"], heard["properties"]["tls"]) == ("added", "1")
            process.terminate()
            assert process.wait(timeout=PATIENCE_SECONDS) == 0
        finally:
            process.kill()
            process.communicate()
