"""The configuration: one table of options, read once, passed on.

An option's value is the first of: its flag (`--max-state-bytes`), its environment variable
(`SOLOSYNC_MAX_STATE_BYTES`), its line in `solosync.toml`, its default. The file is the one in the
data folder, or the one named by `--config` or `SOLOSYNC_CONFIG`.
"""

from __future__ import annotations

import dataclasses
import difflib
import ipaddress
import os
import tomllib
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
    MOST_A_MINUTE,
    NETWORKS,
    ORIGIN,
    ORIGINS,
    RATE,
    SENDER,
    STORAGE,
    SWITCH,
    TEXT,
    VERIFY_PAGE,
    WEB_ADDRESS,
    Kind,
    one_of,
    parse_path,
    size,
    whole_number,
)

T = TypeVar("T")

ENVIRONMENT_PREFIX = "SOLOSYNC_"


class ConfigError(ValueError):
    """A setting that can't be used. The message is one sentence: where it stands and what may."""


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
        600, RATE, "Saves, pages, pictures, files and looks at exports a minute, for each person."
    )
    rate_admin: int = _option(
        0, whole_number(0, MOST_A_MINUTE), "Administrative requests a minute; 0 is without limit."
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


class Setting(NamedTuple):
    """What an option is set to, and by which flag, variable, file or (`default`) none."""

    value: Any
    source: str


def load(flags: Mapping[str, str | None], environ: Mapping[str, str] = os.environ) -> Config:
    """The configuration of one run. Raises ConfigError.

    `flags` maps option names, and `config` for the file, to texts; None is a flag not given.
    A variable that is empty counts as not given.
    """
    return build(settings(flags, environ))


def build(chosen: Mapping[str, Setting]) -> Config:
    return Config(**{name: setting.value for name, setting in chosen.items()})


def settings(
    flags: Mapping[str, str | None], environ: Mapping[str, str] = os.environ
) -> dict[str, Setting]:
    """Every option's value and where it comes from, in the table's order. Raises ConfigError."""
    given = _from_environment(environ) | _from_flags(flags)
    file = flags.get("config") or environ.get(ENVIRONMENT_PREFIX + "CONFIG")
    if file:
        given = _from_file(parse_path(file)) | given
    data_dir = given.get("data_dir") or Setting(paths.default_data_dir(), "default")
    default_file = data_dir.value / paths.CONFIG_NAME
    if not file and default_file.exists():
        from_file = _from_file(default_file)
        if "data_dir" in from_file:
            raise ConfigError(
                f"{default_file} lies in the data folder and can't set data_dir;"
                " use --data-dir or SOLOSYNC_DATA_DIR."
            )
        given = from_file | given
    given["data_dir"] = data_dir
    chosen = {
        name: given.get(name, Setting(option.default, "default"))
        for name, option in OPTIONS.items()
    }
    return _settle(chosen)


def is_loopback(host: str) -> bool:
    """Whether an address or host name is this machine's own, out of reach for others."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _settle(chosen: dict[str, Setting]) -> dict[str, Setting]:
    """Options that follow from others."""
    host, lan, docs = chosen["host"], chosen["lan"], chosen["api_docs_enabled"]
    if lan.value and host.source == "default":
        host = chosen["host"] = Setting("0.0.0.0", f"lan, by {lan.source}")
    elif lan.value and is_loopback(host.value):
        raise ConfigError(
            f"lan (by {lan.source}) and host = {host.value} (by {host.source}) contradict each"
            " other; leave one of them out."
        )
    if docs.source == "default":
        chosen["api_docs_enabled"] = Setting(is_loopback(host.value), "default")
    _check_openid(chosen["oidc_issuer"], chosen["oidc_client_id"])
    return chosen


def _check_openid(issuer: Setting, client_id: Setting) -> None:
    if not issuer.value:
        return
    if not client_id.value:
        raise ConfigError(
            f"oidc_issuer (by {issuer.source}) needs oidc_client_id: this server's name there."
        )
    url = urlsplit(issuer.value)
    if url.scheme != "https" and not is_loopback(url.hostname or ""):
        raise ConfigError(f"oidc_issuer (by {issuer.source}) must be an https address.")


def read(option: Option, text: str, source: str) -> Setting:
    """One option's value from text. Raises ConfigError, which doesn't repeat a secret."""
    try:
        return Setting(option.kind.parse(text), source)
    except ValueError:
        was = "" if option.secret else f", not {text!r}"
        raise ConfigError(
            f"{option.name} (by {source}) must be {option.kind.allowed}{was}."
        ) from None


def _from_flags(flags: Mapping[str, str | None]) -> dict[str, Setting]:
    return {
        name: read(option, text, option.flag)
        for name, option in OPTIONS.items()
        if (text := flags.get(name)) is not None
    }


def _from_environment(environ: Mapping[str, str]) -> dict[str, Setting]:
    # Unknown variables are let be: other programs may share the prefix.
    return {
        name: read(option, text, option.variable)
        for name, option in OPTIONS.items()
        if (text := environ.get(option.variable))
    }


def _from_file(file: Path) -> dict[str, Setting]:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{file} can't be read: {error.strerror}.") from error
    except ValueError as error:  # not UTF-8, or not TOML
        raise ConfigError(f"{file} is not a TOML file: {error}.") from error
    found = {}
    for name, value in table.items():
        if name not in OPTIONS:
            near = difflib.get_close_matches(name, OPTIONS, n=1)
            hint = f"did you mean {near[0]}?" if near else "`solosync config` lists them all."
            raise ConfigError(f"{file} sets {name}, which is no option; {hint}")
        found[name] = read(OPTIONS[name], _as_text(value), str(file))
    return found


def _as_text(value: object) -> str:
    """A TOML value as it would stand on the command line."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ",".join(str(item) for item in value)
    return str(value)
