"""The programs that open tunnels: how each is started, and what its output means.

None is downloaded and none is asked for a password: what isn't installed and signed in already
isn't used.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from solosync.config import Config

# Most say when they lose their connection and come back by themselves; ssh ends, and is started
# again.
_ALIVE_SECONDS, _ALIVE_TRIES, _CONNECT_SECONDS = 15, 3, 15
LATER = "It is tried again by itself."

NONE_INSTALLED = "None of the programs that open tunnels is installed."
GET_ONE = (
    "Install cloudflared, Tailscale or ngrok; or set tunnel_host to a machine of yours that ssh"
    " reaches."
)
NO_HOST = "ssh needs a machine at which to open the tunnel."
SET_HOST = "Set tunnel_host to one, such as ann@example.org, and start the server again."


class Trouble(NamedTuple):
    """What a client's words mean, and what to do. One that `is_final` isn't tried again: it would
    only look like an attack at the other end."""

    words: re.Pattern[str]
    advice: str
    is_final: bool = False


class Client(NamedTuple):
    """`find` reads the tunnel's address off a line of output. `address_header` is where it tells
    whose request it hands on, the last of several being the one that it saw itself."""

    name: str
    command: Callable[[Config, int], list[str]]
    find: Callable[[Config, str], str | None]
    address_header: bytes
    how_to_get: str
    troubles: Sequence[Trouble]
    noise: re.Pattern[str] = re.compile(r"$^")

    @property
    def path(self) -> str | None:
        """Where it is installed."""
        return shutil.which(self.name)


def choose(config: Config, name: str = "auto") -> Client | None:
    """The client of a name; for `auto` ssh where a host is set, else the first that is installed.
    None if there is none."""
    if name == "auto":
        name = config.tunnel_client
    if name != "auto":
        return CLIENTS[name]
    if config.tunnel_host:
        return CLIENTS["ssh"]
    return next((client for client in usable(config) if client.name != "ssh"), None)


def usable(config: Config) -> list[Client]:
    """Those that are installed, ssh only with a host to open the tunnel at."""
    return [
        client
        for client in CLIENTS.values()
        if client.path and (client.name != "ssh" or config.tunnel_host)
    ]


def judge(client: Client, lines: Sequence[str]) -> Trouble | None:
    """What kept it from going on, by the last words that are known."""
    for line in reversed(lines):
        for trouble in client.troubles:
            if trouble.words.search(line):
                return trouble
    return None


def _origin(text: str) -> str | None:
    """An address as links begin with it, if it is one."""
    url = urlsplit(text.rstrip("/"))
    is_whole = url.scheme in ("http", "https") and url.hostname and not (url.path or url.query)
    return f"{url.scheme}://{url.netloc.lower()}" if is_whole and "@" not in url.netloc else None


# -- ssh ---------------------------------------------------------------------------------------

_FORWARDS = re.compile(r"^debug1: remote forward success for: listen (?:\S*[: ])?(\d+)")
_ALLOCATED = re.compile(r"^Allocated port (\d+) for remote forward")
# What serveo.net, localhost.run and sish (tuns.sh) say, whose machines give the address.
_SAYS_ADDRESS = re.compile(
    r"(?:^Forwarding HTTP traffic from|tunneled with tls termination,|^HTTPS:)\s+(https://[^\s,]+)"
)


def _ssh(config: Config, port: int) -> list[str]:
    host, _, ssh_port = config.tunnel_host.rpartition(":")
    if not host or "]" in ssh_port:
        host, ssh_port = config.tunnel_host, ""
    options = {
        "BatchMode": "yes",
        "ExitOnForwardFailure": "yes",
        "ServerAliveInterval": _ALIVE_SECONDS,
        "ServerAliveCountMax": _ALIVE_TRIES,
        "ConnectTimeout": _CONNECT_SECONDS,
        # A connection that others use already would go on when this one is ended.
        "ControlMaster": "no",
        "ControlPath": "none",
        "ForwardAgent": "no",
        "ForwardX11": "no",
        "PermitLocalCommand": "no",
    }
    return [
        "-v",  # says when the port is open
        "-T",
        # Without an address to be told, nothing needs to run there.
        *(["-N"] if config.tunnel_url else []),
        *(f"-o{name}={value}" for name, value in options.items()),
        *(["-p", ssh_port] if ssh_port else []),
        *("-R", f"{config.tunnel_port}:127.0.0.1:{port}"),
        *("--", host.replace("[", "").replace("]", "")),
    ]


def _find_ssh(config: Config, line: str) -> str | None:
    if not config.tunnel_url:
        said = _SAYS_ADDRESS.search(line)
        return _origin(said[1]) if said else None
    if config.tunnel_port:
        return config.tunnel_url if _FORWARDS.search(line) else None
    allocated = _ALLOCATED.search(line)
    return f"{config.tunnel_url}:{allocated[1]}" if allocated else None


# -- the others --------------------------------------------------------------------------------

_QUICK = re.compile(r"\|\s+(https://[a-z0-9-]+\.trycloudflare\.com)\s+\|")
_FUNNEL = re.compile(r"^(https://[\w.-]+\.ts\.net(?::\d+)?)/?$")
_STARTED = re.compile(r'msg="started tunnel".* url=(https://\S+)')


def _finder(said: re.Pattern[str]) -> Callable[[Config, str], str | None]:
    def find(_: Config, line: str) -> str | None:
        found = said.search(line)
        return _origin(found[1]) if found else None

    return find


def _cloudflared(_: Config, port: int) -> list[str]:
    url = f"http://127.0.0.1:{port}"
    # With somebody's own configuration it would open their tunnel, and no quick one.
    return ["tunnel", "--no-autoupdate", "--config", os.devnull, "--url", url]


def _tailscale(_: Config, port: int) -> list[str]:
    return ["funnel", f"http://127.0.0.1:{port}"]


def _ngrok(_: Config, port: int) -> list[str]:
    return ["http", f"http://127.0.0.1:{port}", "--log=stdout", "--log-format=logfmt"]


def _trouble(words: str, advice: str, *, is_final: bool = False) -> Trouble:
    return Trouble(re.compile(words, re.IGNORECASE), advice, is_final)


CLIENTS = {
    client.name: client
    for client in (
        Client(
            name="ssh",
            command=_ssh,
            find=_find_ssh,
            address_header=b"",
            how_to_get="Install OpenSSH; most systems bring it along.",
            noise=re.compile(r"^(debug\d:|OpenSSH_|Authenticated to |Transferred: |Bytes per )"),
            troubles=(
                _trouble(
                    r"host key verification failed|host identification has changed",
                    "Connect to the machine once by hand with ssh, and compare its key before you"
                    " accept it.",
                    is_final=True,
                ),
                _trouble(
                    r"permission denied|too many authentication failures",
                    "ssh has to get in without a password: put a key of yours into authorized_keys"
                    " there (ssh-copy-id does), and into ssh-agent if it has a passphrase.",
                    is_final=True,
                ),
                _trouble(
                    r"remote port forwarding failed|forwarding disabled|administratively prohib",
                    "The machine doesn't let ssh listen on that port, or another connection has"
                    " it: set tunnel_port to another one. It is tried again by itself.",
                ),
                _trouble(
                    r"no address came",
                    "The machine doesn't tell its address: set tunnel_url to it.",
                ),
                _trouble(
                    r"could not resolve|connection refused|timed out|no route|unreachable"
                    r"|connection closed|connection reset|not responding|broken pipe",
                    LATER,
                ),
            ),
        ),
        Client(
            name="cloudflared",
            command=_cloudflared,
            find=_finder(_QUICK),
            address_header=b"cf-connecting-ip",
            noise=re.compile(r"^\S+ (INF|DBG) "),
            how_to_get="Install cloudflared; its quick tunnels need no account.",
            troubles=(
                _trouble(
                    r"429|too many requests",
                    "Cloudflare wants fewer new tunnels. It is tried again by itself.",
                ),
                _trouble(r"failed to request quick tunnel|failed to dial|lookup", LATER),
            ),
        ),
        Client(
            name="tailscale",
            command=_tailscale,
            find=_finder(_FUNNEL),
            address_header=b"x-forwarded-for",
            how_to_get="Install Tailscale, and sign in with `tailscale up`.",
            troubles=(
                _trouble(
                    r"funnel (is )?not (enabled|available)|to enable, visit",
                    "Allow Funnel for this machine at the address that Tailscale tells. It is"
                    " tried again by itself.",
                ),
                _trouble(
                    r"logged out|needslogin|needs login|not logged in",
                    "Sign in with `tailscale up`, then open the tunnel again.",
                    is_final=True,
                ),
                _trouble(
                    r"access denied|--operator",
                    "Let yourself use Tailscale, once: `sudo tailscale set --operator=$USER`."
                    " Then open the tunnel again.",
                    is_final=True,
                ),
            ),
        ),
        Client(
            name="ngrok",
            command=_ngrok,
            find=_finder(_STARTED),
            address_header=b"x-forwarded-for",
            noise=re.compile(r" lvl=(info|dbug) "),
            how_to_get="Install ngrok, and give it your token with `ngrok config add-authtoken`.",
            troubles=(
                _trouble(
                    r"authtoken|ERR_NGROK_(105|107|4018)\b",
                    "Give ngrok your token with `ngrok config add-authtoken`, then open the tunnel"
                    " again.",
                    is_final=True,
                ),
                _trouble(
                    r"ERR_NGROK_(108|334)\b",
                    "Your account has another ngrok open. End that one; it is tried again by"
                    " itself.",
                ),
            ),
        ),
    )
}
