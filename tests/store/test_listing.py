"""Pages of lists against a sorted Python list, while rows come and go."""

import itertools
import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solosync.records.listing import Query, Slice, Sort
from solosync.store import listing
from solosync.store.listing import Listed
from solosync.store.transactions import Tx

NAMES = ("", "a", "A", "b", "é", "ab", "\U0001f9d1\u200d\U0001f4bb", "\u3000", "x'\"%_\0")
LISTED = Listed(
    columns="things.key, things.name",
    source="FROM things WHERE owner = ?",
    sorts={"name": "name", "size": "size", "share": "share"},
    filters={"least": "size >= ?", "either": "size = 1 OR name = ?"},
    key="things.key",
)
ROWS = st.tuples(
    st.sampled_from(NAMES), st.integers(0, 3), st.sampled_from((-1.5, 0.0, 0.1, 1e300))
)
SORTS = st.lists(
    st.builds(Sort, st.sampled_from(("name", "size", "share")), st.booleans()),
    max_size=3,
    unique_by=lambda sort: sort.field,
).map(tuple)


class Things:
    """A table and, beside it, what it holds: key → (name, size, share)."""

    def __init__(self, rows=()):
        self.connection = sqlite3.connect(":memory:")
        self.connection.execute(
            "CREATE TABLE things (key TEXT PRIMARY KEY, owner INTEGER, name TEXT, size INTEGER,"
            " share REAL) STRICT"
        )
        self.tx = Tx(self.connection)
        self.rows = {}
        for number, row in enumerate(rows):
            self.insert(f"{number:03}", row)
        self.connection.execute("INSERT INTO things VALUES ('other', 2, 'a', 1, 0.1)")

    def insert(self, key, row):
        self.connection.execute("INSERT INTO things VALUES (?, 1, ?, ?, ?)", (key, *row))
        self.rows[key] = row

    def delete(self, key):
        self.connection.execute("DELETE FROM things WHERE key = ?", (key,))
        del self.rows[key]

    def page(self, sort, position=None, *, back=False, limit=2, filters=None):
        query = Query(sort, filters or {}, limit, position, back, "question")
        return listing.page(self.tx, LISTED, [1], query)

    def in_order(self, sort):
        """All keys, as Python sorts them: from the least important value to the first."""
        keys = sorted(self.rows, reverse=bool(sort) and sort[-1].is_descending)
        for order in reversed(sort):
            place = ("name", "size", "share").index(order.field)
            by_value = {key: row[place] for key, row in self.rows.items()}
            keys.sort(key=by_value.__getitem__, reverse=order.is_descending)
        return keys


def keys(page):
    return [row[0] for row in page.items]


@settings(deadline=None)
@given(st.lists(ROWS, max_size=12), SORTS, st.integers(1, 5))
def test_pages_in_both_directions_are_the_sorted_list(rows, sort, limit):
    things = Things(rows)
    expected = things.in_order(sort)
    pages = [things.page(sort, limit=limit)]
    while pages[-1].next is not None:
        pages.append(things.page(sort, pages[-1].next, limit=limit))
    assert [key for page in pages for key in keys(page)] == expected
    assert all(len(page.items) == limit for page in pages[:-1])
    assert {page.total for page in pages} == {len(rows)}
    assert pages[0].prev is None

    for before, page in itertools.pairwise(pages):
        again = things.page(sort, page.prev, back=True, limit=limit)
        assert again == before
        assert things.page(sort, again.next, limit=limit) == page


@settings(deadline=None)
@given(st.data())
def test_what_stays_is_met_once_and_in_order_while_rows_come_and_go(data):
    things = Things(data.draw(st.lists(ROWS, max_size=12)))
    sort, back = data.draw(SORTS), data.draw(st.booleans())
    stayed = set(things.rows)
    page = things.page(sort)
    while back and page.next is not None:
        page = things.page(sort, page.next)
    met = keys(page)
    while (position := page.prev if back else page.next) is not None:
        gone = st.lists(st.sampled_from(sorted(things.rows)), max_size=3, unique=True)
        for key in data.draw(gone) if things.rows else ():
            things.delete(key)
            stayed.discard(key)
        if len(met) < 30 and (new := data.draw(st.none() | ROWS)) is not None:
            things.insert(f"{data.draw(st.integers(0, 999)):03}+{len(met)}", new)
        page = things.page(sort, position, back=back)
        met = keys(page) + met if back else met + keys(page)
    assert len(met) == len(set(met))
    assert [key for key in met if key in stayed] == [
        key for key in things.in_order(sort) if key in stayed
    ]


@pytest.mark.parametrize("is_descending", [False, True])
def test_who_comes_to_a_page_that_was_deleted_finds_the_way_back(is_descending):
    things = Things([("a", 0, 0.0)] * 6)
    sort = (Sort("name", is_descending),)
    in_order = things.in_order(sort)
    first = things.page(sort)
    second = things.page(sort, first.next)
    for key in in_order[2:]:
        things.delete(key)
    after = things.page(sort, second.next)
    assert (after.items, after.next) == ([], None)
    assert keys(things.page(sort, after.prev, back=True)) == in_order[:2]

    things.delete(in_order[0])
    before = things.page(sort, second.prev, back=True)
    assert keys(before) == in_order[1:2]
    assert (before.next, before.prev) == (None, None)


def test_row_at_which_an_empty_page_began_is_on_the_page_behind_it():
    things = Things([("a", 0, 0.0)] * 4)
    first = things.page(())
    for key in ("002", "003"):
        things.delete(key)
    empty = things.page((), first.next)
    assert (empty.items, empty.next) == ([], None)
    assert keys(things.page((), empty.prev, back=True)) == ["000", "001"]


def test_filters_hold_together_with_what_may_be_listed_at_all():
    things = Things([("a", 1, 0.0), ("b", 0, 0.0), ("a", 3, 0.0)])
    assert keys(things.page((), filters={"least": 1})) == ["000", "002"]
    assert things.page((), filters={"least": 1}).total == 2
    # An OR inside a condition lets nothing in that belongs to somebody else.
    assert keys(things.page((), filters={"either": "b"}, limit=9)) == ["000", "001"]


def test_field_that_cannot_be_listed_is_an_error():
    with pytest.raises(KeyError):
        Things().page((Sort("owner"),))
    with pytest.raises(KeyError):
        Things().page((), filters={"owner": 2})


def test_empty_list_is_a_page():
    assert Things().page(()) == Slice([], None, None, 0)
