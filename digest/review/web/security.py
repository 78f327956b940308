"""What stands between a stranger and the pages: headers, a limit on bodies, origin, CSRF, cookie.

The two wrappers are plain ASGI around the whole application, so that no answer, an error of the
framework included, leaves without the headers, and no body is read beyond the limit.
"""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 64 * 1024
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": browsers would then send "Origin: null" with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Robots-Tag": "noindex, nofollow",
}
DAY = 24 * 60 * 60
TOO_LONG = "This is too long to be saved."


class GuardHeaders:
    """Puts the security headers on every answer; ``Cache-Control: no-store`` where none is set."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self.app, self.https = app, https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers.setdefault("Cache-Control", "no-store")
                if self.https:
                    headers["Strict-Transport-Security"] = f"max-age={365 * DAY}"
            await send(message)

        await self.app(scope, receive, guarded)


class LimitBodies:
    """Refuses a body beyond ``most`` bytes: by its stated length, else as soon as it passes it."""

    def __init__(self, app: ASGIApp, most: int = MOST_BYTES) -> None:
        self.app, self.most = app, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102
        stated = Headers(scope=scope).get("content-length", "0") if "headers" in scope else "0"
        if not stated.isdigit() or int(stated) > self.most:
            refusal = PlainTextResponse(TOO_LONG, 413, {"Connection": "close"})
            await refusal(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self.most:  # raised where the body is read, so the application answers
                raise HTTPException(413, TOO_LONG)
            return message

        await self.app(scope, counted, send)


def is_from_here(headers: Headers) -> bool:
    """Whether a form was sent by a page of this application, as far as the browser says.

    The token proves it for whoever has a session; this also covers the forms for entering.
    """
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")


def csrf_token(cookie: str) -> str:
    """What each form of a session carries: made from the session's cookie, useless without it."""
    return hmac.new(cookie.encode("utf-8", "replace"), b"csrf", hashlib.sha256).hexdigest()


def is_csrf_token(given: str, cookie: str) -> bool:
    """Whether a form carries its session's token."""
    return hmac.compare_digest(given.encode(), csrf_token(cookie).encode())


def cookie_name(*, https: bool) -> str:
    """``__Host-`` lets no other host or path set it; browsers take that over HTTPS only."""
    return "__Host-review" if https else "review"
