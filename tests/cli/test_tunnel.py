import pytest

from solosync import cli


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
