"""solosync tunnel: share links that work from anywhere, by the server that runs or a new one."""

from __future__ import annotations

import argparse
import http.client
import json
import time
from typing import TYPE_CHECKING, Any

from solosync.cli import server, terminal
from solosync.cli.arguments import ALL_OPTIONS, Commands, add_command, add_json, flags, load
from solosync.cli.stores import open_store
from solosync.errors import Invalid, Unavailable

if TYPE_CHECKING:
    from solosync.config import Config
    from solosync.store.lock import Holder

ROUTE = "/api/v1/admin/tunnel/"
ANSWER_SECONDS = 15.0
LOOK_SECONDS = 0.3
# A little longer than the server waits for its client.
OPEN_SECONDS = 75.0
# What a running server was told at its own start.
_ITS_OWN = ("tunnel_host", "tunnel_port", "tunnel_url", "tunnel_all")


def register(commands: Commands) -> None:
    sentence = "Let links to boards work from anywhere, as long as the server runs."
    parser = add_command(commands, "tunnel", run, sentence, ALL_OPTIONS)
    parser.usage = "solosync tunnel [close | status] [options]"
    add_json(parser)
    parser.add_argument(
        "word",
        nargs="?",
        choices=("open", "close", "status"),
        default="open",
        metavar="close | status",
        help="End the tunnel, or tell how it is. Without a word it is opened, by the running server"
        " or one that is started with it.",
    )


def run(arguments: argparse.Namespace) -> int:
    config = load(arguments)
    from solosync.store.lock import read_holder

    holder = read_holder(config.data_dir)
    if holder is not None and holder.url is None:
        raise Unavailable("The server is just starting; try again in a moment.")
    if holder is None:
        if arguments.word == "open":
            arguments.tunnel = "true"
            return server.serve(arguments)
        raise Unavailable(f"No server runs on {config.data_dir}.")
    if arguments.word == "close":
        _ask(config, holder, "PUT", {"is_open": False})
    elif arguments.word == "open":
        _open(arguments, config, holder)
    state = _ask(config, holder, "GET")
    return _show(arguments, state)


def _open(arguments: argparse.Namespace, config: Config, holder: Holder) -> None:
    """Raises Invalid for flags that the running server can't be told any more."""
    given = flags(arguments)
    late = [name for name in _ITS_OWN if given[name] is not None]
    if late:
        raise Invalid(
            f"A server runs already, with its own {late[0]}. Write it into solosync.toml, or start"
            " the server with it."
        )
    body = {"is_open": True, "client": config.tunnel_client}
    state = _ask(config, holder, "PUT", body)
    give_up_at = time.monotonic() + OPEN_SECONDS
    while state["state"] == "starting" and time.monotonic() < give_up_at:
        time.sleep(LOOK_SECONDS)
        state = _ask(config, holder, "GET")


def _show(arguments: argparse.Namespace, state: dict[str, Any]) -> int:
    from solosync import greeting

    is_well = state["state"] == "open" or arguments.word != "open"
    if arguments.json:
        terminal.write_json(state)
    elif state["state"] == "open":
        terminal.write(f"The tunnel is open, by {state['client']}, until the server ends.")
        terminal.write(f"Links to boards that are made now begin with {state['url']}")
        if state["leads_to_all"]:
            terminal.write_error("it leads to every page, not to shared boards alone (tunnel_all)")
        greeting.say_code(state["url"])
    elif state["state"] == "off":
        terminal.write("There is no tunnel.")
    else:
        terminal.write(f"The tunnel isn't open ({state['state']}).")
        for line in (state["problem"] or "").splitlines():
            terminal.write(f"  {terminal.printable(line)}")
        terminal.write(state["advice"] or "")
    return 0 if is_well else 1


def _ask(config: Config, holder: Holder, method: str, body: Any = None) -> dict[str, Any]:
    """Of the running server, as this machine's owner. Raises Unavailable."""
    from solosync import crypto
    from solosync.domain import terminals, tokens
    from solosync.net import local

    with open_store(config) as store:
        actor = terminals.find_actor(store)
    token = tokens.new_access(crypto.load_keys(config.data_dir), actor)
    connection = local.connection(holder.url or "", config.data_dir, ANSWER_SECONDS)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    try:
        connection.request(method, ROUTE, json.dumps(body) if body else None, headers)
        answer = connection.getresponse()
        told = json.loads(answer.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unavailable(f"The server at {holder.url} doesn't answer: {error}.") from error
    finally:
        connection.close()
    if answer.status != 200:
        raise Unavailable(f"The server refused: {told.get('detail') or told.get('error')}")
    found: dict[str, Any] = told
    return found
