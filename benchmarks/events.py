"""How long it takes from an event that is posted to the first line of the flow that it starts.

    python -m benchmarks.events [--events 20] [--limit 2.5]

Starts a real ``digest serve`` in a folder of its own, posts one ``digest.labels.completed`` at a
time for a quarter of which nothing is stored, so that the draft flow has nothing to do, and
compares the time of the post with the time of the flow's own first log line. Prints each, the
median, and how much of it was Prefect's (until the run was created, until its process was started);
exit status 1 when the median is above the limit.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from digest.config import Workplace
from digest.quarter import Quarter
from tests.flows.serving import Serving, serving, until

EVENT, FLOW = "digest.labels.completed", "draft"
QUARTER = Quarter(2025, 1)
FIRST_LINE = "begun, in "
LOOK = 0.5  # seconds between two questions: the times are the server's and the flow's own


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=20)
    parser.add_argument("--limit", type=float, default=2.5, help="seconds")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Workplace(Path(folder) / "var")
        with serving(place, "http://127.0.0.1:9") as serve:
            took = [one(serve) for _ in range(options.events)]
            serve.stop()
    total = [created + started for created, started in took]
    for created, started in took:
        print(f"{created + started:6.2f} s  ({created:.2f} to the run, {started:.2f} to its code)")
    print(
        f"median of {len(took)}: {median(total):.2f} s, least {min(total):.2f}, most "
        f"{max(total):.2f}; to the run {median(c for c, _ in took):.2f}"
    )
    return int(median(total) > options.limit)


def one(serve: Serving) -> tuple[float, float]:
    """Seconds from a post to the run, and from the run to its code."""
    known = {run["id"] for run in serve.runs()}
    posted = time.time()
    serve.post(EVENT, QUARTER)

    def ended() -> dict[str, Any] | None:
        fresh = [run for run in serve.runs("COMPLETED") if run["id"] not in known]
        return next(iter(fresh), None)

    run = until(ended, every=LOOK)

    def first_line() -> dict[str, Any] | None:
        """Logs reach the server a moment after their run has ended."""
        logs = serve.ask("logs/filter", logs={"flow_run_id": {"any_": [run["id"]]}})
        return next((log for log in logs if log["message"].startswith(FIRST_LINE)), None)

    line = until(first_line, every=LOOK)
    created = stamp(run["created"]) - posted
    return created, stamp(line["timestamp"]) - posted - created


def stamp(text: str) -> float:
    return datetime.fromisoformat(text).astimezone(UTC).timestamp()


if __name__ == "__main__":
    sys.exit(main())
