"""Backups and restores are killed at random moments."""

import contextlib
import random
import subprocess

import pytest

from solosync import cli, paths
from solosync.domain import sessions
from solosync.domain.archives import Archive
from solosync.store import maintenance
from solosync.store.engine import Store
from tests.backups import back_up, opened
from tests.make import make_actor, make_user
from tests.servers import FROM_SOURCE, PATIENCE_SECONDS, ROOT

WHOLE_SECONDS, EXCHANGE_SECONDS = 1.5, 0.02  # how long it goes on, and how long the end of it
MIB = 1024 * 1024


def killed(until, seconds, *words):
    """Runs a command, and kills it so long after `until` holds; its exit code."""
    process = subprocess.Popen(
        [*FROM_SOURCE, *words], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    with process:
        while not until() and process.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.001)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
        process.kill()
        _, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert errors == b""
    return process.returncode


def fill(store, rng):
    """So that there is something to be at when it ends."""
    noise = [rng.randbytes(MIB).hex() for _ in range(4)]
    for number, text in enumerate(noise):
        store.write(
            lambda tx, name=f"noise{number}", text=text: tx.execute(
                "INSERT INTO settings VALUES (?, ?)", (name, text)
            )
        )


def names(folder):
    with opened(folder) as store:
        assert maintenance.integrity_check(store) == []
        return {board.name for board in sessions.list_all_sessions(store)}


@pytest.mark.parametrize(
    "kills", [2, pytest.param(60, marks=[pytest.mark.soak, pytest.mark.timeout(900)])]
)
def test_killed_restore_leaves_what_was_there_or_what_was_restored(data_dir, tmp_path, kills):
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    file = tmp_path / "backup.zip"
    with Store.open(data_dir / paths.DATABASE_NAME) as store:
        actor = make_actor(store, make_user(store))
        fill(store, rng)
        sessions.create_session(store, actor, name="Plan")
        back_up(store, file)
    marker, outcomes = data_dir / paths.RESTORING_NAME, []

    def is_unpacking():
        return any((data_dir / "tmp").glob("restore-*/solosync.db"))

    def is_exchanging():
        return marker.exists()

    for number in range(kills):
        with opened(data_dir) as store:
            sessions.create_session(store, actor, name=f"Later {number}")
        before, asides = names(data_dir), set(data_dir.glob("before-restore-*"))
        options = ("--yes", "--data-dir", str(data_dir))
        until, longest = is_unpacking, WHOLE_SECONDS
        if rng.random() < 0.5:
            until, longest = is_exchanging, EXCHANGE_SECONDS
        code = killed(until, rng.uniform(0, longest), "restore", str(file), *options)
        was_begun = marker.exists()
        assert cli.main(["boards", "list", "--json", "--data-dir", str(data_dir)]) == 0
        assert not marker.exists()
        added = set(data_dir.glob("before-restore-*")) - asides
        now = names(data_dir)
        if now == {"Plan"}:
            (aside,) = added
            assert names(aside) == before
        else:
            assert (now, added, code == 0) == (before, set(), False)
        outcomes.append("finished later" if was_begun else "new" if added else "old")
    print({outcome: outcomes.count(outcome) for outcome in outcomes})


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_killed_backup_is_there_whole_or_not_at_all(data_dir, tmp_path, kills=30):
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    with Store.open(data_dir / paths.DATABASE_NAME) as store:
        fill(store, rng)
    whole = 0
    for number in range(kills):
        file = tmp_path / f"{number}.zip"

        def is_at_work():
            return any(tmp_path.glob(".solosync-backup-*"))

        seconds = rng.uniform(0, WHOLE_SECONDS)
        killed(is_at_work, seconds, "backup", "-o", str(file), "--data-dir", str(data_dir))
        if file.exists():
            whole += 1
            with Archive(file) as archive:
                for part in archive.manifest.parts:
                    archive.extract(part, tmp_path / "part", lambda _: None)
                    (tmp_path / "part").unlink()
    print(f"{whole} of {kills} were done")
