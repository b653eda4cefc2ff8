"""Where the configuration comes from: flags, the environment and a file, read once and checked.

An option's value is the first of: its flag (`--max-state-bytes`), its environment variable
(`SOLOSYNC_MAX_STATE_BYTES`), its line in `solosync.toml`, its default. The file is the one in the
data folder, or the one named by `--config` or `SOLOSYNC_CONFIG`.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from solosync import paths
from solosync.config import ENVIRONMENT_PREFIX, OPTIONS, Config, Option, is_loopback
from solosync.option_kinds import parse_path


class ConfigError(ValueError):
    """A setting that can't be used. The message is one sentence: where it stands and what may."""


class Setting(NamedTuple):
    """What an option is set to, and by which flag, variable, file or (`default`) none."""

    value: Any
    source: str


def load(flags: Mapping[str, str | None], environ: Mapping[str, str] = os.environ) -> Config:
    """The configuration of one run. Raises ConfigError.

    `flags` maps option names, and `config` for the file, to texts; None is a flag not given.
    A variable that is empty counts as not given.
    """
    return build(collect(flags, environ))


def build(chosen: Mapping[str, Setting]) -> Config:
    return Config(**{name: setting.value for name, setting in chosen.items()})


def collect(
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
    import tomllib  # takes its time, and most data folders have no such file

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
