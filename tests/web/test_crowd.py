"""How many may watch by links at once."""

import contextlib

import pytest

from solosync.errors import RateLimited
from solosync.web import crowd
from solosync.web.crowd import Crowd


def test_links_and_addresses_have_only_so_many_at_a_time(monkeypatch):
    monkeypatch.setattr(crowd, "MOST_ON_LINK", 3)
    monkeypatch.setattr(crowd, "MOST_FROM_ADDRESS", 2)
    watching = Crowd()
    with contextlib.ExitStack() as inside:
        for link in ("a", "b"):
            inside.enter_context(watching.join(link, "192.0.2.1"))
        for address in ("192.0.2.1", "::ffff:192.0.2.1"):
            with pytest.raises(RateLimited):
                inside.enter_context(watching.join("c", address))
        for _ in range(2):
            inside.enter_context(watching.join("a", ""))  # by a tunnel that doesn't tell
        with pytest.raises(RateLimited):
            inside.enter_context(watching.join("a", "192.0.2.2"))
        inside.enter_context(watching.join("b", "192.0.2.2"))
    with watching.join("a", "192.0.2.1"):
        pass
