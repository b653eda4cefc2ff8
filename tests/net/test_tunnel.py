import itertools
import os
import queue
import sys

import pytest

from solosync.config import Config
from solosync.net import tunnel, tunnel_clients
from solosync.net.tunnel import State, Tunnel
from solosync.net.tunnel_clients import CLIENTS
from solosync.web import texts_uk_tunnel
from tests import tunnels
from tests.servers import PATIENCE_SECONDS
from tests.tunnels import Programs, has_ended

SCRIPTS = pytest.mark.skipif(sys.platform == "win32", reason="the programs are scripts")
AT_HOME = Config(tunnel_host="ann@example.org", tunnel_url="http://example.org:8080")


@pytest.fixture
def programs(tmp_path, monkeypatch):
    programs = Programs(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{programs.folder}")
    return programs


@pytest.fixture
def states():
    return queue.SimpleQueue()


@pytest.fixture
def made(states, monkeypatch):
    monkeypatch.setattr(tunnel, "FIRST_PAUSE_SECONDS", 0.01)
    made = Tunnel(Config(), [states.put])
    yield made
    made.close()


def following(states, phase):
    while (state := states.get(timeout=PATIENCE_SECONDS)).phase != phase:
        pass
    return state


def read(name, output, config=None):
    """The addresses that a client's output tells."""
    lines = output.replace("{run}", "1").splitlines()
    found = (CLIENTS[name].find(config or Config(), line.strip()) for line in lines)
    return [url for url in found if url is not None]


# -- what clients say -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, output, url",
    [
        (
            "cloudflared",
            tunnels.CLOUDFLARED,
            "https://oklahoma-solo-younger-truck-1.trycloudflare.com",
        ),
        ("tailscale", tunnels.TAILSCALE, "https://amelie-workstation.pango-lin.ts.net"),
        ("ngrok", tunnels.NGROK, "https://zookeeper-pronto-ship.ngrok-free.app"),
        (
            "ssh",
            "Welcome to localhost.run! https://localhost.run/docs/ https://admin.localhost.run/\n"
            "8beaa541ba3dc2.lhr.life tunneled with tls termination, https://8beaa541ba3dc2.lhr.life",
            "https://8beaa541ba3dc2.lhr.life",
        ),
        (
            "ssh",
            "Forwarding HTTP traffic from https://some.serveo.net",
            "https://some.serveo.net",
        ),
        ("ssh", "HTTP: http://a.tuns.sh\nHTTPS: https://a.tuns.sh", "https://a.tuns.sh"),
    ],
)
def test_address_is_read_off_what_the_client_documents(name, output, url):
    assert read(name, output) == [url]


@pytest.mark.parametrize(
    "name, line",
    [
        ("cloudflared", 'ERR Post "https://api.trycloudflare.com/tunnel": context deadline'),
        ("tailscale", "https://login.tailscale.com/f/funnel?node=nAb1"),
        ("ngrok", 'lvl=info msg="starting web service" url=https://127.0.0.1:4040'),
        ("ssh", "* Documentation:  https://help.ubuntu.com"),
        ("ssh", "Forwarding HTTP traffic from https://a@b.example/x"),
    ],
)
def test_other_addresses_are_not_taken_for_the_tunnels(name, line):
    assert read(name, line) == []


def test_ssh_opens_at_the_address_that_was_given_once_the_port_is_listened_on():
    forwards = "debug1: remote forward success for: listen 8080, connect 127.0.0.1:4711"
    allocated = "Allocated port 40123 for remote forward to 127.0.0.1:4711"
    at = AT_HOME.tunnel_url
    assert read("ssh", f"debug1: pledge: network\n{forwards}", AT_HOME) == [at]
    free = Config(tunnel_host="ann@example.org", tunnel_port=0, tunnel_url="http://example.org")
    assert read("ssh", allocated, free) == ["http://example.org:40123"]
    assert read("ssh", "https://elsewhere.example", AT_HOME) == []


@pytest.mark.parametrize(
    "host, words",
    [
        ("ann@example.org", ["--", "ann@example.org"]),
        ("example.org:2222", ["-p", "2222", "-R", "80:127.0.0.1:4711", "--", "example.org"]),
        ("ann@[2001:db8::1]", ["-R", "80:127.0.0.1:4711", "--", "ann@2001:db8::1"]),
        ("[2001:db8::1]:2222", ["-p", "2222", "-R", "80:127.0.0.1:4711", "--", "2001:db8::1"]),
    ],
)
def test_ssh_goes_to_the_host_and_never_asks(host, words):
    command = CLIENTS["ssh"].command(Config(tunnel_host=host), 4711)
    assert command[-len(words) :] == words
    assert "-oBatchMode=yes" in command
    assert "-oExitOnForwardFailure=yes" in command
    assert "-N" not in command  # the machine is to say its address
    assert "-N" in CLIENTS["ssh"].command(AT_HOME, 4711)


