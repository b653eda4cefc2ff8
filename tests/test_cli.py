import io
import json
import logging
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from solosync import __version__, cli

COMMANDS = [
    "serve",
    "open",
    "users add",
    "users list",
    "users set-password",
    "users deactivate",
    "users recover",
    "devices",
    "boards list",
    "import",
    "render",
    "jobs",
    "jobs retry",
    "mail test",
    "keys rotate",
    "audit list",
    "audit verify",
    "config",
    "doctor",
    "openapi",
    "version",
]
DRAWING = {"type": "excalidraw", "version": 2, "elements": [{"id": "a", "type": "line"}]}
BOARD = {"pages": [{"id": "p", "name": "One", "strokes": [{"id": "s", "unknown": [1, None]}]}]}


@dataclass
class Result:
    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture
def run(tmp_path, capsys, monkeypatch):
    """Runs a command on a data folder of its own; `stdin` is what is typed into it."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level

    def run(*words: str, stdin: str = "", data_dir: Path = tmp_path / "data") -> Result:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        try:
            code = cli.main([*words, "--data-dir", str(data_dir)])
        except SystemExit as exit:
            code = exit.code if isinstance(exit.code, int) else 1
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    yield run
    root.handlers = handlers
    root.setLevel(level)
    logging.captureWarnings(False)


def add(run, email="ada@example.org", *words, password="correct horse battery"):
    result = run("users", "add", email, "--password-stdin", *words, stdin=f"{password}\n")
    assert result.code == 0, result.err


def assert_one_line_error(result: Result, *parts: str) -> None:
    assert result.code != 0
    assert result.out == ""
    assert result.err.startswith("solosync: ")
    assert result.err.count("\n") == 1
    for part in parts:
        assert part in result.err


def test_version_is_printed(run):
    assert run("version").out == f"solosync {__version__}\n"
    assert run("version", "--json").json["version"] == __version__


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_takes_a_data_folder(run, command):
    result = run(*command.split(), "--help")
    assert result.code == 0
    assert f"usage: solosync {command}" in result.out
    assert "--data-dir" in result.out


def test_help_lists_every_command(run):
    listed = run("--help").out
    for command in COMMANDS:
        assert f"    {command.split()[0]} " in listed


def test_what_the_server_runs_itself_is_not_offered_to_people(run):
    assert "render-worker" not in run("--help").out


def test_unknown_command_is_one_line_and_exit_code_2(run):
    result = run("sevre")
    assert_one_line_error(result, "sevre", "solosync --help")
    assert result.code == 2


def test_flags_alone_mean_serve(run):
    assert_one_line_error(run("--port", "none"), "port (by --port) must be")


def test_shortened_flag_is_not_guessed_at(run):
    assert run("config", "--por", "9000").code == 2


def test_version_loads_none_of_the_heavy_libraries():
    code = (
        "import sys; from solosync.cli import main; main(['version']);"
        "print(*(m for m in ('litestar', 'uvicorn', 'pycrdt', 'sqlite3', 'asyncio', 'argon2')"
        " if m in sys.modules))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout == f"solosync {__version__}\n\n"


def test_module_runs_as_a_program():
    command = [sys.executable, "-m", "solosync", "version"]
    assert subprocess.run(command, capture_output=True).returncode == 0


def test_config_shows_value_and_source_of_every_option(run):
    assert re.search(r"^port +9000 +--port$", run("config", "--port", "9000").out, re.M)
    shown = run("config", "--port", "9000", "--no-open", "--json").json
    assert shown["port"] == {"value": 9000, "source": "--port"}
    assert shown["open"] == {"value": False, "source": "--open"}
    assert shown["durability"] == {"value": "full", "source": "default"}


def test_bad_setting_is_one_line(run, tmp_path):
    assert_one_line_error(run("config", "--durability", "none"), "full, normal")


def test_added_person_is_listed_without_a_secret(run):
    add(run, "ada@example.org", "--staff")
    add(run, "bob@example.org")
    people = {person["email"]: person for person in run("users", "list", "--json").json}
    assert people["ada@example.org"]["is_staff"] is True
    assert people["bob@example.org"]["is_staff"] is False
    for listed in (run("users", "list").out, run("users", "list", "--json").out):
        assert "bob@example.org" in listed
        assert "horse" not in listed
        assert "argon2" not in listed


def test_same_address_twice_is_one_line(run):
    add(run)
    result = run("users", "add", "ada@example.org", "--password-stdin", stdin="another one 42\n")
    assert_one_line_error(result)


def test_password_is_not_asked_for_where_nobody_can_answer(run, tmp_path):
    assert_one_line_error(run("users", "add", "ada@example.org"), "--password-stdin")
    assert not (tmp_path / "data").exists()


def test_deactivated_person_is_marked(run):
    add(run)
    assert run("users", "deactivate", "ada@example.org").code == 0
    assert "deactivated" in run("users", "list").out


@pytest.mark.parametrize("action", ["deactivate", "set-password"])
def test_unknown_person_is_one_line(run, action):
    add(run)
    words = ["--password-stdin"] if action == "set-password" else []
    result = run("users", action, "none@example.org", *words, stdin="some new password\n")
    assert_one_line_error(result)


@pytest.mark.parametrize("words", [("users", "list"), ("boards", "list")])
def test_command_on_a_missing_data_folder_makes_none(run, tmp_path, words):
    assert_one_line_error(run(*words), str(tmp_path / "data"), "--data-dir")
    assert not (tmp_path / "data").exists()


def test_data_folder_in_place_of_a_file_is_one_line(run, tmp_path):
    (tmp_path / "file").write_text("")
    result = run("import", str(tmp_path / "file"), data_dir=tmp_path / "file")
    assert_one_line_error(result, str(tmp_path / "file"))


def test_imported_files_are_boards_named_as_they_were(run, tmp_path):
    (tmp_path / "Plan.excalidraw").write_text(json.dumps(DRAWING), encoding="utf-8")
    (tmp_path / "数据.json").write_text(json.dumps(BOARD), encoding="utf-8")
    files = [str(tmp_path / "Plan.excalidraw"), str(tmp_path / "数据.json")]
    made = run("import", *files, "--json").json
    assert [row["name"] for row in made] == ["Plan", "数据"]
    boards = {board["name"]: board for board in run("boards", "list", "--json").json}
    assert boards["Plan"]["kind"] == "excalidraw"
    assert boards["数据"]["kind"] == "solo"
    assert boards["数据"]["rev"] == 0
    assert {row["id"] for row in made} == {board["id"] for board in boards.values()}
    assert "数据" in run("boards", "list").out


def test_file_that_is_no_board_does_not_stop_the_others(run, tmp_path):
    (tmp_path / "bad.json").write_text("[1, 2", encoding="utf-8")
    (tmp_path / "good.json").write_text(json.dumps(BOARD), encoding="utf-8")
    files = [str(tmp_path / name) for name in ("bad.json", "none.json", "good.json")]
    result = run("import", *files)
    assert result.code == 1
    assert [line.partition(": ")[2].partition(": ")[0] for line in result.err.splitlines()] == (
        files[:2]
    )
    assert result.out.rstrip().endswith("good")


def test_file_over_the_limit_is_refused(run, tmp_path):
    (tmp_path / "big.json").write_text(json.dumps(BOARD) + " " * 70_000, encoding="utf-8")
    add(run)
    (tmp_path / "data" / "solosync.toml").write_text('max_state_bytes = "64KiB"')
    assert run("import", str(tmp_path / "big.json")).code == 1
    assert run("boards", "list", "--json").json == []


def test_boards_go_to_the_person_named(run, tmp_path):
    add(run)
    (tmp_path / "board.json").write_text(json.dumps(BOARD), encoding="utf-8")
    assert run("import", str(tmp_path / "board.json"), "--user", "ada@example.org").code == 0
    assert run("boards", "list", "--json").json[0]["owner"] == "ada@example.org"
    result = run("import", str(tmp_path / "board.json"), "--user", "none@example.org")
    assert_one_line_error(result)


def test_name_with_control_characters_cannot_steer_the_terminal(run, tmp_path):
    (tmp_path / "a\x1b[2Jb.json").write_text(json.dumps(BOARD), encoding="utf-8")
    assert run("import", str(tmp_path / "a\x1b[2Jb.json")).code == 0
    assert "\x1b" not in run("boards", "list").out


def test_jobs_are_listed_and_a_failed_one_is_queued_again(run, tmp_path):
    from solosync.domain import jobs
    from solosync.store.engine import Store

    add(run)
    with Store.open(tmp_path / "data" / "solosync.db") as store:
        failed = store.write(lambda tx: jobs.add(tx, "solo.generate_pdf_export", "e1"))
        waiting = store.write(lambda tx: jobs.add(tx, "solo.generate_thumbnail", "s1"))
        jobs.fail(store, failed, "The disk is full.")
    listed = run("jobs", "--json").json
    assert [(job["id"], job["status"]) for job in listed] == [
        (waiting, "queued"),
        (failed, "failed"),
    ]
    assert "The disk is full." in run("jobs").out
    assert [job["id"] for job in run("jobs", "--failed", "--json").json] == [failed]
    assert_one_line_error(run("jobs", "retry", waiting), "it is queued")
    assert_one_line_error(run("jobs", "retry", "unknown"), "no such job")
    assert "solo.generate_pdf_export" in run("jobs", "retry", failed).out
    assert {job["status"] for job in run("jobs", "--json").json} == {"queued"}


def test_data_folder_may_be_named_before_retry(tmp_path):
    parser = cli.build_parser()
    arguments = parser.parse_args(["jobs", "--data-dir", str(tmp_path), "retry", "j1"])
    assert (arguments.data_dir, arguments.job_id) == (str(tmp_path), "j1")
