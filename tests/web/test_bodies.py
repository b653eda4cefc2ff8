"""Reading bodies: capped, inflated with a cap, and only as far as is needed."""

import asyncio
import gzip
import re
import zlib

import pytest

from solosync.board.dialects import solo
from solosync.board.reading import read_state
from solosync.board.seen import Seen
from solosync.errors import Invalid, TooLarge, UnsupportedMedia
from solosync.web import bodies
from solosync.web.errors import Disconnected


class Sent:
    """A request as far as its body goes: the chunks that arrive, and how many were asked for."""

    def __init__(self, *chunks, goes_away=False, **headers):
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.scope: dict[str, object] = {"state": {}}
        self.chunks = list(chunks)
        self.taken = 0
        self.goes_away = goes_away

    async def receive(self):
        if self.taken == len(self.chunks):
            return {"type": "http.disconnect"}
        chunk = self.chunks[self.taken]
        self.taken += 1
        more = self.taken < len(self.chunks) or self.goes_away
        return {"type": "http.request", "body": chunk, "more_body": more}


def read(sent, limit=1000):
    return asyncio.run(bodies.read_bytes(sent, limit, "here"))


def read_object(sent):
    return asyncio.run(bodies.read_object(sent, 10, "here"))


def gzipped(*chunks, **headers):
    return Sent(*chunks, content_encoding="gzip", **headers)


def pieces(content, size):
    return [content[at : at + size] for at in range(0, len(content), size)]


def test_body_arrives_in_one_chunk_or_many():
    assert read(Sent(b"abc")) == b"abc"
    assert read(Sent(b"a", b"", b"bc")) == b"abc"
    assert read(Sent(b"")) == b""


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_gzipped_body_is_inflated_however_it_is_cut(size):
    content = bytes(range(256)) * 40
    assert read(gzipped(*pieces(gzip.compress(content), size)), 20_000) == content


def test_gzip_may_have_several_members_and_any_case():
    content = gzip.compress(b"one ") + gzip.compress(b"") + gzip.compress(b"two")
    assert read(gzipped(content)) == b"one two"
    assert read(Sent(content, content_encoding=" GZip ")) == b"one two"
    assert read(Sent(content, content_encoding="x-gzip")) == b"one two"


def test_output_that_lingers_in_the_inflater_is_not_lost():
    """A run of equal bytes far larger than a piece, whose last input goes in early."""
    content = b"a" * (3 * 1024 * 1024 + 17)
    assert read(gzipped(*pieces(gzip.compress(content), 100)), len(content)) == content


