import pytest

from solosync import ids


def test_new_ids_are_uuids_and_differ():
    made = {ids.new_id() for _ in range(100)}
    assert len(made) == 100
    assert all(ids.is_uuid(id) and id == id.lower() for id in made)


def test_upper_case_is_a_uuid_too():
    assert ids.is_uuid("A987FBC9-4BED-4078-8F07-9141BA07C9F3")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "a987fbc94bed40788f079141ba07c9f3",
        "{a987fbc9-4bed-4078-8f07-9141ba07c9f3}",
        "urn:uuid:a987fbc9-4bed-4078-8f07-9141ba07c9f3",
        "a987fbc9-4bed-4078-8f07-9141ba07c9f3\n",
        "../../../etc/passwd",
        "a987fbc9-4bed-4078-8f07-9141ba07c9fg",
    ],
)
def test_anything_but_the_canonical_form_is_no_uuid(text):
    assert not ids.is_uuid(text)
