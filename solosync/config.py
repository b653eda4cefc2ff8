"""The configuration: one table of options. `settings.py` reads them."""

from __future__ import annotations

import dataclasses
import ipaddress
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar
from urllib.parse import urlsplit

from solosync import paths
from solosync.option_kinds import (
    FOLDER,
    GIB,
    HOST,
    ISSUER,
    KIB,
    MIB,
    NETWORKS,
    ORIGIN,
    ORIGINS,
    RATE,
    SENDER,
    SSH_HOST,
    STORAGE,
    SWITCH,
    TEXT,
    VERIFY_PAGE,
    WEB_ADDRESS,
    Kind,
    one_of,
    rate,
    size,
    whole_number,
)

T = TypeVar("T")

ENVIRONMENT_PREFIX = "SOLOSYNC_"


def _option(default: T, kind: Kind[T], help_sentence: str, *, secret: bool = False) -> T:
    metadata = {"kind": kind, "help": help_sentence, "secret": secret}
    return dataclasses.field(default=default, metadata=metadata)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Every option, checked. The table below is the only list of them."""

    data_dir: Path = dataclasses.field(
        default_factory=paths.default_data_dir,
        metadata={"kind": FOLDER, "help": "The folder that holds everything.", "secret": False},
    )
    host: str = _option("127.0.0.1", HOST, "The address to listen on.")
    port: int = _option(8765, whole_number(1, 65535), "The port to listen on.")
    public_url: str = _option(
        "", ORIGIN, "The address that others reach this server by, if it isn't its own."
    )
    lan: bool = _option(
        False, SWITCH, "Listen on every network of this machine and print the addresses."
    )
    tls: bool = _option(
        False, SWITCH, "Serve https, by a certificate that is made here; see docs/lan.md."
    )
    tunnel: bool = _option(
        False, SWITCH, "Open a tunnel at the start, so that share links work from anywhere."
    )
    tunnel_client: Literal["auto", "ssh", "cloudflared", "tailscale", "ngrok"] = _option(
        "auto",
        one_of("auto", "ssh", "cloudflared", "tailscale", "ngrok"),
        "What opens it; auto is ssh where tunnel_host is set, else the first that is installed.",
    )
    tunnel_host: str = _option(
        "", SSH_HOST, "The machine at which ssh opens the tunnel, such as ann@example.org."
    )
    tunnel_port: int = _option(
        80,
        whole_number(0, 65535),
        "The port that ssh has that machine listen on; 0 leaves the choice to it.",
    )
    tunnel_url: str = _option(
        "", ORIGIN, "Where that port is reached, if the machine doesn't tell ssh."
    )
    tunnel_all: bool = _option(
        False, SWITCH, "Let the tunnel lead to every page and the API, not to share links alone."
    )
    open: bool = _option(True, SWITCH, "Open the page in the browser at the start.")
    registration: Literal["closed", "invite", "open"] = _option(
        "closed",
        one_of("closed", "invite", "open"),
        "Who may make an account: nobody, those who are invited, or anybody.",
    )
    rate_limits: bool = _option(
        True, SWITCH, "Limit how often is asked; tries of passwords and codes always are."
    )
    rate_user: int = _option(100, RATE, "Requests a minute of a person who is signed in.")
    rate_anon: int = _option(30, RATE, "Requests a minute of an address that isn't signed in.")
    rate_export: int = _option(10, RATE, "Exports asked for a minute, for each person.")
    rate_sign_in: int = _option(
        5, RATE, "Codes and accounts asked for a minute, for each address and each account."
    )
    rate_autosave: int = _option(
        600,
        RATE,
        "Saves, pages, pictures, files, versions and looks at exports a minute, for each person.",
    )
    rate_admin: int = _option(
        0, rate(may_be_off=True), "Administrative requests a minute; 0 or off is without limit."
    )
    durability: Literal["full", "normal"] = _option(
        "full",
        one_of("full", "normal"),
        "full: an answered save survives a power cut; normal: it survives a crash of the program.",
    )
    max_state_bytes: int = _option(
        64 * MIB, size(64 * KIB, GIB), "The largest board that is taken in."
    )
    export_max_state_bytes: int = _option(
        10 * MIB, size(64 * KIB, GIB), "The largest board that exports are made of."
    )
    export_days: int = _option(30, whole_number(1, 3650), "Days for which exports are kept.")
    storage_url: str = _option(
        "",
        STORAGE,
        "Where files are kept, if not in the data folder: s3://bucket/folder or gs://bucket/folder.",
    )
    cdn_url: str = _option(
        "",
        WEB_ADDRESS,
        "Where a CDN shows what this server has under /files and /thumbnails.",
    )
    room_memory_bytes: int = _option(
        256 * MIB, size(MIB, 1024 * GIB), "Memory for open boards; the idlest are closed first."
    )
    history_full_hours: int = _option(
        24, whole_number(1, 24 * 365), "Hours for which every revision is kept."
    )
    history_hourly_days: int = _option(
        7, whole_number(0, 3650), "Days after that for which one revision an hour is kept."
    )
    history_daily_days: int = _option(
        30,
        whole_number(0, 3650),
        "Days after that for which one revision a day is kept; from then on, one a week.",
    )
    trash_days: int = _option(
        30, whole_number(1, 3650), "Days for which a deleted board can be brought back."
    )
    cors_origins: tuple[str, ...] = _option(
        (), ORIGINS, "Other origins whose pages may use the API with a person's sign-in."
    )
    trusted_proxies: tuple[str, ...] = _option(
        (), NETWORKS, "Proxies whose forwarded addresses are believed."
    )
    frontend_url: str = _option(
        "", WEB_ADDRESS, "Where the whiteboard's own pages are, if not on this server."
    )
    magic_link_verify_url: str = _option(
        "",
        VERIFY_PAGE,
        "The page that mailed sign-in links lead to, ending in /magic-verify, or its origin;"
        " by default this server's own.",
    )
    magic_link_expiry_minutes: int = _option(
        15, whole_number(1, 24 * 60), "Minutes for which a mailed sign-in link and its code work."
    )
    magic_link_debug_echo_token: bool = _option(
        False, SWITCH, "With debug: also answer with the code that is mailed. Never on a network."
    )
    debug: bool = _option(False, SWITCH, "For development only: see magic_link_debug_echo_token.")
    oidc_issuer: str = _option(
        "", ISSUER, "Sign-in by this OpenID Connect provider: its issuer, as it writes it."
    )
    oidc_client_id: str = _option("", TEXT, "This server's name at the OpenID provider.")
    oidc_client_secret: str = _option(
        "", TEXT, "This server's secret at the OpenID provider, if it gave one.", secret=True
    )
    oidc_name: str = _option("OpenID", TEXT, "What the button that leads to the provider says.")
    email_provider: Literal["console", "smtp", "resend", "postmark", "sendgrid"] = _option(
        "console",
        one_of("console", "smtp", "resend", "postmark", "sendgrid"),
        "How mail is sent; console only writes it into the log.",
    )
    email_from: str = _option(
        "solosync@localhost", SENDER, "Who mail is from, such as solosync <boards@example.org>."
    )
    email_api_key: str = _option("", TEXT, "The key for resend, postmark or sendgrid.", secret=True)
    email_api_url: str = _option(
        "", WEB_ADDRESS, "Where the provider's API is, if not at its usual address."
    )
    smtp_host: str = _option("localhost", HOST, "The mail server.")
    smtp_port: int = _option(587, whole_number(1, 65535), "The mail server's port.")
    smtp_security: Literal["starttls", "tls", "none"] = _option(
        "starttls", one_of("starttls", "tls", "none"), "How the mail server is spoken to."
    )
    smtp_username: str = _option("", TEXT, "The name to sign in to the mail server with, if any.")
    smtp_password: str = _option("", TEXT, "And its password.", secret=True)
    metrics: bool = _option(
        False, SWITCH, "Serve figures for Prometheus at /metrics, to whoever can reach it."
    )
    api_docs_enabled: bool = _option(
        False, SWITCH, "Serve the API's description; by default only if host is this machine."
    )
    log_level: str = _option(
        "warning", one_of("debug", "info", "warning", "error"), "The least that is logged."
    )
    log_format: str = _option("text", one_of("text", "json"), "How log lines look.")

    @property
    def database(self) -> Path:
        return self.data_dir / paths.DATABASE_NAME

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return is_loopback(self.host)

    @property
    def crosses_sites(self) -> bool:
        """Whether `cors_origins` names another site, whose pages get no cookie of ours unless it
        says so. Ports don't make another site; that names under one domain are one site too is left
        out, because it takes a list of all domains to know."""
        own = urlsplit(self.base_url).hostname
        return any(urlsplit(origin).hostname != own for origin in self.cors_origins)

    @property
    def local_url(self) -> str:
        """The server's own address for a browser on this machine, without a slash at the end."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        shown = f"[{host}]" if ":" in host else host
        return f"{self.scheme}://{shown}:{self.port}"

    @property
    def scheme(self) -> str:
        """How this server itself is spoken to, whatever stands before it."""
        return "https" if self.tls else "http"

    @property
    def base_url(self) -> str:
        """`public_url`, else the local address."""
        return self.public_url or self.local_url


class Option(NamedTuple):
    """A row of the table, for help, documentation and `solosync config`."""

    name: str
    default: Any
    kind: Kind[Any]
    help: str
    secret: bool

    @property
    def flag(self) -> str:
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        return ENVIRONMENT_PREFIX + self.name.upper()

    @property
    def is_switch(self) -> bool:
        return self.kind is SWITCH

    def show(self, value: Any) -> str:
        """The value as text that can be given again; a secret only as being set."""
        if self.secret and value:
            return "(set)"
        return self.kind.show(value)

    def plain(self, value: Any) -> bool | int | str | list[str]:
        """The value for JSON; sizes in bytes."""
        if isinstance(value, tuple):
            return list(value)
        return value if isinstance(value, bool | int) else self.show(value)


def _options() -> Iterator[Option]:
    for field in dataclasses.fields(Config):
        yield Option(field.name, field.default, **field.metadata)


OPTIONS: Mapping[str, Option] = {option.name: option for option in _options()}


def is_loopback(host: str) -> bool:
    """Whether an address or host name is this machine's own, out of reach for others."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
