"""Whether an ID token of an OpenID provider is genuine, and meant for us and for this sign-in.

It loads the libraries for that as it is imported, so import it where it is first needed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import JWKRegistry, KeySet
from joserfc.jws import JWSRegistry
from joserfc.jwt import decode

# What a provider's public key can check. No `none`, and no HS256: its key would be our own secret.
ALGORITHMS = frozenset(
    ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
)
LEEWAY_SECONDS = 60
LONGEST_SUBJECT = 255
_KINDS_OF_KEYS = ("RSA", "EC")


class UnknownKey(Exception):
    """The token names a key that isn't among those given: the provider may have a newer one."""


class BadToken(Exception):
    """The token proves nothing; the message says why, for the log."""


def read_keys(content: Mapping[str, Any]) -> KeySet:
    """The provider's keys for signatures. Raises BadToken if there are none that can be used."""
    published = content.get("keys")
    try:
        # There may be keys for other purposes and of kinds to come (RFC 7517, 5).
        found = [
            JWKRegistry.import_key(key)
            for key in (published if isinstance(published, list) else [])
            if key.get("kty") in _KINDS_OF_KEYS and key.get("use", "sig") == "sig"
        ]
    except (JoseError, ValueError, TypeError, AttributeError) as error:
        raise BadToken(f"the provider publishes a key that can't be read: {error}") from error
    if not found:
        raise BadToken("the provider publishes no key that can be used")
    return KeySet(found)


def read(
    token: str,
    keys: KeySet,
    *,
    algorithms: Collection[str],
    issuer: str,
    client_id: str,
    nonce: str,
    access_token: str,
    now: int,
) -> dict[str, Any]:
    """The claims of a token that passes every check of OpenID Connect Core, 3.1.3.7.

    Raises BadToken, and UnknownKey for one whose key isn't here.
    """
    accepted = ALGORITHMS.intersection(algorithms)
    if not accepted:  # which the library would take for its own choice
        raise BadToken(f"the provider signs by none of {', '.join(sorted(ALGORITHMS))}")
    registry = JWSRegistry(algorithms=accepted, strict_check_header=False)
    expected = {
        "iss": {"essential": True, "value": issuer},
        "aud": {"essential": True, "value": client_id},
        "sub": {"essential": True},
    }
    parameters = {"nonce": nonce, "client_id": client_id, "access_token": access_token}
    try:
        decoded = decode(token, keys, registry=registry)
        claims = CodeIDToken(decoded.claims, decoded.header, expected, parameters)
        claims.validate(now=now, leeway=LEEWAY_SECONDS)
    except InvalidKeyIdError as error:
        raise UnknownKey(str(error)) from error
    except (JoseError, ValueError, TypeError) as error:
        raise BadToken(f"the ID token is not valid: {error}") from error
    if len(claims["sub"]) > LONGEST_SUBJECT:
        raise BadToken("the ID token's subject is too long")
    return dict(claims)
