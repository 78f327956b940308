"""What stands between a stranger and the pages: headers, a limit on bodies, origin, CSRF, cookie.

The two wrappers are plain ASGI around the whole application, so that no answer, an error of the
framework included, leaves without the headers, and no body is read beyond the limit.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from contextlib import suppress

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
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
MOST_DISCARDED, DISCARDING = 1024 * 1024, 1.0  # bytes, seconds
TOO_LONG = "This is too long to be saved."
PATIENCE = 30.0  # seconds: some hundred bytes a second are enough for what people type
TOO_SLOW = "This took too long to come: send it again."


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
    """Reads a body whole before anybody asks whose it is: ``most`` bytes, within ``seconds``.

    So who may save something is judged when all of it is here: nobody can begin to send while they
    may, and end after they were revoked.
    """

    def __init__(self, app: ASGIApp, most: int = MOST_BYTES, seconds: float = PATIENCE) -> None:
        self.app, self.most, self.seconds = app, most, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        stated = Headers(scope=scope).get("content-length", "0")
        if not stated.isdigit() or int(stated) > self.most:
            await _discard(receive)
            await _refusal(413, TOO_LONG)(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self.seconds):
                body, has_more = await _body(receive, self.most)
        except TimeoutError:
            await _refusal(408, TOO_SLOW)(scope, receive, send)
        except ClientDisconnect:
            return
        else:
            if len(body) > self.most:
                if has_more:
                    await _discard(receive)
                await _refusal(413, TOO_LONG)(scope, receive, send)
            else:
                await self.app(scope, _again(body, receive), send)


async def _body(receive: Receive, most: int) -> tuple[bytes, bool]:
    """The body, as soon as it is whole or longer than ``most``, and whether there is more."""
    body, more = b"", True
    while more and len(body) <= most:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body, more


async def _discard(receive: Receive) -> None:
    """Throw away what is on its way of a body that is refused, for a moment.

    A connection that is closed with bytes unread is reset, and the answer is lost with it.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(DISCARDING):
            more, left = True, MOST_DISCARDED
            while more and left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                more = message["type"] == "http.request" and message.get("more_body", False)


def _again(body: bytes, receive: Receive) -> Receive:
    """A channel that gives the body that was read, then goes on."""
    whole: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def given() -> Message:
        return whole.pop() if whole else await receive()

    return given


def _refusal(status: int, words: str) -> PlainTextResponse:
    return PlainTextResponse(words, status, {"Connection": "close"})


def is_from_here(headers: Headers) -> bool:
    """Whether a form was sent by a page of this application, as far as the browser says.

    The token proves it for whoever has a session; this also covers the forms for entering.
    """
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin, host = headers.get("origin"), headers.get("host")
    return origin is None or origin in (f"https://{host}", f"http://{host}")


def csrf_token(cookie: str) -> str:
    """What each form of a session carries: made from the session's cookie, useless without it."""
    return hmac.new(cookie.encode("utf-8", "replace"), b"csrf", hashlib.sha256).hexdigest()


def is_csrf_token(given: str, cookie: str) -> bool:
    """Whether a form carries its session's token."""
    return hmac.compare_digest(given.encode(), csrf_token(cookie).encode())


def cookie_name(*, https: bool) -> str:
    """``__Host-`` lets no other host or path set it; browsers take that over HTTPS only."""
    return "__Host-review" if https else "review"
