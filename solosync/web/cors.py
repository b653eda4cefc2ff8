"""Which pages of other origins may use the API, and what of it they may see."""

from __future__ import annotations

from litestar.config.cors import CORSConfig

from solosync.config import Config

MAX_AGE_SECONDS = 600
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
REQUEST_HEADERS = [
    "authorization",
    "content-encoding",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "if-range",
    "prefer",
    "range",
    "x-api-key",
    "x-request-id",
    "x-rev",
    "x-revision",
    "x-share-view",
]
RESPONSE_HEADERS = [
    "accept-ranges",
    "content-disposition",
    "content-range",
    "etag",
    "idempotent-replayed",
    "ratelimit",
    "ratelimit-policy",
    "retry-after",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "x-request-id",
]


def rules(config: Config) -> CORSConfig:
    return CORSConfig(
        allow_origins=list(config.cors_origins),
        allow_credentials=True,
        allow_methods=METHODS,  # type: ignore[arg-type]
        allow_headers=REQUEST_HEADERS,
        expose_headers=RESPONSE_HEADERS,
        max_age=MAX_AGE_SECONDS,
    )
