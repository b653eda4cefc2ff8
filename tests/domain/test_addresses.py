import json

import pytest

from solosync.domain import addresses
from solosync.ids import new_id


@pytest.mark.parametrize(
    "text",
    [
        '"src":"http://127.0.0.1:8765/files/{id}.png"',
        '"src":"/files/{id}.jpg"',
        '"src":"https:\\/\\/cdn.example.org\\/x\\/files\\/{id}.webp"',
        "http://a/files/{id}.png?x=1",
    ],
)
def test_address_is_found_wherever_it_stands(text):
    file_id = new_id()
    content = text.replace("{id}", file_id).encode()
    assert list(addresses.find(b"\x00\xff" + content + b"\x01")) == [file_id]


@pytest.mark.parametrize("text", ["{id}", "/file/{id}", "/files/x{id}", "/files/", "files{id}"])
def test_other_ids_are_no_addresses(text):
    assert list(addresses.find(text.replace("{id}", new_id()).encode())) == []


@pytest.mark.parametrize("offset", [*range(-60, 10), 64 * 1024])
def test_no_address_is_missed_where_two_windows_meet(offset):
    file_id = new_id()
    content = b" " * (64 * 1024 + offset) + f"/files/{file_id}.png".encode() + b" " * 70_000
    assert set(addresses.find(content)) == {file_id}


def test_all_of_many_are_found():
    ids = {new_id() for _ in range(2000)}
    state = json.dumps({"pages": [{"assets": [{"src": f"/files/{it}.png"} for it in ids]}]})
    assert set(addresses.find(state.encode())) == ids
