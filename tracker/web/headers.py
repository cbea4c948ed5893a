"""Security headers on every answer: nothing inline, nothing from outside, no framing, no referrer."""

from __future__ import annotations

from flask import Flask
from werkzeug.wrappers import Response

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def headers_of_all(*, https: bool) -> dict[str, str]:
    """What every answer carries, unless its view says otherwise."""
    return HEADERS | ({"Strict-Transport-Security": "max-age=31536000"} if https else {})


def add_headers(app: Flask, *, https: bool) -> None:
    """Sets the headers; pages of signed-in people are not kept by caches."""
    of_all = headers_of_all(https=https)

    def put(response: Response) -> Response:
        for name, value in of_all.items():
            response.headers.setdefault(name, value)
        if response.mimetype == "text/html":
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    app.after_request(put)
