"""A polite client beside a real server, on a clock that only its rests move."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from digest.sources.http import Limits, Pace, PoliteClient
from tests.servers import Answer, FaultyServer

AGENT = "sdg-ai-digest-test/1 (+mailto:editor@panel.example)"


QUICK = Limits(connect=5, read=10, total=20, attempts=2, first_rest=2, last_rest=30)


NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


LOCAL = frozenset({"127.0.0.1"})


class Rig:
    """A client, the server it talks to, and the rests it took, on a clock that only they move."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._stack = folder, stack
        self.rests: list[float] = []

    def serve(self, answers: dict[str, Answer]) -> FaultyServer:
        return self._stack.enter_context(FaultyServer(answers))

    def now(self) -> datetime:
        return NOON + timedelta(seconds=sum(self.rests))

    def client(
        self, limits: Limits = QUICK, private: frozenset[str] = LOCAL, others: float = 0.0
    ) -> PoliteClient:
        pace = Pace(self._folder, others=others)
        return self._stack.enter_context(
            PoliteClient(
                AGENT,
                pace=pace,
                allow_private=private,
                limits=limits,
                now=self.now,
                sleep=self.rests.append,
            )
        )
