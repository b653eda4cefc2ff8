"""Imports go one way, and each library stays behind its wall (CONTRIBUTING.md draws the picture).

Every import counts: those inside functions, and those under `if TYPE_CHECKING` too.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "solosync"

# From the top down. A module may import what stands on lines below its own, and its own package;
# modules of one line don't know each other, except on the last.
LAYERS = [
    ["__main__"],
    ["cli"],
    ["server", "doctor"],
    ["app"],
    ["greeting"],
    ["web"],
    ["realtime", "jobs"],
    ["domain"],
    ["store", "board", "render", "blobs", "net"],
    ["records"],
    [
        *("errors", "ids", "clock", "crypto", "config", "settings", "option_kinds", "events"),
        *("origin", "paths", "disk", "logs", "qr", "browser", "programs"),
    ],
]
RANKS = {name: rank for rank, names in enumerate(LAYERS) for name in names}
REACH_THE_STORE_THROUGH_DOMAIN = {"web", "realtime", "jobs"}
WALLS = {
    "litestar": {"web", "app"},
    "multipart": {"web"},
    "uvicorn": {"web", "server"},
    "huey": {"jobs", "app"},
    "sqlite3": {"store"},
    "sqlite_utils": {"store"},
    "pycrdt": {"board"},
    "PIL": {"render"},
    "fontTools": {"render"},
    "isal": {"render"},
    "numpy": {"render"},
    "pyclipper": {"render"},
    "pypdfium2": {"render"},
    "reportlab": {"render"},
    "resvg_py": {"render"},
    "uharfbuzz": {"render"},
    "obstore": {"blobs"},
    "jwt": {"crypto"},
    "cryptography": {"crypto", "net"},
    "ifaddr": {"net"},
    "zeroconf": {"net"},
    "segno": {"qr"},
    "authlib": {"net"},
    "joserfc": {"net"},
    "httpx": {"net"},
    "smtplib": {"net"},
    "certifi": {"net"},
    "idna": {"net"},
    "prometheus_client": {"web", "app"},
    "argon2": {"crypto"},
    "platformdirs": {"paths"},
    "os.environ": {"settings", "programs"},
    "os.getenv": {"settings"},
}
FILES = sorted(PACKAGE.rglob("*.py"))


def uses(tree: ast.AST) -> Iterator[str]:
    """Dotted names of all that is imported, and of attributes such as `os.environ`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"


def breaches(layer: str, tree: ast.AST) -> list[str]:
    found = []
    for name in uses(tree):
        top, _, rest = name.partition(".")
        target = rest.partition(".")[0]
        if top == "solosync" and target != layer and target != "__version__":
            is_below = RANKS[target] > RANKS[layer] or RANKS[layer] == len(LAYERS) - 1
            past_domain = target == "store" and layer in REACH_THE_STORE_THROUGH_DOMAIN
            if not is_below or past_domain:
                found.append(f"{layer} imports {name}")
        for library, allowed in WALLS.items():
            if f"{name}.".startswith(f"{library}.") and layer not in allowed:
                found.append(f"{layer} uses {name}")
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_file_imports_only_what_its_layer_may(file):
    layer = file.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if layer != "__init__":
        assert layer in RANKS, "a new top-level module needs its place in LAYERS"
    assert breaches(layer, ast.parse(file.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("layer", "code"),
    [
        ("store", "from solosync.domain import sessions"),
        ("store", "import solosync.board.merge"),
        ("web", "from solosync.store.engine import Store"),
        ("realtime", "from solosync import web"),
        ("realtime", "from solosync.jobs import runner"),
        ("records", "if TYPE_CHECKING:\n    from solosync.store import engine"),
        ("domain", "def f():\n    import sqlite3"),
        ("cli", "from litestar import Litestar"),
        ("web", "import pycrdt._sync"),
        ("app", "from os import environ"),
        ("app", "import os\nos.environ['A']"),
    ],
)
def test_breach_is_found(layer, code):
    assert len(breaches(layer, ast.parse(code))) == 1
