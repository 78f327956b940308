"""Goals by risks: how many items carry both, and how dark their cell is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from digest.edition.manifest import Manifest
from digest.edition.select import is_showable

SHADES = 5  # steps of darkness above none; the numbers say it, too


@dataclass(frozen=True, slots=True)
class Matrix:
    """Counts by the ids of goal and risk; ``both`` items carry at least one of either."""

    cells: Counter[tuple[str, str]]
    both: int

    def count(self, goal: str, risk: str) -> int:
        """Items that carry both."""
        return self.cells[goal, risk]

    def shade(self, goal: str, risk: str) -> int:
        """0 for none, then 1 to ``SHADES`` by equal ratios, since counts differ by hundreds."""
        most = max(self.cells.values(), default=0)
        count = self.cells[goal, risk]
        if not count:
            return 0
        step = 1
        while step < SHADES and count > most ** (step / SHADES):
            step += 1
        return step


def matrix(manifest: Manifest) -> Matrix:
    """Count the items that may stand on pages."""
    cells: Counter[tuple[str, str]] = Counter()
    both = 0
    for item in manifest.items:
        if is_showable(item):
            goals = [given.label for given in item.labels if given.scheme == "sdg"]
            risks = [given.label for given in item.labels if given.scheme == "risk"]
            both += bool(goals and risks)
            cells.update((goal, risk) for goal in goals for risk in risks)
    return Matrix(cells, both)
