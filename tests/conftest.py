import shutil
from datetime import UTC, datetime, timedelta

import pytest
from httpx._config import DEFAULT_TIMEOUT_CONFIG

from solosync import crypto, paths
from solosync.store.engine import Store
from tests.servers import PATIENCE_SECONDS

# The five seconds that httpx waits are too few on a busy machine.
for kind in ("connect", "read", "write", "pool"):
    setattr(DEFAULT_TIMEOUT_CONFIG, kind, PATIENCE_SECONDS)
# In this process, what is shown of passwords doesn't hang on what their hashes cost.
HASH_COST = crypto._HASH_MEMORY_KIB, crypto._HASH_PASSES
crypto._HASH_MEMORY_KIB, crypto._HASH_PASSES = 64, 1


@pytest.fixture(scope="session")
def migrated_database(tmp_path_factory):
    """A new database, made once: copying it is faster than migrating for each test."""
    path = tmp_path_factory.mktemp("template") / paths.DATABASE_NAME
    Store.open(path).close()
    return path


@pytest.fixture
def data_dir(tmp_path, migrated_database):
    """A data folder with an empty, migrated database."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    shutil.copyfile(migrated_database, folder / paths.DATABASE_NAME)
    return folder


@pytest.fixture
def store(data_dir):
    with Store.open(data_dir / paths.DATABASE_NAME, migrate=False) as store:
        yield store


class Clock:
    """Stands still at a moment with microseconds in it, until it is advanced."""

    def __init__(self):
        self.now = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)

    def advance(self, **step):
        """`step` as for timedelta: seconds=1, days=30."""
        self.now += timedelta(**step)

    def time_ns(self):
        since = self.now - datetime(1970, 1, 1, tzinfo=UTC)
        return (since // timedelta(microseconds=1)) * 1_000


@pytest.fixture
def clock(monkeypatch):
    """What `solosync.clock` reads, instead of the machine's."""
    clock = Clock()
    monkeypatch.setattr("solosync.clock.time_ns", clock.time_ns)
    return clock
