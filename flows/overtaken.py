"""A request that Prefect's database refused for the moment is tried again by the server itself.

SQLite refuses to write in a transaction that began to read before another one wrote. Prefect then
answers 503, and its clients come again after two seconds. A run that an automation starts met this
in two of five cases, since the event's own bookkeeping is written in the same tenth of a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

UNAVAILABLE = 503
PAUSES = (0.02, 0.05, 0.1, 0.2, 0.4)  # seconds before each further try; then the client is told


class TriedAgain:
    """Wraps an ASGI application: of answers 503 only the last one is given."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or hand on what is none."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = await _all_of(receive)
        for pause in PAUSES:
            if await self._is_answered(scope, _first(body, receive), send):
                return
            await asyncio.sleep(pause)
        await self.app(scope, _first(body, receive), send)

    async def _is_answered(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """Whether an answer was sent: any but 503, which is kept back."""
        refused = False

        async def unless_refused(message: Message) -> None:
            nonlocal refused
            refused = refused or message.get("status") == UNAVAILABLE
            if not refused:
                await send(message)

        try:
            # An application writes into the scope: each try has one of its own.
            await self.app(dict(scope), receive, unless_refused)
        except Exception:
            # Starlette raises what it has already answered, for the server to log.
            if not refused:
                raise
        return not refused


async def _all_of(receive: Receive) -> list[Message]:
    messages = [await receive()]
    while messages[-1].get("more_body"):
        messages.append(await receive())
    return messages


def _first(body: list[Message], receive: Receive) -> Receive:
    left: Iterator[Message] = iter(body)

    async def next_one() -> Message:
        kept = next(left, None)
        return await receive() if kept is None else kept

    return next_one
