import json
import re

import pytest

from solosync import cli
from tests import tunnels
from tests.live import LiveServer
from tests.tunnels import Programs


@pytest.fixture
def run(capsys, data_dir):
    def run(*words):
        code = cli.main(["tunnel", *words, "--data-dir", str(data_dir)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_without_a_server_there_is_nothing_to_close_or_to_tell(run, data_dir):
    for word in ("close", "status"):
        assert run(word) == (1, "", f"solosync: No server runs on {data_dir}.\n")


@pytest.mark.parametrize(
    "host", ["-oProxyCommand=true", "a b", "ann@-x", "ssh://example.org", "ann@example.org:x"]
)
def test_host_is_nothing_that_ssh_could_take_for_a_flag(run, host):
    code, _, err = run(f"--tunnel-host={host}")
    assert code == 1
    assert err.startswith("solosync: tunnel_host (by --tunnel-host) must be ")


def test_running_server_is_told_to_open_and_to_close_it(tmp_path, monkeypatch, capsys):
    programs = Programs(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(programs.folder))
    programs.add(
        "ngrok", "ERR_NGROK_4018: Usage of ngrok requires an authtoken", then="sys.exit(1)"
    )
    with LiveServer(tmp_path / "data", "--tls") as server:
        programs.add("cloudflared", tunnels.CLOUDFLARED)

        def run(*words):
            code = cli.main(["tunnel", *words, "--data-dir", str(server.folder)])
            captured = capsys.readouterr()
            return code, captured.out, captured.err

        assert run("status") == (0, "There is no tunnel.\n", "")
        code, out, err = run()
        assert (code, err) == (0, "")
        assert "https://oklahoma-solo-younger-truck-1.trycloudflare.com" in out
        code, out, err = run("--tunnel-client", "ngrok", "--json")
        assert (code, json.loads(out)["state"], err) == (1, "failed", "")
        code, out, err = run("status")
        assert code == 0
        assert re.search(r"isn't open \(failed\).\n  ERR_NGROK_4018.*\nGive ngrok your token", out)
        code, out, err = run("--tunnel-port", "81")
        assert (code, out) == (1, "")
        assert "A server runs already, with its own tunnel_port" in err
        assert run("close") == (0, "There is no tunnel.\n", "")
