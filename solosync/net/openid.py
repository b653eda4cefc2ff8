"""Signing in at an OpenID Connect provider: the authorization code flow with PKCE.

The provider is looked up when somebody first signs in by it, so that a start never waits for it;
and the libraries for it are loaded then.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import ssl
from base64 import b64encode, urlsafe_b64encode
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote_plus, urlencode, urlsplit

import msgspec

from solosync.clock import HOUR_MS, now_ms
from solosync.config import is_loopback
from solosync.crypto import new_token
from solosync.errors import Forbidden, Unavailable
from solosync.records.identities import Assertion

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

log = logging.getLogger(__name__)

T = TypeVar("T")

DISCOVERY = "/.well-known/openid-configuration"
SCOPE = "openid email profile"
ANSWER_SECONDS = 10.0
ANSWER_BYTES = 256 * 1024
KEPT_MS = HOUR_MS
LONGEST_NAME = 200
DOWN = "The sign-in provider can't be reached, or doesn't answer as it should. Try again later."
UNPROVED = "What the sign-in provider answered didn't pass the checks, so nobody was signed in."


class Fault(Exception):
    """What a provider did wrong, for the log. Holds no token."""


class Attempt(msgspec.Struct, frozen=True):
    """One try to sign in, which the browser keeps (sealed) while it is at the provider."""

    state: str
    nonce: str
    verifier: str
    redirect_uri: str


class Metadata(msgspec.Struct, frozen=True):
    """What is used of a provider's discovery document."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    id_token_signing_alg_values_supported: tuple[str, ...] = ("RS256",)
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


class Granted(msgspec.Struct, frozen=True):
    """What is used of the answer to a code."""

    id_token: str
    access_token: str = ""


class TokenError(msgspec.Struct, frozen=True):
    error: str = ""


def new_attempt(redirect_uri: str) -> Attempt:
    return Attempt(new_token(), new_token(), new_token(), redirect_uri)


class Provider:
    """One provider, and us as its client. Belongs to one event loop."""

    def __init__(self, issuer: str, client_id: str, client_secret: str) -> None:
        self.issuer = issuer
        self._client_id = client_id
        self._client_secret = client_secret
        self._tls: ssl.SSLContext | None = None
        self._metadata: tuple[int, Metadata] | None = None
        self._keys: tuple[int, KeySet] | None = None

    async def address(self, attempt: Attempt) -> str:
        """Where the browser goes to sign in. Raises Unavailable."""
        try:
            metadata = await self._known()
        except Fault as fault:
            raise Unavailable(DOWN) from fault
        challenge = hashlib.sha256(attempt.verifier.encode()).digest()
        query = urlencode(
            {
                "response_type": "code",
                "client_id": self._client_id,
                "redirect_uri": attempt.redirect_uri,
                "scope": SCOPE,
                "state": attempt.state,
                "nonce": attempt.nonce,
                "code_challenge": urlsafe_b64encode(challenge).rstrip(b"=").decode(),
                "code_challenge_method": "S256",
            }
        )
        endpoint = metadata.authorization_endpoint
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{query}"

    async def redeem(self, attempt: Attempt, code: str) -> Assertion:
        """Who signed in there, by the code that the browser brought back.

        Raises Unavailable when the provider doesn't do its part, and Forbidden for what doesn't
        pass the checks; the true reason is the cause.
        """
        try:
            metadata = await self._known()
            granted = await self._exchange(metadata, attempt, code)
            claims = await self._claims(metadata, attempt, granted)
            person = claims
            if not {"email", "email_verified"} <= claims.keys():
                person = await self._userinfo(metadata, claims["sub"], granted.access_token)
        except Fault as fault:
            raise Unavailable(DOWN) from fault
        return _assertion(self.issuer, claims["sub"], person)

    async def _known(self) -> Metadata:
        """The discovery document, read again after a while."""
        if self._metadata is None or self._metadata[0] < now_ms() - KEPT_MS:
            if self._tls is None:
                self._tls = await asyncio.to_thread(_load)
            content = await self._ask("GET", self.issuer.rstrip("/") + DISCOVERY)
            metadata = _read(content, Metadata)
            _check(metadata, self.issuer)
            self._metadata = (now_ms(), metadata)
        return self._metadata[1]

    async def _exchange(self, metadata: Metadata, attempt: Attempt, code: str) -> Granted:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": attempt.redirect_uri,
            "code_verifier": attempt.verifier,
        }
        headers = {}
        methods = metadata.token_endpoint_auth_methods_supported
        if not self._client_secret:
            form["client_id"] = self._client_id
        elif "client_secret_basic" in methods or "client_secret_post" not in methods:
            # Both parts are encoded as in a form first (RFC 6749, 2.3.1).
            pair = f"{quote_plus(self._client_id)}:{quote_plus(self._client_secret)}"
            headers["authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        else:
            form |= {"client_id": self._client_id, "client_secret": self._client_secret}
        content = await self._ask("POST", metadata.token_endpoint, headers=headers, data=form)
        return _read(content, Granted)

    async def _claims(
        self, metadata: Metadata, attempt: Attempt, granted: Granted
    ) -> dict[str, Any]:
        """What the ID token says, once it passed all checks."""
        from solosync.net import id_tokens

        def read(keys: KeySet) -> dict[str, Any]:
            return id_tokens.read(
                granted.id_token,
                keys,
                algorithms=metadata.id_token_signing_alg_values_supported,
                issuer=self.issuer,
                client_id=self._client_id,
                nonce=attempt.nonce,
                access_token=granted.access_token,
                now=now_ms() // 1000,
            )

        try:
            try:
                return read(await self._signing_keys(metadata))
            except id_tokens.UnknownKey:
                return read(await self._signing_keys(metadata, afresh=True))
        except (id_tokens.BadToken, id_tokens.UnknownKey) as error:
            log.warning("A sign-in by OpenID was refused: %s", error)
            raise Forbidden(UNPROVED) from error

    async def _signing_keys(self, metadata: Metadata, *, afresh: bool = False) -> KeySet:
        from solosync.net import id_tokens

        if afresh or self._keys is None or self._keys[0] < now_ms() - KEPT_MS:
            content = await self._ask("GET", metadata.jwks_uri)
            self._keys = (now_ms(), id_tokens.read_keys(_read(content, dict[str, Any])))
        return self._keys[1]

    async def _userinfo(
        self, metadata: Metadata, subject: str, access_token: str
    ) -> dict[str, Any]:
        """What the provider says of the person elsewhere, if it does."""
        if not metadata.userinfo_endpoint or not access_token:
            return {}
        headers = {"authorization": f"Bearer {access_token}"}
        content = await self._ask("GET", metadata.userinfo_endpoint, headers=headers)
        claims = _read(content, dict[str, Any])
        if claims.get("sub") != subject:
            raise Fault("the userinfo is somebody else's")
        return claims

    async def _ask(self, method: str, url: str, **parts: Any) -> bytes:
        """The body of a good answer; redirects aren't followed. Raises Fault."""
        import httpx

        headers = {"accept": "application/json", "accept-encoding": "identity"}
        parts["headers"] = headers | parts.get("headers", {})
        assert self._tls is not None
        try:
            async with (
                asyncio.timeout(ANSWER_SECONDS),
                httpx.AsyncClient(verify=self._tls, timeout=ANSWER_SECONDS) as client,
                client.stream(method, url, **parts) as answer,
            ):
                content = bytearray()
                async for chunk in answer.aiter_raw():
                    content += chunk
                    if len(content) > ANSWER_BYTES:
                        raise Fault(f"{url} answers with more than {ANSWER_BYTES} bytes")
                status = answer.status_code
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError) as error:
            raise Fault(f"{url} can't be asked: {error or type(error).__name__}") from error
        if status != 200:
            _refuse(url, status, bytes(content))
        return bytes(content)


