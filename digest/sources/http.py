"""The one way out: a polite, bounded HTTP client.

    get -> turn of the host -> checked address -> bounded body -> Document
     ^________ again after a rest: no connection, a broken body, 429, 5xx
     ^________ redirect: the next address is checked like the first

Polite: says who asks and where to write, one connection per host, a rest between requests, what
``Retry-After`` says. Bounded: time, bytes before and after decompression, redirects, attempts.
It keeps no cookies, uses no proxy or password from the environment, and interprets no body.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Self

import httpx

from digest.config import utc_now
from digest.errors import (
    ConfigError,
    LeftAlone,
    Refused,
    SourceError,
    Unreachable,
    UnsafeAddress,
)
from digest.sources import Document
from digest.sources.body import pieces
from digest.sources.network import Network, Transport, check_url
from digest.sources.pace import Pace, RestingError

__all__ = ["Limits", "Pace", "PoliteClient", "validators_of"]

_REDIRECTS = (301, 302, 303, 307, 308)
_ERROR_BYTES = 64 * 1024  # of an error page: enough to see what the server said
_HINTS = {
    401: "the server asks for a password: choose a public address",
    403: "the server does not let programs in: ask the publisher, or remove the source",
    404: "nothing is there: look for the new address on the publisher's site",
    410: "the address is gone for good: look for a new one on the publisher's site",
    429: "the server asks for fewer requests: run again later",
}


@dataclass(frozen=True)
class Limits:
    """Bounds of one request. Seconds, bytes, counts.

    ``total`` is for one request from connecting to the last byte, without waiting for its turn;
    ``max_bytes`` holds for the body before and after decompression. ``last_rest`` is the longest
    back-off, and the longest ``Retry-After`` that is waited for: a server that asks for more gets
    what it asks for. The source has failed for this run then, and no other of that server is asked
    before its time has come.
    """

    connect: float = 10.0
    read: float = 60.0
    total: float = 180.0
    max_bytes: int = 20_000_000
    max_redirects: int = 5
    attempts: int = 4
    first_rest: float = 2.0
    last_rest: float = 60.0


class _PassingError(Exception):
    """A failure that may pass: worth another attempt after a rest."""

    def __init__(self, error: SourceError) -> None:
        super().__init__(str(error))
        self.error = error


class PoliteClient:
    """Asks for documents. May be used from several threads; close it or use it in ``with``."""

    def __init__(
        self,
        user_agent: str,
        *,
        pace: Pace,
        allow_private: frozenset[str] = frozenset(),
        limits: Limits = Limits(),
        now: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """``allow_private``: who may be private (``network.is_allowed``).

        Raises:
            ConfigError: ``user_agent`` names no address where the asker can be reached.
        """
        if "@" not in user_agent and "://" not in user_agent:
            raise ConfigError(
                f"the user agent '{user_agent}' tells a server nothing about who asks: "
                "add a mail address or the address of a page about this installation"
            )
        self._user_agent, self._pace, self._limits = user_agent, pace, limits
        self._now, self._sleep = now, sleep
        self._allowed = allow_private
        self._network = Network(allow_private)
        self._transport = Transport(self._network)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def get(
        self,
        url: str,
        *,
        source: str,
        validators: Mapping[str, str] | None = None,
        accept: str = "*/*",
    ) -> Document:
        """One document, following redirects, after as many attempts as the limits allow.

        ``validators`` are request headers from ``validators_of`` an earlier answer; with them a
        304 is an answer too, with an empty body.

        Raises:
            Unreachable: no connection, no answer in time, or a body that broke off.
            Refused: any status but 2xx; ``error.document`` holds the answer.
            LeftAlone: its server has asked for a rest, of this source or another, that is not over.
            TooLarge: more bytes than the limit.
            UnsafeAddress: a private address, another scheme or port, a redirect loop.
            Unreadable: an encoding that was not asked for.
            StorageFull: the folder of ``pace`` cannot be written.
        """
        headers = {
            "User-Agent": self._user_agent,
            "Accept": accept,
            "Accept-Encoding": "gzip",
            **(validators or {}),
        }
        attempt = 1
        while True:
            try:
                return self._follow(url, source, headers, attempt)
            except _PassingError as passing:
                if attempt >= self._limits.attempts:
                    raise passing.error from passing.__cause__
            except RestingError as resting:
                what = f"{resting}, and was not asked"
                raise LeftAlone(source, url, what, "run again after that") from None
            attempt += 1

    def _follow(self, url: str, source: str, headers: Mapping[str, str], attempt: int) -> Document:
        """One attempt: the document at the end of the redirects."""
        cookies, here, seen = httpx.Cookies(), _parse(url, source), set()
        for _ in range(self._limits.max_redirects + 1):
            # Some publishers send one back to the same address with a cookie: that is no loop.
            step = (str(here), str(sorted(cookies.items())))
            if step in seen:
                raise UnsafeAddress(source, url, f"the redirects go in a circle at {here}")
            seen.add(step)
            check_url(here, source, self._allowed)
            request = httpx.Request("GET", here, headers=dict(headers), cookies=cookies)
            document = self._in_turn(request, source, cookies, attempt)
            target = document.headers.get("location")
            if document.status not in _REDIRECTS or not target:
                return _accept(
                    document, "If-None-Match" in headers or "If-Modified-Since" in headers
                )
            here = _parse(target, source, here)
        raise UnsafeAddress(source, url, f"more than {self._limits.max_redirects} redirects")

    def _in_turn(
        self, request: httpx.Request, source: str, cookies: httpx.Cookies, attempt: int
    ) -> Document:
        """Ask when it is the host's turn, and leave the host alone for as long as is right."""
        netloc = request.url.netloc.decode("ascii")
        longest = self._limits.last_rest
        with self._pace.turn(netloc, self._now, self._sleep, longest) as turn:
            try:
                document = self._exchange(request, source, cookies)
            except _PassingError:
                turn.rest = max(turn.rest, self._back_off(attempt))
                raise
            if _is_busy(document.status):
                asked = _retry_after(document)
                turn.rest = max(turn.rest, self._back_off(attempt) if asked is None else asked)
                if turn.rest > longest:
                    what = f"the server asks to be left alone for {turn.rest:.0f} seconds"
                    raise _refused(document, what)
                raise _PassingError(_refused(document))
            return document

    def _back_off(self, attempt: int) -> float:
        """Seconds of rest, doubling with each attempt; the spread keeps clients from marching."""
        rest = self._limits.first_rest * 2.0 ** (attempt - 1) * random.uniform(1.0, 1.5)  # noqa: S311
        return min(rest, self._limits.last_rest)

    def _exchange(self, request: httpx.Request, source: str, cookies: httpx.Cookies) -> Document:
        """One request and its answer, within the limits."""
        limits, url = self._limits, str(request.url)
        timeout = httpx.Timeout(limits.read, connect=limits.connect)
        request.extensions = {"timeout": timeout.as_dict()}
        self._network.begin(request.url, source, limits.total)
        try:
            with closing(self._transport.handle_request(request)) as answer:
                answer.request = request
                cookies.extract_cookies(answer)
                body = self._body(answer, source)
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise self._unreachable(error, source, url) from error
        headers = {name.lower(): value for name, value in answer.headers.items()}
        headers.pop("set-cookie", None)
        return Document(source, url, self._now(), answer.status_code, body, headers)

    def _unreachable(self, error: Exception, source: str, url: str) -> Exception:
        limits = self._limits
        if self._network.is_late:  # a server that needs longer than all the time needs it again
            return Unreachable(source, url, f"no whole answer within {limits.total:g} seconds")
        what = f"no whole answer: {error or type(error).__name__}"
        if isinstance(error, httpx.ConnectTimeout):
            what = f"no connection within {limits.connect:g} seconds"
        elif isinstance(error, httpx.TimeoutException):
            what = f"silent for {limits.read:g} seconds"
        elif isinstance(error, httpx.ConnectError):
            what = f"no connection: {error}"
        return _PassingError(Unreachable(source, url, what))

    def _body(self, answer: httpx.Response, source: str) -> bytes:
        """The body, decompressed; of an error page only what is easily had."""
        if answer.status_code in _REDIRECTS or answer.status_code == httpx.codes.NOT_MODIFIED:
            return b""
        body = bytearray()
        if answer.is_success:
            for part in pieces(answer, source, self._limits.max_bytes):
                body += part
        else:
            with suppress(SourceError, httpx.TransportError, httpx.DecodingError):
                for part in pieces(answer, source, _ERROR_BYTES):
                    body += part
        return bytes(body)


