"""An OpenID provider on loopback with real keys, which does wrong as a test tells it to."""

import base64
import hashlib
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote_plus, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from solosync.clock import now_ms

CLIENT_ID = "solosync at home"
CLIENT_SECRET = "a secret: with a colon"
SECONDS = 300
# Making one takes a while, so there are two for all tests.
KEYS = [RSAKey.generate_key(2048, {"kid": kid, "use": "sig"}) for kid in ("first", "second")]


class FakeProvider:
    """`claims` are added to every ID token (None takes one out), `userinfo` is what is said there,
    `metadata` what is added to the discovery document; `answers` maps paths to other answers."""

    def __init__(self, issuer):
        self.issuer = issuer
        self.key = KEYS[0]
        self.published = [KEYS[0]]
        self.claims = {"email": "ann@example.org", "email_verified": True, "name": "Ann Example"}
        self.userinfo = {}
        self.metadata = {}
        self.answers = {}
        self.requests = []
        self.sign = self.signed
        self._codes = {}

    def authorize(self, address, subject="ann"):
        """What the person's consent does: the address that the browser is sent back to."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert address.startswith(f"{self.issuer}/authorize?")
        assert query["response_type"] == "code" and query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split() and query["client_id"] == CLIENT_ID
        code = f"code {len(self._codes)}"
        self._codes[code] = (query, subject)
        return f"{query['redirect_uri']}?code={code}&state={query['state']}"

    def signed(self, claims, access_token):
        half = hashlib.sha256(access_token.encode()).digest()[:16]
        at_hash = base64.urlsafe_b64encode(half).rstrip(b"=").decode()
        return jwt.encode(
            {"alg": "RS256", "kid": self.key.kid}, {"at_hash": at_hash} | claims, self.key
        )

    def answer(self, path, headers, form):
        """Status and JSON of the answer to a request."""
        match path:
            case "/.well-known/openid-configuration":
                return 200, self._discovery() | self.metadata
            case "/keys":
                return 200, {"keys": [key.as_dict(private=False) for key in self.published]}
            case "/token":
                return self._token(headers, form)
            case "/userinfo":
                assert headers["authorization"] == "Bearer at the provider"
                return 200, self.userinfo
        return 404, {}

    def _discovery(self):
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "id_token_signing_alg_values_supported": ["RS256", "ES256", "HS256", "none"],
        }

    def _token(self, headers, form):
        if _client(headers, form) not in ((CLIENT_ID, CLIENT_SECRET), (CLIENT_ID, None)):
            return 401, {"error": "invalid_client"}
        asked, subject = self._codes.pop(form["code"], ({}, ""))
        challenge = hashlib.sha256(form["code_verifier"].encode()).digest()
        is_good = (
            form["redirect_uri"] == asked.get("redirect_uri")
            and base64.urlsafe_b64encode(challenge).rstrip(b"=").decode() == asked["code_challenge"]
        )
        if not is_good:
            return 400, {"error": "invalid_grant"}
        now = now_ms() // 1000
        claims = {
            "iss": self.issuer,
            "sub": subject,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + SECONDS,
            "nonce": asked["nonce"],
        }
        claims = {k: v for k, v in (claims | self.claims).items() if v is not None}
        token = self.sign(claims, "at the provider")
        return 200, {"id_token": token, "access_token": "at the provider", "token_type": "Bearer"}


def _client(headers, form):
    """Who asks for a token, by header or in the form."""
    scheme, _, pair = headers.get("authorization", "").partition(" ")
    if scheme == "Basic":
        name, _, secret = base64.b64decode(pair).decode().partition(":")
        return unquote_plus(name), unquote_plus(secret)
    return form["client_id"], form.get("client_secret")


@contextmanager
def fake_provider():
    class Handler(BaseHTTPRequestHandler):
        def _serve(self):
            path = urlsplit(self.path).path
            body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            provider.requests.append((path, headers, form))
            status, content = provider.answers.get(path) or provider.answer(path, headers, form)
            raw = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            if 300 <= status < 400:
                self.send_header("Location", raw.decode())
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = _serve

        def log_message(self, *parts):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = FakeProvider(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
