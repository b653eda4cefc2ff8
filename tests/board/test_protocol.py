import pytest

from solosync.board.protocol import (
    AWARENESS,
    QUERY_AWARENESS,
    STEP1,
    STEP2,
    SYNC,
    UPDATE,
    Malformed,
    Message,
    Presence,
    decode,
    decode_awareness,
    encode_awareness,
    encode_sync,
    read_varint,
    varint,
)


@pytest.mark.parametrize("step", [STEP1, STEP2, UPDATE])
@pytest.mark.parametrize("content", [b"", b"\x00\x00", b"x" * 300])
def test_sync_messages_are_read_as_they_were_written(step, content):
    """[WS1]"""
    assert decode(encode_sync(step, content)) == Message(SYNC, step, content)


def test_the_bytes_are_those_of_y_websocket():
    """[WS1]"""
    assert encode_sync(STEP1, b"\x00") == b"\x00\x00\x01\x00"
    assert encode_sync(UPDATE, b"\x00\x00") == b"\x00\x02\x02\x00\x00"
    assert decode(b"\x03") == Message(QUERY_AWARENESS, 0, b"")
    assert encode_awareness([Presence(300, 1, b"null")]) == b"\x01\x09\x01\xac\x02\x01\x04null"


def test_presences_are_read_as_they_were_written():
    """[WS8]"""
    presences = [Presence(2**53 - 1, 0, b'{"user":"\xc3\xa9"}'), Presence(1, 2**31, b"null")]
    kind, _, content = decode(encode_awareness(presences))
    assert kind == AWARENESS
    assert decode_awareness(content) == presences
    assert decode_awareness(b"\x00") == []


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00",
        b"\x00\x00",
        b"\x00\x03\x00",
        b"\x00\x00\x01",
        b"\x00\x00\x00\x00",
        b"\x00\x02\x05\x00\x00",
        b"\x01",
        b"\x01\x02\x00",
        b"\x02\x00",
        b"\x03\x00",
        b"\x04\x00",
        b"\x80",
        b"\xff" * 20,
        b"\x00\x02" + b"\xff" * 9 + b"\x7f",
        b"hello",
    ],
)
def test_what_is_no_message_is_malformed(data):
    """[WS2]"""
    with pytest.raises(Malformed):
        decode(data)


@pytest.mark.parametrize(
    "content", [b"", b"\x01", b"\x01\x05", b"\x01\x05\x01\x04nul", b"\x00\x00", b"\xff\xff\xff\x7f"]
)
def test_what_is_no_presence_is_malformed(content):
    """[WS2]"""
    with pytest.raises(Malformed):
        decode_awareness(content)


@pytest.mark.parametrize("value", [0, 1, 127, 128, 300, 2**31, 2**53 - 1, 2**64])
def test_integers_are_read_as_they_were_written(value):
    assert read_varint(b"x" + varint(value) + b"y", 1) == (value, 1 + len(varint(value)))
