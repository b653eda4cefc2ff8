"""The floor under autosave, as a server to measure."""

import sys
from importlib import metadata
from pathlib import Path

from tests.bench.servers import Server

APP = Path(__file__).with_name("floor_app.py")


class FloorServer(Server):
    name = "floor"
    survives = "power loss: one row committed, synchronous=FULL"

    def version(self) -> str:
        return f"Litestar {metadata.version('litestar')}, uvicorn {metadata.version('uvicorn')}"

    def command(self) -> list[str]:
        return [sys.executable, str(APP), str(self.port), str(self.folder / "floor.db")]
