"""Passwords, keyed hashes and signed tokens: the only module that knows argon2 and JWT.

The keys live in `<data_dir>/keys.json`, readable by its owner alone. Whoever holds that file can
sign in as anyone; whoever loses it signs everyone out.
"""

from __future__ import annotations

import base64
import contextlib
import functools
import hashlib
import hmac
import logging
import os
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import msgspec

from solosync.clock import HOUR_MS, now_ms
from solosync.errors import Damaged, Unauthenticated
from solosync.paths import KEYS_NAME

if TYPE_CHECKING:
    from argon2 import PasswordHasher
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

log = logging.getLogger(__name__)

TOKEN_BYTES = 32
_KEY_BYTES = 32
_NONCE_BYTES = 12
_SEAL_BYTES = 24  # no padding in base64
_ALGORITHM = "HS256"
_HASH_MEMORY_KIB = 47_104
_HASH_PASSES = 2


# How long a key that was replaced still verifies: longer than what it signed lives.
OVERLAP_MS = HOUR_MS


class SigningKey(msgspec.Struct, frozen=True):
    kid: str
    secret: bytes
    created_at: int


class Keys(msgspec.Struct, frozen=True):
    """``signing`` is oldest first: the last one signs, all of them verify. ``hashing`` never
    changes, because the hashes made with it can't be made again."""

    hashing: bytes
    signing: tuple[SigningKey, ...]

    def hash_token(self, purpose: str, token: str) -> bytes:
        """What is stored of a secret of ours. A hash for one purpose says nothing about another."""
        message = f"{purpose}\0{token}".encode("utf-8", "surrogatepass")
        return hmac.digest(self.hashing, message, hashlib.sha256)

    def seal(self, purpose: str, text: str) -> str:
        """What proves that an address with this text in it comes from us; safe in a URL."""
        return base64.urlsafe_b64encode(self.hash_token(purpose, text)[:_SEAL_BYTES]).decode()

    def is_seal(self, purpose: str, text: str, seal: str) -> bool:
        given = seal.encode("utf-8", "surrogatepass")
        return hmac.compare_digest(self.seal(purpose, text).encode(), given)

    def lock(self, purpose: str, content: bytes) -> bytes:
        """The content so that only `unlock`, for the same purpose, can read it: for secrets that
        have to be shown or sent once more."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher(purpose).encrypt(nonce, content, None)

    def unlock(self, purpose: str, locked: bytes) -> bytes:
        """Raises Damaged for what `lock` didn't make, or made with other keys."""
        from cryptography.exceptions import InvalidTag

        try:
            return self._cipher(purpose).decrypt(locked[:_NONCE_BYTES], locked[_NONCE_BYTES:], None)
        except (InvalidTag, ValueError) as error:
            raise Damaged("What was sealed can't be opened with these keys.") from error

    def _cipher(self, purpose: str) -> ChaCha20Poly1305:
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

        return ChaCha20Poly1305(self.hash_token("lock", purpose))

    def sign(self, purpose: str, claims: dict[str, Any]) -> str:
        """A token with `iat` and `exp` (seconds) and further claims, good for one purpose."""
        import jwt  # loaded at the first sign-in: a start without one need not wait for it

        key = self.signing[-1]
        return jwt.encode(
            claims | {"aud": purpose}, key.secret, _ALGORITHM, headers={"kid": key.kid}
        )

    def read_signed(self, purpose: str, token: str) -> Mapping[str, Any]:
        """The claims of a token that we signed and that hasn't run out. Raises Unauthenticated."""
        claims, kid = _read_signed(self, purpose, token)
        if claims["exp"] * 1000 <= now_ms() or not self._is_good(kid):
            raise Unauthenticated("The token is no longer valid.")
        return claims

    def rotated(self) -> Keys:
        """The same with a new key to sign with, and without those that are no longer good."""
        kept = tuple(key for key in self.signing if self._is_good(key.kid))
        return Keys(self.hashing, (*kept, _new_signing_key()))

    def _is_good(self, kid: str) -> bool:
        """A key that somebody has stolen is of no use to them for long once it was replaced."""
        kids = [key.kid for key in self.signing]
        newer = self.signing[kids.index(kid) + 1 :]
        return not newer or now_ms() < newer[0].created_at + OVERLAP_MS


# The same token comes with each of a client's saves, and its signature takes as long to check as a
# small save takes to merge. Only good tokens are remembered, so nobody can fill this.
@functools.lru_cache(maxsize=1024)
def _read_signed(keys: Keys, purpose: str, token: str) -> tuple[Mapping[str, Any], str]:
    """And the key that signed it. Whatever its time: that is the caller's to check, by the one
    clock there is."""
    import jwt

    try:
        kid = jwt.get_unverified_header(token).get("kid")
        key = next(key for key in keys.signing if key.kid == kid)
        claims = jwt.decode(
            token,
            key.secret,
            [_ALGORITHM],
            audience=purpose,
            options={
                "require": ["exp", "iat", "sub", "aud"],
                "verify_exp": False,
                "verify_iat": False,
            },
        )
    except (jwt.InvalidTokenError, StopIteration, ValueError) as error:
        raise Unauthenticated("The token is not valid.") from error
    return MappingProxyType(claims), key.kid


