import pytest

from solosync import errors

FAMILY = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, errors.SolosyncError)
]
ARGUMENTS = {
    errors.FeatureOff: ("exports",),
    errors.InvalidOps: ("no such element", 3),
    errors.NotFound: ("session", "some-id"),
    errors.Stale: (7,),
    errors.Taken: ("email",),
    errors.TooLarge: (1024,),
    errors.SessionTooLarge: (1024, 2048),
    errors.RateLimited: (30,),
}


@pytest.mark.parametrize("kind", FAMILY)
def test_every_error_says_something_without_being_told(kind):
    error = kind(*ARGUMENTS.get(kind, ()))
    assert len(error.message) > 10
    assert str(error) == error.message
    assert error.code


def test_codes_differ():
    codes = [kind.code for kind in FAMILY]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("kind", FAMILY)
def test_family_tree_in_the_docstring_is_complete(kind):
    assert kind.__name__ in errors.__doc__


def test_details_are_kept_as_given():
    error = errors.Invalid("Bad name.", fields={"name": "too long"})
    assert error.message == "Bad name."
    assert error.details == {"fields": {"name": "too long"}}


@pytest.mark.parametrize(
    ("error", "details"),
    [
        (errors.InvalidOps("no", 3), {"index": 3}),
        (errors.NotFound("session", "x"), {"kind": "session", "id": "x"}),
        (errors.Stale(7), {"server_rev": 7}),
        (errors.Taken("email"), {"field": "email"}),
        (errors.TooLarge(1024), {"limit": 1024}),
        (errors.RateLimited(30), {"retry_after_seconds": 30}),
    ],
)
def test_details_hold_what_the_error_is_about(error, details):
    assert error.details == details


def test_what_is_missing_is_in_the_code():
    assert errors.NotFound("session", "x").code == "session.not_found"
    assert errors.NotFound("user", "x").code == "user.not_found"
    assert errors.NotFound.code == "not_found"
