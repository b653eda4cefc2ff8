"""What the documentation says is so: options, commands, targets, links, and the README's shell."""

import argparse
import dataclasses
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from solosync import cli
from solosync.config import OPTIONS, Option
from tests.servers import ROOT, free_port, running

README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def commands(parser: argparse.ArgumentParser, name: str = "solosync") -> Iterator[tuple[str, str]]:
    """Each command and its sentence."""
    groups = [
        action for action in parser._actions if isinstance(action, argparse._SubParsersAction)
    ]
    if not groups or parser.get_default("run"):
        yield name, parser.description or ""
    for group in groups:
        for word, child in group.choices.items():
            yield from commands(child, f"{name} {word}")


def test_readme_has_every_option_with_its_default():
    rows = [
        f"| `{option.name}` | {default_of(option)} | {option.help} |" for option in OPTIONS.values()
    ]
    section = README.partition("## Configuration")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `.*", section, re.M) == rows


def default_of(option: Option) -> str:
    shown = "" if option.default is dataclasses.MISSING else option.show(option.default)
    return f"`{shown}`" if shown else ""


def test_readme_has_every_command_with_its_sentence():
    table = README.partition("## Commands")[2].partition("\n## ")[0]
    rows = dict(re.findall(r"^\| `(?:solosync` or `)?(solosync[^`]*)` \| (.*) \|$", table, re.M))
    told = {re.sub(r" [A-Z.]+$", "", command): sentence for command, sentence in rows.items()}
    assert told == dict(commands(cli.build_parser()))


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", ".ci/run"])
def test_targets_that_are_named_exist(name):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = re.findall(r"(?:`|^|step )make ([a-z]+)", (ROOT / name).read_text("utf-8"), re.M)
    assert named
    assert [target for target in named if not re.search(rf"^{target}:", makefile, re.M)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_inside_the_project_lead_somewhere(document):
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_code_names_only_documents_that_exist():
    named = {
        document
        for file in (ROOT / "solosync").rglob("*.py")
        for document in re.findall(r"docs/[\w./-]+\.md", file.read_text(encoding="utf-8"))
    }
    assert [document for document in named if not (ROOT / document).exists()] == []


def test_map_shows_what_there_is_and_nothing_else():
    drawn = README.partition("## A map of the code\n\n```\n")[2].partition("```")[0]
    names = re.findall(r"\b(?:routes|sockets|pages|ui)/|\b[a-z_]+(?:/|\.py)", drawn)
    inside = {"routes/", "sockets/", "pages/", "ui/"}
    missing = [
        name
        for name in names
        if name != "solosync/"
        and not (ROOT / "solosync" / ("web" if name in inside else "") / name).exists()
    ]
    assert missing == []
    modules = {path.stem for path in (ROOT / "solosync").iterdir() if path.name[0] not in "_."}
    assert modules - {name.rstrip("/").removesuffix(".py") for name in names} == {"py"}  # py.typed


@pytest.mark.skipif(not shutil.which("curl") or not shutil.which("bash"), reason="needs curl")
def test_shell_of_the_readme_works_as_it_stands(tmp_path):
    port = free_port()
    doors = README.partition("## Three doors")[2].partition("\n## ")[0]
    script = "set -euo pipefail\n" + "".join(re.findall(r"```sh\n(.*?)```", doors, re.S))
    script = script.replace("8765", str(port)).replace(".venv/bin/solosync", "solosync")
    script = script.replace("curl -s", "curl -s --fail-with-body")
    script += f'\ncurl -s "http://127.0.0.1:{port}/api/v1/solo/sessions/$board/" '
    script += '-H "Authorization: Bearer $access"'
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {"PATH": path, "SOLOSYNC_DATA_DIR": str(tmp_path / "data")}
    with running(port, "--data-dir", str(tmp_path / "data")):
        result = subprocess.run(
            ["bash", "-c", script], env=environment, capture_output=True, text=True, timeout=60
        )
    assert result.returncode == 0, result.stdout + result.stderr
    board = json.loads("{" + result.stdout.rpartition("}{")[2])
    assert board["rev"] == 2
    assert board["state"]["pages"][0]["strokes"] == [
        {"id": "s1", "tool": "pen", "color": "#ff0000"}
    ]
