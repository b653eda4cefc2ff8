"""What a client sent, checked against a struct; everything that doesn't fit is told at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from solosync.errors import Invalid

S = TypeVar("S", bound=msgspec.Struct)


def convert(values: Mapping[str, Any], model: type[S]) -> S:
    """Unknown members are left out. Raises Invalid, whose `fields` say what is wrong with each."""
    try:
        return msgspec.convert(values, model)
    except msgspec.ValidationError as error:
        found = _misfits(values, model)
        told = "; ".join(f"{name}: {reason}" for name, reason in found.items())
        raise Invalid(f"The body doesn't fit: {told or error}.", fields=found) from None


def _misfits(values: Mapping[str, Any], model: type[msgspec.Struct]) -> dict[str, str]:
    found: dict[str, str] = {}
    for field in msgspec.structs.fields(model):
        name = field.encode_name
        if name in values:
            try:
                msgspec.convert(values[name], field.type)
            except msgspec.ValidationError as error:
                found[name] = str(error)
        elif field.required:
            found[name] = "missing"
    return found
