"""What every flow under ``digest serve`` has in common: its folder, its turn, its delivery.

The supervisor tells its children where they work by a variable. Imported by the supervisor's
children and by workers elsewhere before their first line, so heavy imports stay inside.
"""

from __future__ import annotations

import math
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from digest.config import Report, Workplace
from digest.quarter import Quarter

if TYPE_CHECKING:
    from digest.settings import Settings

FOLDER = "DIGEST_SERVED"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})  # where no password is asked for
_SET_PARENT_DEATH_SIGNAL = 1


@dataclass(frozen=True)
class Served:
    """The working folder and the settings of the ``digest serve`` that runs this process."""

    place: Workplace
    settings: Settings

    def quarters(self, listener: str, asked: str = "") -> list[Quarter]:
        """The quarters to look at: the one asked for, and those with open events."""
        from digest.store.database import writing
        from digest.store.outbox import unhandled

        with writing(self.place.database) as connection:
            waiting = {event.quarter for event in unhandled(connection, listener)}
        return sorted(waiting | ({Quarter.parse(asked)} if asked else set()))


def registered_path(place: Workplace) -> Path:
    """A file that is there once the runner has put all deployments on the server."""
    return place.state / "serve" / "registered"


def served(environment: Mapping[str, str] = os.environ) -> Served:
    """What the supervisor has told this process.

    Raises:
        ConfigError: the settings have become wrong since, or this process is not run by it.
    """
    from digest.errors import ConfigError
    from digest.settings import load, settings_path

    if FOLDER not in environment:
        raise ConfigError("this flow belongs to digest serve: start that, and run it on its page")
    place = Workplace(Path(environment[FOLDER]))
    return Served(place, load(settings_path(place)))


@contextmanager
def at_work(say: Report) -> Iterator[Served]:
    """The turn in the working folder; what the block raises is delivered when it is over.

    Waits for the turn and for the database as long as it takes: ``say`` hears who has them. What
    was open before is the relay's to deliver again, with patience, or a flow that fails would
    start itself again at once.
    """
    from digest.store.turn import FOREVER, own_turn
    from flows.deliver import open_events, post

    end_with_parent()
    me = served()
    say(f"begun, in {me.place.folder}")
    with own_turn(me.place, FOREVER, say):
        _wait_for_database(me.place, say)
        before = {event.event_id for event in open_events(me.place)}
        try:
            yield me
        finally:
            fresh = [e for e in open_events(me.place) if e.event_id not in before]
    problem = post(fresh)
    if problem:
        say(f"{problem}: {len(fresh)} events wait to be delivered")


def end_with_parent() -> None:
    """Have the system end this process when its parent dies, however it dies. Linux only."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)


def _wait_for_database(place: Workplace, say: Report) -> None:
    """Somebody who does not know of turns may hold the file: a notebook, say."""
    from digest.store.database import writing

    with writing(place.database, math.inf, say):
        pass