def validators_of(headers: Mapping[str, str]) -> dict[str, str]:
    """Request headers with which ``get`` asks for a change since an answer with ``headers``."""
    pairs = {"If-None-Match": "etag", "If-Modified-Since": "last-modified"}
    # A request header is ASCII; an ETag that is not would be refused before it is sent.
    return {
        ask: headers[said]
        for ask, said in pairs.items()
        if said in headers and headers[said].isascii()
    }


def _parse(url: str, source: str, base: httpx.URL | None = None) -> httpx.URL:
    try:
        return base.join(url).copy_with(fragment=None) if base else httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise UnsafeAddress(source, url[:200], f"not a web address: {error}") from error


def _is_busy(status: int) -> bool:
    return status == httpx.codes.TOO_MANY_REQUESTS or status >= 500


def _accept(document: Document, is_conditional: bool) -> Document:
    """The document, if its status is an answer."""
    if 200 <= document.status < 300 or (document.status == 304 and is_conditional):
        return document
    raise _refused(document)


def _refused(document: Document, more: str = "") -> Refused:
    hint = more or _HINTS.get(document.status, "")
    error = Refused(document.source, document.url, document.status, hint)
    error.document = document
    return error


def _retry_after(document: Document) -> float | None:
    """Seconds that the server asks to be left alone, from a number or a date; None without."""
    said = document.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    try:
        moment = parsedate_to_datetime(said)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - document.fetched_at).total_seconds())
