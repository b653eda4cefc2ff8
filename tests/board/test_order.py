import random
import subprocess

import pytest

from solosync.board.entries import code_units
from solosync.board.order import DIGITS, NoRoom, key_between, keys_between
from tests.node_client import SCRIPTS
from tests.nodejs import node_path, npm_install


@pytest.mark.parametrize(
    ("low", "high", "key"),
    [
        (None, None, "a0"),
        (None, "a0", "Zz"),
        (None, "Zz", "Zy"),
        ("a0", None, "a1"),
        ("az", None, "b00"),
        ("bzz", None, "c000"),
        ("a0", "a1", "a0V"),
        ("a1", "a2", "a1V"),
        ("a0V", "a1", "a0l"),
        ("Zz", "a0", "ZzV"),
        ("Zz", "a1", "a0"),
        (None, "Y00", "Xzzz"),
        ("a0", "a0V", "a0G"),
        ("a0", "a0G", "a08"),
        ("b125", "b129", "b127"),
        ("a0", "a1V", "a1"),
        ("Zz", "a01", "a0"),
        (None, "a0V", "a0"),
        (None, "b999", "b99"),
        (None, "A000000000000000000000000001", "A000000000000000000000000000V"),
        ("zzzzzzzzzzzzzzzzzzzzzzzzzzy", None, "zzzzzzzzzzzzzzzzzzzzzzzzzzz"),
        ("zzzzzzzzzzzzzzzzzzzzzzzzzzz", None, "zzzzzzzzzzzzzzzzzzzzzzzzzzzV"),
    ],
)
def test_keys_are_those_of_fractional_indexing(low, high, key):
    """[ORD1]"""
    assert key_between(low, high) == key


@pytest.mark.parametrize(
    ("low", "high"),
    [
        ("a1", "a0"),
        ("a1", "a1"),
        ("a00", None),
        ("a00", "a1"),
        (None, "A00000000000000000000000000"),
        ("", None),
        (None, ""),
        ("0", "1"),
        ("a", None),
        ("b1", None),
        ("a!", None),
        ("aé", "b00"),
        ("höher", None),
        ("a0", "😀"),
    ],
)
def test_nothing_fits_beside_keys_that_are_equal_out_of_order_or_foreign(low, high):
    """[ORD3]"""
    with pytest.raises(NoRoom):
        key_between(low, high)
    with pytest.raises(NoRoom):
        keys_between(low, high, 3, random.Random(1))


@pytest.mark.parametrize("seed", range(20))
def test_many_keys_lie_in_order_between_their_neighbours(seed):
    """[ORD1]"""
    rng = random.Random(seed)
    keys = keys_between(None, None, 5, rng)
    for _ in range(60):
        at = rng.randint(0, len(keys))
        low = keys[at - 1] if at else None
        high = keys[at] if at < len(keys) else None
        keys[at:at] = keys_between(low, high, rng.randint(0, 4), rng)
    assert keys == sorted(set(keys)), seed
    assert all(key[-1] != "0" and set(key) <= set(DIGITS) for key in keys), seed


def test_keys_stay_short_at_the_front_and_at_the_end():
    """[ORD5]"""
    rng = random.Random(3)
    first = last = keys_between(None, None, 1, rng)[0]
    for _ in range(5000):
        first = keys_between(None, first, 1, rng)[0]
        last = keys_between(last, None, 1, rng)[0]
    assert max(len(first), len(last)) <= 8
    assert max(map(len, keys_between(None, None, 10_000, rng))) <= 9


def test_keys_in_the_middle_grow_slowly():
    """[ORD5]"""
    rng = random.Random(3)
    low, high = keys_between(None, None, 2, rng)
    assert max(map(len, keys_between(low, high, 1000, rng))) <= 20


def test_two_devices_make_different_keys_for_the_same_place():
    """[ORD4]"""
    keys = {keys_between("a0", "a1", 1, random.Random(seed))[0] for seed in range(200)}
    assert len(keys) > 195


def test_strings_sort_as_in_javascript():
    """[ORD2]"""
    # U+FF21 comes after the surrogates of U+1F600 in code points, and before them in code units.
    assert sorted(["\uff21", "😀", "a", "Z", "é", ""], key=code_units) == [
        "",
        "Z",
        "a",
        "é",
        "😀",
        "\uff21",
    ]


@pytest.mark.interop
def test_the_npm_library_takes_our_keys_and_we_take_its():
    """[ORD1]"""
    npm_install(SCRIPTS)
    seed = 11
    rng = random.Random(seed)
    keys = keys_between(None, None, 40, rng)
    for _ in range(150):
        at = rng.randint(0, len(keys))
        low, high = (keys[at - 1] if at else None), (keys[at] if at < len(keys) else None)
        keys[at:at] = keys_between(low, high, rng.randint(1, 3), rng)
    script = """
        import { generateKeyBetween } from 'fractional-indexing'
        import { text } from 'node:stream/consumers'
        const keys = (await text(process.stdin)).split(' ')
        const sorted = [...keys].sort((a, b) => (a < b ? -1 : 1))
        if (sorted.some((key, i) => key !== keys[i])) throw new Error('sorted differently')
        const ends = [null, ...keys, null]
        console.log(ends.slice(1).map((key, i) => generateKeyBetween(ends[i], key)).join(' '))
    """
    done = subprocess.run(
        [str(node_path()), "--input-type=module", "--eval", script],
        input=" ".join(keys),
        cwd=SCRIPTS,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, (seed, done.stderr)
    theirs = done.stdout.split()
    assert len(theirs) == len(keys) + 1
    ends = [None, *keys, None]
    for low, high, key in zip(ends, ends[1:], theirs, strict=False):
        assert key == key_between(low, high)
        # Between ours and theirs there is room again.
        between = keys_between(low, key, 2, rng)
        assert [low or "", *between, key] == sorted([low or "", *between, key])
