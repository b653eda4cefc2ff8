"""Our own authority and what it signs, judged by OpenSSL as a client would."""

import ipaddress
import os
import socket
import ssl
import threading

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from solosync.errors import Damaged
from solosync.net import certificates
from solosync.net.addresses import Reach

HOME = Reach(("192.168.1.20",), ("ann-laptop.local", "ann-laptop"))
OFFICE = Reach(("10.0.0.7", "192.0.2.7"), ("ann-laptop.local", "ann-laptop"))


@pytest.fixture
def certify(tmp_path):
    return lambda reach: certificates.prepare(tmp_path, reach)


@pytest.fixture
def trusting(tmp_path):
    """A client that trusts the authority and nobody else."""

    def client():
        authority = certificates.authority(tmp_path)
        assert authority is not None
        return ssl.create_default_context(cadata=authority.der)

    return client


def meet(file, client, name):
    """A handshake of a client with a server that has this file. Raises what the client says."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    ours, theirs = socket.socketpair()

    def answer():
        try:
            server.wrap_socket(ours, server_side=True).close()
        except OSError:
            ours.close()

    answering = threading.Thread(target=answer)
    answering.start()
    try:
        with client.wrap_socket(theirs, server_hostname=name):
            pass
    finally:
        theirs.close()
        answering.join()


def names_of(file):
    found = x509.load_pem_x509_certificate(file.read_bytes())
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(name.value) for name in names}


def test_client_that_trusts_the_authority_believes_every_name_and_address(certify, trusting):
    file = certify(HOME)
    for name in (*HOME.addresses, *HOME.names, "127.0.0.1", "::1", "localhost"):
        meet(file, trusting(), name)
    for client, name in ((trusting(), "192.168.1.21"), (ssl.create_default_context(), "localhost")):
        with pytest.raises(ssl.SSLCertVerificationError):
            meet(file, client, name)


def test_server_gets_a_new_certificate_for_a_new_address_and_only_then(certify, trusting):
    file = certify(HOME)
    before = file.read_bytes()
    assert certify(HOME).read_bytes() == before
    assert certify(Reach((), HOME.names)).read_bytes() == before
    known = trusting()
    certify(Reach(("10.0.0.7",), HOME.names))
    meet(file, known, "10.0.0.7")
    assert "192.168.1.20" not in names_of(file)


def test_it_is_renewed_before_it_runs_out_under_the_same_authority(certify, tmp_path, clock):
    file = certify(HOME)
    before, authority = file.read_bytes(), certificates.authority(tmp_path)
    clock.advance(days=365)
    assert certify(HOME).read_bytes() == before
    clock.advance(days=2)
    assert certify(HOME).read_bytes() != before
    assert certificates.authority(tmp_path) == authority
    clock.advance(days=3650)
    certify(HOME)
    assert certificates.authority(tmp_path) != authority


def test_authority_signs_for_what_it_may_vouch_for_alone(certify):
    file = certify(Reach(HOME.addresses, ("dev.local", "dev")))
    assert "dev.local" in names_of(file)
    assert "dev" not in names_of(file)
    # A public address that came after the authority was made.
    assert "192.0.2.7" not in names_of(certify(OFFICE))


def test_public_address_of_the_first_day_is_covered(certify, trusting):
    meet(certify(OFFICE), trusting(), "192.0.2.7")


@pytest.mark.parametrize("name", ["bank.example", "dev", "local.example", "192.0.2.7"])
def test_clients_refuse_what_a_stolen_key_signs_for_other_sites(certify, tmp_path, trusting, name):
    folder = certify(HOME).parent
    content = (folder / certificates.AUTHORITY).read_bytes()
    stolen = serialization.load_pem_private_key(content, None)
    assert isinstance(stolen, ec.EllipticCurvePrivateKey)
    issuer = x509.load_pem_x509_certificate(content)
    honest = x509.load_pem_x509_certificate((folder / certificates.SERVER).read_bytes())
    is_number = name[0].isdigit()
    subject = x509.IPAddress(ipaddress.ip_address(name)) if is_number else x509.DNSName(name)
    forged = (
        x509.CertificateBuilder()
        .subject_name(honest.subject)
        .issuer_name(issuer.subject)
        .public_key(stolen.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(honest.not_valid_before_utc)
        .not_valid_after(honest.not_valid_after_utc)
        .add_extension(x509.SubjectAlternativeName([subject]), critical=False)
        .sign(stolen, hashes.SHA256())
    )
    file = tmp_path / "forged.pem"
    file.write_bytes(content.partition(b"-----BEGIN CERT")[0])
    with file.open("ab") as written:
        written.write(forged.public_bytes(serialization.Encoding.PEM))
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree"):
        meet(file, trusting(), name)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_keys_are_the_owners_alone(certify):
    folder = certify(HOME).parent
    assert folder.stat().st_mode & 0o077 == 0
    assert {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()} == {
        certificates.AUTHORITY: 0o600,
        certificates.SERVER: 0o600,
    }


def test_what_people_are_shown_holds_no_key(certify, tmp_path):
    assert certificates.authority(tmp_path) is None
    certify(HOME)
    shown = certificates.authority(tmp_path)
    assert shown is not None
    found = x509.load_der_x509_certificate(shown.der)
    assert shown.fingerprint.replace(":", "").lower() == found.fingerprint(hashes.SHA256()).hex()
    assert found.subject.rfc4514_string() == "CN=solosync on ann-laptop"


def test_authority_that_is_damaged_is_said_and_left_alone(certify):
    path = certify(HOME).parent / certificates.AUTHORITY
    path.write_text("rubbish")
    with pytest.raises(Damaged, match="delete it"):
        certify(HOME)
    assert path.read_text() == "rubbish"


def test_certificate_of_the_server_that_is_damaged_is_made_anew(certify, trusting):
    file = certify(HOME)
    file.write_text("rubbish")
    meet(certify(HOME), trusting(), "localhost")
