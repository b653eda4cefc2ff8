"""Plain values of a Yjs map as JSON text."""

import pytest
from pycrdt import Doc, Map

from solosync.board.values import shown

EDGE = 2**53


@pytest.mark.parametrize("nest", [lambda value: value, lambda value: [{"a": value}]])
@pytest.mark.parametrize(
    "value",
    [0, -1, EDGE - 1, 1 - EDGE, EDGE, -EDGE, EDGE + 1, EDGE + 2, 2**60, -(2**63), 2**63 - 1],
)
def test_a_bigint_shows_the_same_after_the_next_load(value, nest):
    """[PROJ5]"""
    doc: Doc = Doc()
    doc.get("root", type=Map)["key"] = nest(value)
    texts = []
    for _ in range(3):
        texts.append(shown(doc.get("root", type=Map)["key"]))
        update = doc.get_update()
        doc = Doc()
        doc.apply_update(update)
    assert len(set(texts)) == 1
