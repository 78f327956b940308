"""The sample quarter as a run meets it, at one address through all its stages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from digest import sample
from digest.config import Inputs, Workplace
from digest.sample.server import sample_server


@dataclass
class World:
    """A working folder, and the sample's server at one address through all its stages."""

    place: Workplace
    port: int = 0

    @contextmanager
    def at_stage(self, stage: int, only: tuple[str, ...] = ()) -> Iterator[Inputs]:
        """What a run is given while the sample is at a stage."""
        with sample_server(stage, self.port) as base:
            host = base.removeprefix("http://")
            self.port = int(host.rpartition(":")[2])
            yield Inputs(
                sources=sample.SOURCES, base=base, only=only, contact="mailto:a@sample.example",
                private_hosts=frozenset({host}), sample=True,
            )  # fmt: skip
