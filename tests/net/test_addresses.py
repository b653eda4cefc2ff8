import ipaddress
import socket

import pytest

from solosync.config import Config
from solosync.net import addresses
from solosync.net.addresses import Reach


def test_nobody_else_reaches_a_server_on_this_machines_own_address():
    for host in ("127.0.0.1", "::1", "localhost"):
        assert addresses.find(Config(host=host)) == Reach()
        assert addresses.urls(Config(host=host)) == ()


def test_addresses_are_those_that_another_device_can_use():
    for host in ("0.0.0.0", "::"):
        found = addresses.find(Config(host=host, lan=True)).addresses
        assert len(found) == len(set(found))
        for address in map(ipaddress.ip_address, found):
            assert not address.is_loopback
            assert address.version == 4 or (host == "::" and not address.is_link_local)


def test_address_that_connections_come_from_is_shown_first():
    found = addresses.find(Config(host="0.0.0.0", lan=True)).addresses
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine is on no network")
        assert found[0] == probe.getsockname()[0]


def test_host_that_was_chosen_is_the_only_one():
    assert addresses.find(Config(host="192.0.2.7")).addresses == ("192.0.2.7",)
    assert addresses.find(Config(host="boards.example")) == Reach((), ("boards.example",))


def test_urls_are_written_as_browsers_take_them():
    found = addresses.urls(Config(host="fd00::7", port=9000, public_url="https://boards.example"))
    assert found[:2] == ("https://boards.example", "http://[fd00::7]:9000")
    assert addresses.urls(Config(host="192.0.2.7", tls=True))[0] == "https://192.0.2.7:8765"


@pytest.mark.parametrize("name", ["dev.local", "ann-laptop", "raspberrypi4"])
def test_names_that_are_nobodys_domain_get_a_certificate(name):
    assert addresses.may_be_vouched_for(name)


@pytest.mark.parametrize("name", ["dev", "com", "bank.example", "xn--p1ai", "a1.example"])
def test_names_that_may_be_somebodys_domain_get_none(name):
    assert not addresses.may_be_vouched_for(name)
