"""Whether the server is reached, and reaches others: its port, mail, tunnels."""

from __future__ import annotations

import errno
import http.client
import socket
from collections.abc import Iterator
from pathlib import Path

from solosync.config import Config
from solosync.doctor import Finding
from solosync.net import local, mail_check, tunnel_clients
from solosync.store import lock

ANSWER_SECONDS = 3.0


def mail(config: Config) -> Iterator[Finding]:
    """Whether mail can work as it is configured; `solosync mail test` tries it."""
    name = "mail"
    troubles = mail_check.troubles(config)
    for trouble in troubles:
        yield Finding(name, "warning", trouble.found, trouble.advice)
    if not troubles:
        yield Finding(name, "ok", config.email_provider)


def tunnel(config: Config) -> Finding:
    """Whether links to boards can be made to work from anywhere."""
    name = "tunnel"
    chosen = tunnel_clients.choose(config)
    if chosen is not None and chosen.path is not None and chosen in tunnel_clients.usable(config):
        return Finding(name, "ok", f"by {chosen.name}, {chosen.path}")
    is_wanted = config.tunnel or config.tunnel_client != "auto"
    if chosen is None:
        found, advice = "no program that opens one is installed", tunnel_clients.GET_ONE
    elif chosen.path is None:
        found, advice = f"{chosen.name} isn't installed", chosen.how_to_get
    else:
        found, advice = tunnel_clients.NO_HOST, tunnel_clients.SET_HOST
    return Finding(name, "warning" if is_wanted else "ok", found, advice if is_wanted else "")


def port(config: Config) -> Finding:
    """Whether the server answers, or could start."""
    name = "port"
    holder = lock.read_holder(config.data_dir)
    if holder is not None:
        if holder.url and answers(holder.url, config.data_dir):
            return Finding(name, "ok", f"the server answers at {holder.url}")
        return Finding(
            name,
            "failed",
            f"process {holder.pid} holds the data folder, but doesn't answer",
            "If it isn't just starting, stop that process and start `solosync serve` again.",
        )
    try:
        address = socket.getaddrinfo(config.host, config.port, type=socket.SOCK_STREAM)[0]
        socket.create_server(address[4][:2], family=address[0]).close()
    except OSError as error:
        in_use = error.errno == errno.EADDRINUSE
        reason = "another program uses it" if in_use else error.strerror or str(error)
        advice = (
            "Choose another with --port." if in_use else "Choose others with --host and --port."
        )
        return Finding(name, "failed", f"{config.host} port {config.port}: {reason}", advice)
    return Finding(name, "ok", f"{config.host} port {config.port} is free")


def answers(url: str, data_dir: Path) -> bool:
    """Whether a solosync at the address says that it is ready; its certificate is the folder's."""
    connection = local.connection(url, data_dir, ANSWER_SECONDS)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
