import dataclasses
from pathlib import Path

import pytest

from solosync import settings
from solosync.config import OPTIONS, Config, Option
from solosync.option_kinds import Kind
from solosync.settings import ConfigError

MIB = 1024 * 1024


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "folder"


def load(folder: Path, flags=None, environ=None, file: str | None = None) -> Config:
    if file is not None:
        folder.mkdir(exist_ok=True)
        (folder / "solosync.toml").write_text(file, encoding="utf-8")
    return settings.load({"data_dir": str(folder), **(flags or {})}, environ or {})


def refusal(folder: Path, **given) -> str:
    with pytest.raises(ConfigError) as caught:
        load(folder, **given)
    message = str(caught.value)
    assert "\n" not in message
    assert message.endswith((".", "?"))
    return message


def test_rate_is_a_number_a_minute(folder):
    environ = {"SOLOSYNC_RATE_USER": "5/min", "SOLOSYNC_RATE_ADMIN": "off"}
    loaded = load(folder, {"rate_anon": "7"}, environ, file='rate_export = "3/min"')
    assert (loaded.rate_user, loaded.rate_anon, loaded.rate_export) == (5, 7, 3)
    assert loaded.rate_admin == 0
    for wrong in ("off", "0", "5/s", "/min", "5 /min"):
        assert "such as 100 or 100/min" in refusal(folder, flags={"rate_user": wrong})


def test_flag_wins_over_environment_over_file_over_default(folder):
    environ = {"SOLOSYNC_PORT": "9002"}
    assert load(folder).port == 8765
    assert load(folder, file="port = 9001").port == 9001
    assert load(folder, environ=environ).port == 9002
    assert load(folder, {"port": "9003"}, environ).port == 9003


def test_each_setting_knows_where_it_comes_from(folder):
    folder.mkdir()
    (folder / "solosync.toml").write_text('log_level = "info"', encoding="utf-8")
    flags = {"data_dir": str(folder), "host": "::1", "port": None}
    chosen = settings.collect(flags, {"SOLOSYNC_PORT": "9000"})
    assert {name: chosen[name].source for name in ("host", "port", "log_level", "lan")} == {
        "host": "--host",
        "port": "SOLOSYNC_PORT",
        "log_level": str(folder / "solosync.toml"),
        "lan": "default",
    }


def test_empty_variable_counts_as_not_given(folder):
    assert load(folder, environ={"SOLOSYNC_PORT": ""}).port == 8765


def test_file_takes_the_types_of_toml(folder):
    loaded = load(
        folder,
        file="""
        port = 9000
        rate_limits = false
        max_state_bytes = "32MiB"
        cors_origins = ["https://a.example", "http://b.example:8080/"]
        """,
    )
    assert loaded.port == 9000
    assert loaded.rate_limits is False
    assert loaded.max_state_bytes == 32 * MIB
    assert loaded.cors_origins == ("https://a.example", "http://b.example:8080")


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("67108864", 64 * MIB),
        ("64MiB", 64 * MIB),
        ("64 MiB", 64 * MIB),
        ("512KiB", 512 * 1024),
        ("1MB", 1_000_000),
        ("1GiB", 1024 * MIB),
    ],
)
def test_sizes_are_read_with_their_unit(folder, text, size):
    assert load(folder, {"max_state_bytes": text}).max_state_bytes == size


@pytest.mark.parametrize("text", ["true", "yes", "on", "1", "True"])
def test_switches_are_read_as_people_write_them(folder, text):
    assert load(folder, {"lan": text}).lan is True


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("port", "0"),
        ("port", "65536"),
        ("port", "80.5"),
        ("port", "٣٤٥"),
        ("host", "two words"),
        ("host", ""),
        ("public_url", "boards.example.org"),
        ("public_url", "https://boards.example.org/path"),
        ("public_url", "https://name:pass@boards.example.org"),
        ("public_url", "https://boards.example.org:99999"),
        ("lan", "perhaps"),
        ("durability", "fast"),
        ("max_state_bytes", "64M"),
        ("max_state_bytes", "-1"),
        ("max_state_bytes", "1B"),
        ("max_state_bytes", "1.5MiB"),
        ("cors_origins", "*"),
        ("trusted_proxies", "10.0.0.0/8, proxy"),
        ("log_level", "loud"),
        ("trash_days", "0"),
    ],
)
def test_bad_value_is_refused_with_its_source_and_what_is_allowed(folder, option, text):
    message = refusal(folder, flags={option: text})
    assert message.startswith(f"{option} (by {OPTIONS[option].flag}) must be ")
    assert OPTIONS[option].kind.allowed in message
    assert repr(text) in message


def test_refusal_names_the_variable_or_the_file(folder):
    assert "(by SOLOSYNC_PORT)" in refusal(folder, environ={"SOLOSYNC_PORT": "x"})
    assert str(folder / "solosync.toml") in refusal(folder, file='port = "x"')


def test_refusal_of_a_secret_does_not_repeat_it():
    kind = Kind("a number", int)
    option = Option("api_key", None, kind, "A key.", secret=True)
    with pytest.raises(ConfigError) as caught:
        settings.read(option, "hunter2", "--api-key")
    assert "hunter2" not in str(caught.value)
    assert option.show("hunter2") == "(set)"


def test_unknown_key_in_the_file_names_the_nearest_option(folder):
    assert "did you mean max_state_bytes?" in refusal(folder, file="max_state_byte = 1")


def test_table_in_the_file_is_refused(folder):
    assert "port" in refusal(folder, file="[port]\nnumber = 1")


def test_broken_file_is_refused_by_name(folder):
    assert str(folder / "solosync.toml") in refusal(folder, file="port = = 1")


