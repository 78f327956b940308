"""The access log: who asked for what, from where, and what the answer was."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from digest.errors import StoreError
from digest.review.people import People

DOOR = "/enter"
TOO_MANY = 429


class LogAccess:
    """Notes in the book what persons asked for, and each attempt to enter that was heard.

    A stranger's other requests leave no line, so that nobody can fill the disk from outside. It is
    done after the answer was sent, so nobody waits for it.
    """

    def __init__(self, app: ASGIApp, people: People) -> None:
        self.app, self.people = app, people

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 500
        scope.setdefault("state", {})

        async def noted(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            if scope["state"].get("person") or _is_attempt(scope, status):
                await run_in_threadpool(self._note, scope, status)

    def _note(self, scope: Scope, status: int) -> None:
        person, about = (scope["state"].get(name, "") for name in ("person", "about"))
        address = scope["client"][0] if scope.get("client") else ""
        try:
            action = f"{scope['method']} {scope['path']} {about}".rstrip()
            self.people.log(person, address, action, status)
        except StoreError:
            # A full disk keeps nobody from reading; whoever saves something is told of it.
            return


def _is_attempt(scope: Scope, status: int) -> bool:
    return scope["method"] == "POST" and scope["path"] == DOOR and status != TOO_MANY