def test_body_of_exactly_the_limit_is_taken():
    assert len(read(Sent(b"x" * 1000))) == 1000
    assert len(read(gzipped(gzip.compress(b"x" * 1000)))) == 1000
    incompressible = bytes((i * i * 31 + i // 7) % 256 for i in range(1000))
    assert read(gzipped(gzip.compress(incompressible, 0))) == incompressible


def test_announced_size_is_refused_unread():
    sent = Sent(b"x", content_length="1001")
    with pytest.raises(TooLarge) as caught:
        read(sent)
    assert sent.taken == 0
    assert caught.value.details == {"limit": 1000, "encoding": "raw", "endpoint": "here"}


def test_size_that_was_not_announced_is_refused_while_reading():
    sent = Sent(*[b"x" * 400] * 100, content_length="10")
    with pytest.raises(TooLarge):
        read(sent)
    assert sent.taken == 3


def test_bomb_is_refused_as_soon_as_it_grows_too_large():
    bomb = zlib.compressobj(9, wbits=31)
    chunks = [bomb.compress(bytes(1024 * 1024)) for _ in range(64)] + [bomb.flush()]
    sent = gzipped(*filter(None, chunks))
    with pytest.raises(TooLarge) as caught:
        read(sent)
    assert sent.taken <= 2  # gzip's header came alone
    assert caught.value.details["encoding"] == "gzip"


def test_gzip_of_nothing_without_end_is_refused():
    sent = gzipped(*[gzip.compress(b"") * 10] * 1000)
    with pytest.raises(TooLarge):
        read(sent)
    assert sent.taken < 20


@pytest.mark.parametrize(
    "content",
    [
        b"x",
        gzip.compress(b"abc", mtime=0)[:-1],
        gzip.compress(b"abc", mtime=0)[:12],
        gzip.compress(b"abc", mtime=0) + b"x",
        gzip.compress(b"abc", mtime=0)[:-8] + bytes(8),
        zlib.compress(b"abc"),
    ],
)
def test_broken_gzip_is_refused(content):
    with pytest.raises(Invalid):
        read(gzipped(content))


@pytest.mark.parametrize("encoding", ["br", "deflate", "zstd", "gzip, gzip", "gzip, br", "x"])
def test_other_encodings_are_refused_unread(encoding):
    sent = Sent(b"x", content_encoding=encoding)
    with pytest.raises(UnsupportedMedia):
        read(sent)
    assert sent.taken == 0


@pytest.mark.parametrize("length", ["x", "-1", "", "1e9", "٣", "9" * 30])
def test_odd_length_headers_are_not_trusted(length):
    assert read(Sent(b"abc", content_length=length)) == b"abc"


@pytest.mark.parametrize(
    "encoding, chunk", [("identity", b"a"), ("gzip", gzip.compress(b"a", mtime=0))]
)
def test_client_that_goes_away_is_no_error_of_ours(encoding, chunk):
    with pytest.raises(Disconnected):
        read(Sent(chunk, goes_away=True, content_encoding=encoding))


def test_body_is_taken_apart_one_level_deep():
    body = bodies.Body(b' {"state": {"b": 1,  "a":[ ]}, "name": "x"} ')
    assert body.state().whole() == b'{"b": 1,  "a":[ ]}'
    assert "name" in body
    assert "other" not in body


LONG = b'"%s"' % (b"a text as an element" * 5)
KNOWN = b'%s,{"id":"a","text":"more than a few bytes, or it would not be worth the while"}' % LONG
STATE = b'{"pages":[{"strokes":[%s]}]}' % KNOWN


@pytest.mark.parametrize(
    "raw, is_cut",
    [
        (b'{"name":"x","state":%s}' % STATE, True),
        (b'{"state":%s,"name":"x"}' % STATE, True),
        (b'{"state":%s,"other":[%s]}' % (STATE, KNOWN), True),
        (b'{"other":[%s],"state":%s}' % (KNOWN, STATE), False),
        (b'{"name":%s,"state":%s}' % (LONG, STATE), False),
        (b'{"name":%s,"x":1}' % LONG, False),
        (b'{"state":%s}' % LONG, False),
        (b'{"state":%s}' % KNOWN[len(LONG) + 1 :], False),
        (b'{"state":{"x":"%s"}}' % b"y" * 2, False),
        (b"[%s]" % KNOWN, False),
        (b'{"state":%s' % STATE, False),
    ],
)
def test_only_a_state_lacks_what_is_known_of_it(raw, is_cut):
    seen = Seen()
    read_state(STATE, solo.SHAPE, seen)

    def told(body):
        return {name: bytes(text) for name, text in body.members.items()}

    try:
        plain = bodies.Body(raw)
    except Invalid as refusal:
        with pytest.raises(Invalid, match=re.escape(refusal.message)):
            bodies.Body(raw, seen)
        return
    body = bodies.Body(raw, seen)
    if "state" in plain and plain.text("state").startswith(b"{"):
        assert body.state().whole() == plain.text("state")
        assert bool(body.state().runs) == is_cut
    assert {**told(body), "state": b""} == {**told(plain), "state": b""}


@pytest.mark.parametrize("raw", [b"", b"1", b"[]", b'"x"', b"null", b"{]", b'{"a":1,}', b"{'a':1}"])
def test_what_is_no_object_is_refused(raw):
    with pytest.raises(Invalid):
        bodies.Body(raw)


@pytest.mark.parametrize("content", [b"", b" \t\r\n"])
def test_no_body_is_an_empty_object(content):
    assert read_object(Sent(content)).members == {}


@pytest.mark.parametrize("content", [b"\x0c", b"\x0b", b"\0", "\u00a0".encode(), b"null", b"[]"])
def test_what_only_looks_empty_is_refused(content):
    with pytest.raises(Invalid):
        read_object(Sent(content))