def test_everything_that_is_advised_is_there_in_ukrainian():
    advice = {trouble.advice for client in CLIENTS.values() for trouble in client.troubles}
    advice |= {client.how_to_get for client in CLIENTS.values()}
    advice |= {tunnel_clients.NONE_INSTALLED, tunnel_clients.GET_ONE, tunnel_clients.LATER}
    advice |= {tunnel_clients.NO_HOST, tunnel_clients.SET_HOST}
    assert advice <= texts_uk_tunnel.SENTENCES.keys()


# -- which is used --------------------------------------------------------------------------------


@SCRIPTS
def test_ssh_is_used_where_there_is_a_host_else_the_first_that_is_installed(programs):
    assert tunnel_clients.choose(Config()) is None
    programs.add("ssh", "")
    assert tunnel_clients.choose(Config()) is None
    programs.add("ngrok", "")
    assert tunnel_clients.choose(Config()) is CLIENTS["ngrok"]
    assert tunnel_clients.choose(AT_HOME) is CLIENTS["ssh"]
    assert tunnel_clients.choose(Config(tunnel_client="tailscale")) is CLIENTS["tailscale"]
    assert tunnel_clients.choose(AT_HOME, "ngrok") is CLIENTS["ngrok"]
    assert [client.name for client in tunnel_clients.usable(AT_HOME)] == ["ssh", "ngrok"]


# -- how it goes on -------------------------------------------------------------------------------


def test_client_that_is_missing_is_said_with_how_to_get_it(programs, made):
    made.open(CLIENTS["cloudflared"], 4711)
    assert made.state.phase == "failed"
    assert made.state.problem == "cloudflared isn't installed."
    assert "Install cloudflared" in made.state.advice


@SCRIPTS
def test_client_that_ends_is_started_again_and_may_have_another_address(programs, made, states):
    programs.add("cloudflared", tunnels.CLOUDFLARED, then="sys.exit('lost' if run == 1 else None)")
    made.open(CLIENTS["cloudflared"], 4711)
    first = following(states, "open").url
    waiting = following(states, "waiting")
    assert "lost" in waiting.problem
    assert (waiting.url, waiting.advice) == ("", tunnel_clients.LATER)
    assert following(states, "open").url == first.replace("-1.", "-2.")


def test_pauses_grow_from_a_second_to_a_minute():
    found = list(itertools.islice(tunnel.pauses(), 9))
    for pause, about in zip(found, (1, 2, 4, 8, 16, 32, 60, 60, 60), strict=True):
        assert 0.8 * about <= pause <= 1.2 * about
    assert len(set(found)) == 9


@SCRIPTS
def test_what_only_a_person_can_repair_is_not_tried_again(programs, made, states):
    said = "Your authtoken: 2aBcDeFgH\nERROR: authentication failed\nERROR: ERR_NGROK_105\n"
    programs.add("ngrok", said, then="sys.exit(1)")
    made.open(CLIENTS["ngrok"], 4711)
    failed = following(states, "failed")
    assert "add-authtoken" in failed.advice
    assert "ERR_NGROK_105" in failed.problem
    assert "2aBcDeFgH" not in failed.problem
    assert len(programs.runs("ngrok")) == 1


@SCRIPTS
def test_client_that_gives_no_address_is_given_up(programs, made, states, monkeypatch):
    monkeypatch.setattr(tunnel, "START_SECONDS", 0.8)
    programs.add("tailscale", "Funnel is not enabled on your tailnet.\nTo enable, visit:\n")
    made.open(CLIENTS["tailscale"], 4711)
    while "Funnel is not enabled" not in (waiting := following(states, "waiting")).problem:
        pass  # on a machine that is busy, it may not have said anything yet
    assert "No address came" in waiting.problem
    assert "Allow Funnel" in waiting.advice
    assert has_ended(programs.runs("tailscale")[0][0])


@SCRIPTS
def test_client_that_ignores_its_end_is_killed(programs, made, states):
    programs.add(
        "ngrok",
        tunnels.NGROK,
        then="signal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: signal.pause()",
    )
    made.open(CLIENTS["ngrok"], 4711)
    following(states, "open")
    pid = programs.runs("ngrok")[0][0]
    made.close()
    assert made.state == State()
    assert has_ended(pid)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel ends it on Linux")
def test_client_ends_with_its_keeper(programs, made, states):
    programs.add("ngrok", tunnels.NGROK)
    made.open(CLIENTS["ngrok"], 4711)
    following(states, "open")
    pid = programs.runs("ngrok")[0][0]
    os.kill(made._keeper.pid, 9)
    following(states, "waiting")
    assert has_ended(pid)
