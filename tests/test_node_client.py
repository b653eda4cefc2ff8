"""The driver of the JavaScript clients; what they do with a server stands in the interop tests."""

import pytest

from tests.node_client import NodeClient, NodeError

pytestmark = pytest.mark.interop


def test_an_element_added_offline_has_the_layout_of_board_1() -> None:
    with NodeClient("client.mjs") as client:
        element = {"id": "s1", "points": [{"x": 1}], "opacity": 0.5, "$page": "mine"}
        key = client.call("add", page="p1", list="strokes", element=element)["key"]
        stored = client.call("state")["elements"][key]
    assert stored.pop("$order")[-1] != "0"
    assert stored == {
        "id": "s1",
        "points": {"$bytes": '[{"x":1}]'},
        "opacity": 0.5,
        "$$page": "mine",
        "$page": "p1",
        "$list": "strokes",
    }


def test_elements_added_one_after_another_are_in_that_order() -> None:
    with NodeClient("client.mjs") as client:
        keys = [client.call("add", page="p1", list="texts", element={})["key"] for _ in range(70)]
        elements = client.call("state")["elements"]
    assert sorted(keys, key=lambda key: elements[key]["$order"]) == keys


def test_a_value_that_json_cannot_say_goes_in_and_comes_out() -> None:
    hostile = {
        "bigint": {"bigint": "9007199254740993"},
        "nan": {"nan": True},
        "bytes": {"bytes": [255, 1]},
        "absent": {"undefined": True},
        "shared": {"map": {"list": {"array": [1, {"text": "hi"}]}}},
    }
    with NodeClient("client.mjs") as client:
        for key, value in hostile.items():
            client.call("raw", root="state", key=key, value=value)
        state = client.call("state")["state"]
    assert state == {
        "bigint": {"$bigint": "9007199254740993"},
        "nan": {"$number": "NaN"},
        "bytes": {"$hex": "ff01"},
        "absent": {"$undefined": True},
        "shared": {"list": [1, {"$type": "YText", "text": "hi"}]},
    }


def test_a_failed_command_is_an_error_and_the_program_goes_on() -> None:
    with NodeClient("client.mjs") as client:
        with pytest.raises(NodeError, match="no element nowhere"):
            client.call("set", key="nowhere", field="color", value="red")
        with pytest.raises(NodeError, match="unknown command draw; there are connect"):
            client.call("draw")
        with pytest.raises(NodeError, match=r"after 50 ms still not: \{\"count\":1\}"):
            client.call("wait", count=1, timeout=50)
        assert client.call("state")["elements"] == {}


def test_a_program_that_was_killed_is_reported_with_its_exit() -> None:
    with NodeClient("excalidraw.mjs") as client:
        client.kill()
        with pytest.raises(NodeError, match="`scene` could not be sent"):
            client.call("scene")