def _load() -> ssl.SSLContext:
    """Loads what takes a while, in a thread; and what TLS certificates are trusted."""
    import httpx

    from solosync.net import id_tokens  # noqa: F401 - for those who import it afterwards

    return httpx.create_ssl_context()


def _read(content: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.MsgspecError as error:
        raise Fault(f"an answer of it can't be understood: {error}") from error


def _check(metadata: Metadata, issuer: str) -> None:
    if metadata.issuer != issuer:
        raise Fault(f"it calls itself {metadata.issuer!r}, and oidc_issuer is {issuer!r}")
    addresses = (
        metadata.authorization_endpoint,
        metadata.token_endpoint,
        metadata.jwks_uri,
        *([metadata.userinfo_endpoint] if metadata.userinfo_endpoint else []),
    )
    for address in addresses:
        if not is_fit(address, issuer):
            raise Fault(f"it names {address!r}, which isn't an https address")


def is_fit(address: str, issuer: str) -> bool:
    """Whether a provider may be asked there: by https, or on this machine if it is here itself."""
    try:
        url, home = urlsplit(address), urlsplit(issuer)
    except ValueError:
        return False
    if url.scheme == "https":
        return bool(url.hostname)
    return url.scheme == "http" and is_loopback(url.hostname or "") and home.scheme == "http"


def _refuse(url: str, status: int, content: bytes) -> None:
    """Raises Forbidden for a code that isn't good (any more), else Fault."""
    try:
        code = msgspec.json.decode(content, type=TokenError).error
    except msgspec.MsgspecError:
        code = ""
    fault = Fault(f"{url} answers {status} {code[:50]!r}")
    if code == "invalid_grant":
        raise Forbidden(UNPROVED) from fault
    raise fault


def _assertion(issuer: str, subject: str, person: dict[str, Any]) -> Assertion:
    email, verified, name = (person.get(key) for key in ("email", "email_verified", "name"))
    return Assertion(
        issuer=issuer,
        subject=subject,
        email=email if isinstance(email, str) else "",
        # Some write the truth in quotes.
        is_email_verified=verified is True or verified == "true",
        full_name=" ".join(name.split())[:LONGEST_NAME] if isinstance(name, str) else "",
    )
