"""The query of a list, from its text to what the store is asked, and cursors back to text."""

import base64
import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Request

from solosync.errors import Invalid
from solosync.records.listing import Position, Query, Slice, Sort
from solosync.web import listing
from solosync.web.listing import SWITCH, TEXT, TIME, Listing, one_of

LIST = Listing(
    sorts=("created_at", "name", "share"),
    filters={"name": TEXT, "unread": SWITCH, "since": TIME, "role": one_of("admin", "member")},
    default="-created_at,name",
)
VALUES = st.tuples(
    st.integers(-(2**63) + 1, 2**63 - 1),
    st.text(),
    st.floats(allow_nan=False, allow_infinity=False) | st.text(),
)


def read(query="", *, path="/api/v1/things/", of=LIST, **fields):
    """`query` as it stands in an address, or `fields` yet to be encoded."""
    text = query or urlencode(fields)
    scope: Any = {"type": "http", "method": "GET", "path": path, "query_string": text.encode()}
    return listing.read(Request(scope), of)


def refused(query="", **settings):
    """The error's message and fields."""
    with pytest.raises(Invalid) as caught:
        read(query, **settings)
    return caught.value.message, caught.value.details["fields"]


def cursors(query, following=None, preceding=None):
    """The answer's `next` and `prev` for positions of that question."""
    following, preceding = (
        None if position is None else Position(query.question, *position)
        for position in (following, preceding)
    )
    answered = listing.meta(Slice([], following, preceding, total=7))
    assert answered.total == 7
    return answered.next, answered.prev


def test_bare_list_is_in_its_own_order():
    query = read()
    assert query == Query((Sort("created_at", True), Sort("name")), {}, 50, question=query.question)


def test_order_and_filters_are_taken_from_the_query():
    query = read(
        "sort=name,-share&limit=200&filter[name]=%D0%96%20x&filter%5Bunread%5D=true"
        "&filter[role]=admin&filter[since]=2026-01-02T03:04:05.679Z"
    )
    assert query.sort == (Sort("name"), Sort("share", True))
    assert query.limit == 200
    since = 1767323045679
    assert query.filters == {"name": "Ж x", "unread": 1, "role": "admin", "since": since}


@pytest.mark.parametrize(
    "text", ["2026-01-02T03:04:05.679", "2026-01-02T05:04:05.679+02:00", "20260102T030405.679Z"]
)
def test_time_may_be_written_in_any_way_of_iso_8601(text):
    assert read(f"filter[since]={quote(text)}").filters == {"since": 1767323045679}


@pytest.mark.parametrize("text, wanted", [("true", 1), ("True", 1), ("1", 1), ("0", 0)])
def test_filter_may_be_written_plainly_and_a_switch_as_programs_do(text, wanted):
    assert read(f"unread={text}").filters == {"unread": wanted}
    assert read(f"unread={text}").question == read(f"filter[unread]={text}").question


@pytest.mark.parametrize(
    "query, said, field",
    [
        ("sort=size", "created_at, name, share", "sort"),
        ("sort=name,name", "each once", "sort"),
        ("sort=name,-name", "each once", "sort"),
        ("sort=", "created_at, name, share", "sort"),
        ("sort=-", "created_at, name, share", "sort"),
        ("sort=name,", "created_at, name, share", "sort"),
        ("filter[size]=1", "name, unread, since, role", "filter[size]"),
        ("filter[]=1", "name, unread, since, role", "filter[]"),
        ("filter[name][x]=1", "name, unread, since, role", "filter[name][x]"),
        ("filter=1", "name, unread, since, role", "filter[filter]"),
        ("filter[name]=a&filter[name]=b", "twice", "filter[name]"),
        ("filter[name]=a&name=a", "twice", "filter[name]"),
        ("filter[unread]=yes", "true or false", "filter[unread]"),
        ("filter[role]=owner", "one of admin, member", "filter[role]"),
        ("filter[since]=yesterday", "2026-01-31T12:00:00Z", "filter[since]"),
        ("filter[name]=%00", "a text", "filter[name]"),
        (f"filter[name]={'x' * 1001}", "a text", "filter[name]"),
        ("limit=0", "1 to 200", "limit"),
        ("limit=201", "1 to 200", "limit"),
        ("limit=", "1 to 200", "limit"),
        ("limit=1e1", "1 to 200", "limit"),
        ("limit=٣", "1 to 200", "limit"),
        (f"limit={'9' * 5000}", "1 to 200", "limit"),
    ],
)
def test_what_cannot_be_asked_is_named_with_what_can(query, said, field):
    message, fields = refused(query)
    assert said in message
    assert fields.keys() == {field}
    assert len(message) < 400


def test_list_without_filters_says_so():
    message, _ = refused("filter[name]=x", of=Listing(("name",), {}, "name"))
    assert "filtered by nothing" in message


@given(VALUES, st.booleans())
def test_cursors_come_back_as_the_positions_they_were(values, is_before):
    query = read()
    following, preceding = cursors(query, (values, is_before), (values, not is_before))
    forward, back = read(cursor=following), read(cursor=preceding)
    assert (forward.position, forward.is_backward) == (
        Position(query.question, values, is_before),
        False,
    )
    assert (back.position, back.is_backward) == (
        Position(query.question, values, not is_before),
        True,
    )


@pytest.mark.parametrize(
    "other",
    [
        {"path": "/api/v1/others/"},
        {"sort": "created_at,name"},
        {"sort": "-created_at,-name"},
        {"sort": "-created_at"},
        {"filter[name]": "x"},
    ],
    ids=str,
)
def test_cursor_of_another_question_is_refused(other):
    cursor, _ = cursors(read(), ((1, "a", "k"),))
    assert read(cursor=cursor, path="/api/v1/things").position is not None
    message, fields = refused(cursor=cursor, **other)
    assert "same question" in message
    assert fields == {"cursor": "unreadable"}


def forged(*content):
    text = json.dumps(content)
    return base64.urlsafe_b64encode(text.encode()).decode()


def test_cursor_that_nobody_was_given_is_refused():
    question = read().question
    assert read(cursor=forged("n", question, [1, "a", "k"])).position is not None
    for cursor in (
        "x",
        "é",
        "{}",
        "a" * 70_000,
        base64.urlsafe_b64encode(b"[" * 5000).decode(),
        forged("x", question, [1, "a", "k"]),
        forged("n", "x", [1, "a", "k"]),
        forged("n", question, [1, "a"]),
        forged("n", question, [1, "a", "k", "l"]),
        forged("n", question, [1, "a", None]),
        forged("n", question, [1, "a", True]),
        forged("n", question, [1, "a", ["k"]]),
        forged("n", question, [1, "a", "\ud800"]),
        forged("n", question, [2**63, "a", "k"]),
        forged("n", question, [float("nan"), "a", "k"]),
        forged("n", question, [1, "a", "k"], 1),
        forged({"n": 1}),
        forged(),
    ):
        refused(cursor=cursor)


@given(
    st.binary(min_size=1, max_size=60).map(lambda raw: base64.urlsafe_b64encode(raw).decode())
    | st.text(min_size=1)
)
def test_any_other_text_is_no_cursor(text):
    refused(cursor=text)


def test_ends_of_a_list_have_no_cursors():
    assert cursors(read()) == (None, None)
    assert read("cursor=").position is None
