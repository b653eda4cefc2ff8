"""The peers: other servers, set up as their documentation says, that do the same work."""

import json
import os
from pathlib import Path

from tests.bench.servers import Server
from tests.bench.venvs import python_with
from tests.nodejs import node_path, npm_install

PEERS = Path(__file__).parent / "peers"


def _npm_version(folder: Path, package: str) -> str:
    lock = json.loads((folder / "package-lock.json").read_text())
    version: str = lock["packages"][f"node_modules/{package}"]["version"]
    return version


def _pip_version(requirements: Path, package: str) -> str:
    for line in requirements.read_text().splitlines():
        name, _, version = line.partition("==")
        if name == package:
            return version
    raise LookupError(f"{package} is not in {requirements}")


class Hocuspocus(Server):
    name = "Hocuspocus, SQLite extension"
    survives = "nothing for 2 to 10 s: the whole document is stored after a pause"
    envelope = "hocuspocus"
    home = PEERS / "hocuspocus"

    def version(self) -> str:
        return _npm_version(self.home, "@hocuspocus/server")

    def command(self) -> list[str]:
        npm_install(self.home)
        script, database = self.home / "server.mjs", self.folder / "hocuspocus.sqlite"
        return [str(node_path()), str(script), str(self.port), str(database)]

    def socket_url(self) -> str:
        # The board's name travels inside the messages.
        return f"ws://127.0.0.1:{self.port}"


class YWebsocketServer(Server):
    """The server of the y-websocket project, with nothing behind it."""

    name = "@y/websocket-server, memory"
    survives = "nothing: kept in memory"
    home = PEERS / "y-websocket-server"

    def version(self) -> str:
        return _npm_version(self.home, "@y/websocket-server")

    def command(self) -> list[str]:
        npm_install(self.home)
        script = self.home / "node_modules" / "@y" / "websocket-server" / "src" / "server.js"
        return [str(node_path()), str(script)]

    def environment(self) -> dict[str, str]:
        return {"HOST": "127.0.0.1", "PORT": str(self.port)}


class YWebsocketServerLeveldb(YWebsocketServer):
    name = "@y/websocket-server, LevelDB"
    survives = "usually a crash of the program: written beside, nobody waits for it"

    def environment(self) -> dict[str, str]:
        return {**super().environment(), "YPERSISTENCE": str(self.folder / "leveldb")}


class PycrdtWebsocket(Server):
    name = "pycrdt-websocket, SQLiteYStore"
    survives = "usually a crash of the program: written beside, nobody waits for it"
    requirements = PEERS / "pycrdt-websocket.txt"

    def version(self) -> str:
        return _pip_version(self.requirements, "pycrdt-websocket")

    def command(self) -> list[str]:
        python = python_with(self.requirements)
        script, database = PEERS / "pycrdt_websocket_app.py", self.folder / "ystore.db"
        return [str(python), str(script), str(self.port), str(database)]


class Kinto(Server):
    """Not a Yjs server: a store of JSON records over REST, in memory."""

    name = "Kinto, memory backend"
    survives = "nothing: kept in memory"
    ready_path = "/v1/"
    requirements = PEERS / "kinto.txt"

    def version(self) -> str:
        return _pip_version(self.requirements, "kinto")

    def command(self) -> list[str]:
        scripts = python_with(self.requirements).parent
        program = scripts / ("kinto.exe" if os.name == "nt" else "kinto")
        return [str(program), "start", "--ini", str(PEERS / "kinto.ini"), "--port", str(self.port)]


YJS_PEERS: tuple[type[Server], ...] = (
    Hocuspocus,
    YWebsocketServer,
    YWebsocketServerLeveldb,
    PycrdtWebsocket,
)