def new_token() -> str:
    """An unguessable token, safe in a URL."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def load_keys(data_dir: Path) -> Keys:
    """The keys of a data folder, made on first use.

    Another process may do the same at the same moment: both end with the same keys. Raises Damaged
    if the file can't be understood, and OSError.
    """
    path = data_dir / KEYS_NAME
    with contextlib.suppress(FileNotFoundError):
        return _read_keys(path)
    keys = Keys(secrets.token_bytes(_KEY_BYTES), (_new_signing_key(),))
    with _part(path, msgspec.json.encode(keys)) as part, contextlib.suppress(FileExistsError):
        os.link(part, path)  # where a rename would replace another process's keys
    return _read_keys(path)


def rotate_keys(data_dir: Path) -> Keys:
    """Gives a data folder a new key to sign with; nobody is signed out. A running server takes it
    up by itself. Raises as `load_keys`."""
    path = data_dir / KEYS_NAME
    keys = load_keys(data_dir).rotated()
    with _part(path, msgspec.json.encode(keys)) as part:
        part.replace(path)
    return keys


def renew_signing(data_dir: Path) -> None:
    """What was signed with the keys so far is worth nothing from now on. What they hashed and
    sealed stays good. Raises as `load_keys`."""
    path = data_dir / KEYS_NAME
    keys = Keys(load_keys(data_dir).hashing, (_new_signing_key(),))
    with _part(path, msgspec.json.encode(keys)) as part:
        part.replace(path)


class KeyFile:
    """The keys of a data folder as they are now: a rotation is noticed at the next look."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / KEYS_NAME
        self._keys = load_keys(data_dir)
        self._stamp: tuple[int, int] | None = None  # which file the keys are from, if it is known

    def current(self) -> Keys:
        """A file that is missing or can't be read doesn't take away the keys that are known."""
        try:
            found = self._path.stat()
            stamp = (found.st_mtime_ns, found.st_ino)
            if stamp != self._stamp:
                self._keys = _read_keys(self._path)
                self._stamp = stamp
        except (OSError, Damaged) as error:
            if self._stamp is not None:  # told once
                self._stamp = None
                log.warning("The keys known so far are used on, because of: %s", error)
        return self._keys


def _read_keys(path: Path) -> Keys:
    try:
        keys = msgspec.json.decode(path.read_bytes(), type=Keys)
    except msgspec.MsgspecError as error:
        raise Damaged(f"{path} can't be read; put back the copy from a backup.") from error
    if not keys.signing or len(keys.hashing) < _KEY_BYTES:
        raise Damaged(f"{path} holds no keys; put back the copy from a backup.")
    return keys


def _new_signing_key() -> SigningKey:
    return SigningKey(secrets.token_hex(4), secrets.token_bytes(_KEY_BYTES), now_ms())


@contextlib.contextmanager
def _part(path: Path, content: bytes) -> Iterator[Path]:
    """A file beside it, whole and on disk, to be put in its place; gone afterwards."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield part
    finally:
        part.unlink(missing_ok=True)


def hash_password(password: str) -> str:
    """The argon2id hash to store. Takes some 70 ms and 46 MiB: not on an event loop, and not in
    any number of threads at once."""
    return _hasher().hash(password)


def verify_password(password_hash: str | None, password: str) -> bool:
    """Whether the password fits. Without a hash (no such person, or none set) it never does, and
    that answer takes as much work as the other. As costly as `hash_password`."""
    import argon2

    try:
        fits = _hasher().verify(password_hash or _nobodys_hash(), password)
        return fits and password_hash is not None
    except argon2.exceptions.VerificationError:
        return False
    except argon2.exceptions.InvalidHashError as error:
        raise Damaged("A stored password hash can't be read; set the password again.") from error


@functools.cache
def _hasher() -> PasswordHasher:
    import argon2  # loaded at the first password: most starts sign in by link or cookie

    return argon2.PasswordHasher(
        time_cost=_HASH_PASSES, memory_cost=_HASH_MEMORY_KIB, parallelism=1
    )


@functools.cache
def _nobodys_hash() -> str:
    """A hash in the form of all others that no password fits (nobody knows the one it is of)."""
    salt, digest = (base64.b64encode(secrets.token_bytes(n)).rstrip(b"=") for n in (16, 32))
    cost = f"m={_HASH_MEMORY_KIB},t={_HASH_PASSES},p=1"
    return f"$argon2id$v=19${cost}${salt.decode()}${digest.decode()}"
