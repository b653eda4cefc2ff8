"""The least that a durable whole-state save can cost, in the same kind of process as solosync.

Run as: python floor_app.py PORT DATABASE. `PATCH /save` reads the body, finds the strokes' bytes in
it (`msgspec.Raw`: no stroke is parsed), takes its SHA-256, and commits one small row with
synchronous=FULL. `PATCH /save-and-answer` answers with the state too, as a save of solosync does.
"""

import hashlib
import sqlite3
import sys
from pathlib import Path

import msgspec
import uvicorn
from litestar import Litestar, MediaType, Request, Response, get, patch
from litestar.datastructures import State

LARGEST_BODY = 64 * 2**20


class Page(msgspec.Struct):
    id: str
    strokes: list[msgspec.Raw]


class Board(msgspec.Struct):
    pages: list[Page]


class Save(msgspec.Struct):
    state: msgspec.Raw


def build_app(database: Path) -> Litestar:
    connection = sqlite3.connect(database, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(
        "CREATE TABLE saves (id INTEGER PRIMARY KEY, strokes INTEGER, digest BLOB) STRICT"
    )

    def keep(body: bytes) -> msgspec.Raw:
        state = msgspec.json.decode(body, type=Save).state
        pages = msgspec.json.decode(state, type=Board).pages
        digest = hashlib.sha256(body).digest()
        connection.execute(
            "INSERT INTO saves (strokes, digest) VALUES (?, ?)",
            (sum(len(page.strokes) for page in pages), digest),
        )
        return state

    @get("/", media_type=MediaType.TEXT)
    async def ready() -> str:
        return "ready"

    @patch("/save")
    async def save(request: Request[None, None, State]) -> None:
        keep(await request.body())

    @patch("/save-and-answer")
    async def save_and_answer(request: Request[None, None, State]) -> Response[bytes]:
        state = keep(await request.body())
        return Response(bytes(state), media_type=MediaType.JSON)

    return Litestar(
        [ready, save, save_and_answer], openapi_config=None, request_max_body_size=LARGEST_BODY
    )


if __name__ == "__main__":
    uvicorn.run(
        build_app(Path(sys.argv[2])), port=int(sys.argv[1]), log_level="warning", access_log=False
    )
