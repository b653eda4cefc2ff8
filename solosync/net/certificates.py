"""The certificate for https that the server makes for itself.

Devices trust a small authority of this machine once; the server's own certificate is signed by it
and renewed when addresses change, which nobody notices. The authority may vouch for this network
alone: whoever steals its key can't pose as a site on the internet
(docs/decisions/031-a-certificate-of-its-own.md).
"""

from __future__ import annotations

import hashlib
import ipaddress
import os
import ssl
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from solosync import clock
from solosync.errors import Damaged
from solosync.net.addresses import Reach, may_be_vouched_for
from solosync.paths import TLS_NAME

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

    Subject: TypeAlias = x509.DNSName | x509.IPAddress

AUTHORITY, SERVER = "authority.pem", "server.pem"
AUTHORITY_LIFE = timedelta(days=3650)
# Phones refuse much longer ones.
SERVER_LIFE = timedelta(days=397)
RENEWED_BEFORE = timedelta(days=30)
# Clocks of other devices may be behind.
BACKDATED = timedelta(days=1)
_LOCAL = Reach(("127.0.0.1", "::1"), ("localhost",))
# Those that are nobody's on the internet.
_PRIVATE = (
    *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"),
    *("127.0.0.0/8", "::1/128", "fc00::/7", "fe80::/10"),
)


class Authority(NamedTuple):
    """What devices are to trust. ``fingerprint`` is for people to compare."""

    der: bytes
    fingerprint: str


class _Signer(NamedTuple):
    key: EllipticCurvePrivateKey
    certificate: x509.Certificate


def authority(data_dir: Path) -> Authority | None:
    """None if none was made yet."""
    try:
        text = (data_dir / TLS_NAME / AUTHORITY).read_text("ascii")
    except FileNotFoundError:
        return None
    _, begin, certificate = text.partition("-----BEGIN CERTIFICATE-----")
    der = ssl.PEM_cert_to_DER_cert(begin + certificate)
    digest = hashlib.sha256(der).hexdigest().upper()
    return Authority(der, ":".join(digest[at : at + 2] for at in range(0, len(digest), 2)))


def server_file(data_dir: Path) -> Path:
    """Where `prepare` puts it."""
    return data_dir / TLS_NAME / SERVER


def prepare(data_dir: Path, reach: Reach) -> Path:
    """The file with the server's key and certificate, good for all of these; made or renewed if
    need be. Raises Damaged, OSError."""
    folder = data_dir / TLS_NAME
    folder.mkdir(mode=0o700, exist_ok=True)
    signer = _signer(folder / AUTHORITY, reach)
    subjects = [subject for subject in _subjects(reach, _LOCAL) if _may_vouch(signer, subject)]
    path = server_file(data_dir)
    if not _is_good(path, signer, subjects):
        _write(path, *_sign(signer, subjects))
    return path


def _signer(path: Path, reach: Reach) -> _Signer:
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

    if not path.exists():
        _write(path, *_new_authority(reach))
    content = path.read_bytes()
    try:
        key = serialization.load_pem_private_key(content, None)
        certificate = x509.load_pem_x509_certificate(content)
    except ValueError as error:
        raise Damaged(
            f"{path} can't be read. Put back the copy from a backup, or delete it: then a new one"
            " is made, which every device has to trust anew."
        ) from error
    assert isinstance(key, EllipticCurvePrivateKey)
    if certificate.not_valid_after_utc - _now() < RENEWED_BEFORE:
        path.unlink()
        return _signer(path, reach)
    return _Signer(key, certificate)


def _new_authority(reach: Reach) -> tuple[EllipticCurvePrivateKey, x509.Certificate]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    machine = reach.names[-1] if reach.names else "this machine"
    name = _name(f"solosync on {machine}")
    builder = (
        _certificate(name, name, key, AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(is_authority=True), critical=True)
        .add_extension(x509.NameConstraints(_vouched_for(reach), None), critical=True)
    )
    return key, builder.sign(key, hashes.SHA256())


def _vouched_for(reach: Reach) -> list[Subject]:
    """What the authority may sign for: names and addresses of private networks, and what else this
    machine is called or has today."""
    from cryptography import x509

    names = ["local", "localhost", *filter(may_be_vouched_for, reach.names)]
    others = [address for address in reach.addresses if not _is_private(address)]
    networks = [ipaddress.ip_network(network) for network in (*_PRIVATE, *others)]
    return [*map(x509.DNSName, names), *map(x509.IPAddress, networks)]


def _is_private(address: str) -> bool:
    ip = ipaddress.ip_address(address)
    return any(ip in ipaddress.ip_network(network) for network in _PRIVATE)


def _may_vouch(signer: _Signer, subject: Subject) -> bool:
    """An address or name that came later may be outside of what was trusted."""
    from cryptography import x509

    constraints = signer.certificate.extensions.get_extension_for_class(x509.NameConstraints)
    return any(_covers(tree, subject) for tree in constraints.value.permitted_subtrees or ())


def _covers(permitted: x509.GeneralName, subject: Subject) -> bool:
    if type(permitted) is not type(subject):
        return False
    if isinstance(subject.value, str):
        return f".{subject.value}".endswith(f".{permitted.value}")
    return subject.value in ipaddress.ip_network(str(permitted.value))


def _subjects(*reaches: Reach) -> list[Subject]:
    from cryptography import x509

    names = [x509.DNSName(name) for reach in reaches for name in reach.names]
    numbers = [
        x509.IPAddress(ipaddress.ip_address(address))
        for reach in reaches
        for address in reach.addresses
    ]
    return [*names, *numbers]


def _is_good(path: Path, signer: _Signer, subjects: Iterable[Subject]) -> bool:
    """Whether the certificate there is ours, covers all of them, and lasts a while."""
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature

    try:
        found = x509.load_pem_x509_certificate(path.read_bytes())
        found.verify_directly_issued_by(signer.certificate)
    except (FileNotFoundError, ValueError, TypeError, InvalidSignature):
        return False
    covered = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    lasts = found.not_valid_before_utc < _now() < found.not_valid_after_utc - RENEWED_BEFORE
    return lasts and set(subjects) <= set(covered)


def _sign(
    signer: _Signer, subjects: list[Subject]
) -> tuple[EllipticCurvePrivateKey, x509.Certificate]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID

    key = ec.generate_private_key(ec.SECP256R1())
    issuer = signer.certificate
    identifier = x509.SubjectKeyIdentifier.from_public_key(signer.key.public_key())
    builder = (
        _certificate(_name("solosync"), issuer.subject, key, SERVER_LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(is_authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(subjects), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier),
            critical=False,
        )
    )
    return key, builder.sign(signer.key, hashes.SHA256())


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: EllipticCurvePrivateKey, life: timedelta
) -> x509.CertificateBuilder:
    from cryptography import x509

    public = key.public_key()
    return (
        x509.CertificateBuilder(issuer, subject, public, x509.random_serial_number())
        .not_valid_before(_now() - BACKDATED)
        .not_valid_after(_now() + life - BACKDATED)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _usage(*, is_authority: bool) -> x509.KeyUsage:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not is_authority,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(text: str) -> x509.Name:
    from cryptography import x509

    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text[:64])])


def _now() -> datetime:
    return datetime.fromtimestamp(clock.now_ms() // 1000, UTC)


def _write(path: Path, key: EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
    """Whole or not at all, and for this machine's owner alone."""
    from cryptography.hazmat.primitives import serialization

    content = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ) + certificate.public_bytes(serialization.Encoding.PEM)
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
