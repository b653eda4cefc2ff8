"""Two to five devices over all three doors, with everything that can go wrong between them."""

import os
import random

import pytest
from pycrdt import Doc

from solosync.board import document
from tests.realtime.fuzz import World

SEEDS = int(os.environ.get("SOLOSYNC_FUZZ_SEEDS", "50"))

# Seeds that once failed, and what they found.
REGRESSIONS: dict[str, int] = {}


def run(seed, path, monkeypatch):
    clients = random.Random(seed)
    # Who wins a race between two fields depends on the client ids; the seed has to decide.
    monkeypatch.setattr(document, "Doc", lambda: Doc(client_id=clients.getrandbits(31)))
    world = World(seed, path)
    try:
        world.run()
    except BaseException:
        print(f"failing seed: {seed}")
        raise
    finally:
        world.close()


@pytest.mark.parametrize("seed", range(SEEDS))
def test_everyone_ends_with_the_same_board_and_nothing_is_lost(seed, data_dir, monkeypatch):
    run(seed, data_dir / "solosync.db", monkeypatch)