def test_named_file_is_read_instead_of_the_one_in_the_data_folder(folder, tmp_path):
    other = tmp_path / "other.toml"
    other.write_text("port = 9100", encoding="utf-8")
    assert load(folder, {"config": str(other)}, file="port = 9001").port == 9100
    assert load(folder, environ={"SOLOSYNC_CONFIG": str(other)}).port == 9100


def test_named_file_that_is_missing_is_an_error(folder, tmp_path):
    assert "can't be read" in refusal(folder, flags={"config": str(tmp_path / "none.toml")})


def test_named_file_may_choose_the_data_folder_but_its_own_file_may_not(tmp_path):
    named = tmp_path / "named.toml"
    named.write_text(f"data_dir = '{tmp_path / 'elsewhere'}'", encoding="utf-8")
    assert settings.load({"config": str(named)}, {}).data_dir == tmp_path / "elsewhere"
    assert "can't set data_dir" in refusal(tmp_path / "here", file="data_dir = '/tmp'")


def test_relative_data_dir_becomes_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert settings.load({"data_dir": "boards"}, {}).data_dir == tmp_path / "boards"


def test_lan_listens_on_every_network(folder):
    assert load(folder, {"lan": "true"}).host == "0.0.0.0"
    assert load(folder, {"lan": "true", "host": "192.0.2.7"}).host == "192.0.2.7"
    assert "contradict" in refusal(folder, flags={"lan": "true", "host": "localhost"})


def test_an_openid_provider_is_named_as_it_names_itself_and_knows_us(folder):
    flags = {"oidc_issuer": "https://accounts.example.org/", "oidc_client_id": "solosync"}
    assert load(folder, flags).oidc_issuer == "https://accounts.example.org/"
    local = flags | {"oidc_issuer": "http://localhost:8080/realms/home"}
    assert load(folder, local).oidc_issuer == "http://localhost:8080/realms/home"
    assert "oidc_client_id" in refusal(folder, flags=flags | {"oidc_client_id": None})
    for issuer in ("http://accounts.example.org", "accounts.example.org", "https://a.example/?b"):
        assert "oidc_issuer" in refusal(folder, flags=flags | {"oidc_issuer": issuer})


@pytest.mark.parametrize(
    ("host", "docs"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("192.0.2.7", False), ("box", False)],
)
def test_api_docs_are_on_only_where_nobody_else_can_reach_them(folder, host, docs):
    loaded = load(folder, {"host": host})
    assert loaded.is_loopback is docs
    assert loaded.api_docs_enabled is docs
    assert load(folder, {"host": host, "api_docs_enabled": "true"}).api_docs_enabled is True


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8765"),
        ("0.0.0.0", "http://127.0.0.1:8765"),
        ("::", "http://[::1]:8765"),
    ],
)
def test_local_url_is_one_that_a_browser_here_can_open(folder, host, url):
    assert load(folder, {"host": host}).local_url == url


def test_public_url_is_the_base_url_when_set(folder):
    loaded = load(folder, {"public_url": "https://Boards.example.org:443/"})
    assert loaded.base_url == "https://boards.example.org"
    assert load(folder).base_url == "http://127.0.0.1:8765"


def test_config_cannot_be_changed(folder):
    with pytest.raises(dataclasses.FrozenInstanceError):
        load(folder).port = 1  # type: ignore[misc]


@pytest.mark.parametrize("option", OPTIONS.values(), ids=lambda option: option.name)
def test_every_option_has_help_and_reads_back_what_it_shows(option):
    assert option.help.endswith(".")
    assert option.kind.allowed
    if option.default is not dataclasses.MISSING:
        assert option.kind.parse(option.kind.show(option.default)) == option.default


def test_every_option_has_something_behind_it():
    """An option that no code reads would be a promise that nobody keeps."""
    package = Path(settings.__file__).parent
    code = "\n".join(
        file.read_text(encoding="utf-8")
        for file in package.rglob("*.py")
        if file.name not in ("config.py", "settings.py", "option_kinds.py")
    )
    unread = [name for name in OPTIONS if f"config.{name}" not in code]
    assert unread == []


@pytest.mark.parametrize(
    "name, text, value",
    [
        ("storage_url", "s3://bucket/some/folder?endpoint=http://127.0.0.1:1&region=x", None),
        ("storage_url", "gs://bucket", None),
        ("cdn_url", "https://cdn.example.org/boards/", "https://cdn.example.org/boards"),
        ("cdn_url", "https://CDN.example.org:443", "https://cdn.example.org"),
        ("magic_link_verify_url", "https://app.example.org/", "https://app.example.org"),
        ("magic_link_verify_url", "http://app.example.org/a/magic-verify", None),
    ],
)
def test_addresses_of_files_are_read(name, text, value):
    assert getattr(settings.load({name: text}, {}), name) == (value or text)


@pytest.mark.parametrize(
    "name, text",
    [
        ("storage_url", "http://bucket/folder"),
        ("storage_url", "s3:///folder"),
        ("storage_url", "s3://key:secret@bucket"),
        ("cdn_url", "cdn.example.org"),
        ("cdn_url", "https://cdn.example.org/?x=1"),
        ("magic_link_verify_url", "ftp://app.example.org/magic-verify"),
        ("magic_link_verify_url", "https://app.example.org/elsewhere"),
        ("magic_link_verify_url", "https://app.example.org/magic-verify?x=1"),
        ("export_days", "0"),
        ("export_max_state_bytes", "1KiB"),
    ],
)
def test_unusable_addresses_and_limits_are_refused(name, text):
    with pytest.raises(ConfigError, match=name):
        settings.load({name: text}, {})
