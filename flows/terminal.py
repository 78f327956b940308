"""Running the quarter from a terminal: progress while it runs, and at the end what came of it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from digest.config import Inputs, Workplace
from digest.errors import InputError
from digest.quarter import Quarter
from digest.store.archive import storage_errors
from digest.store.history import Outcome
from digest.store.ingest import Counts
from flows.settings import prepare

if TYPE_CHECKING:
    from digest.edition.manifest import Changes, Manifest
    from flows.quarter import Result

NAMED = 5


class _ProgressLine(logging.Handler):
    """Shows the last progress in one line that is written over; whole lines for other news."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._status = console.status("starting …")
        self._console = console

    def __enter__(self) -> _ProgressLine:
        self._logger = logging.getLogger("digest.progress")
        self._logger.setLevel(logging.INFO)
        self._logger.addHandler(self)
        self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._status.stop()
        self._logger.removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Show a step's progress, or the news of a draft."""
        from flows.quarter import Draft

        if isinstance(record.msg, Draft):
            for line in draft_lines(record.msg.manifest, record.msg.changes):
                self._console.print(escape(line))
        else:
            line = escape(record.getMessage())
            self._status.update(line)
            if not self._console.is_terminal:
                self._console.print(line)


def run_in_terminal(
    quarter: Quarter,
    place: Workplace,
    inputs: Inputs,
    *,
    publish: bool,
    expected: frozenset[str],
) -> bool:
    """Run the quarter and say what came of it; whether all sources but ``expected`` answered.

    Raises:
        DigestError: what the steps raise; the sentence is the caller's to show.
    """
    for path in (*inputs.snapshots, *inputs.feeds):
        if not path.exists():
            raise InputError(f"there is no file or folder {path}: check the path")
    with storage_errors(place.folder):
        place.state.mkdir(parents=True, exist_ok=True)
    prepare(place)
    console = Console(stderr=False, highlight=False)
    with _ProgressLine(console):
        from flows.quarter import run_quarter

        result = run_quarter(str(quarter), place.folder, inputs, publish)
    for line in result_lines(result, place, expected):
        console.print(escape(line))
    return all(o.is_complete or o.source in expected for o in result.outcomes)


def draft_lines(manifest: Manifest, changes: Changes | None) -> Iterable[str]:
    """What a draft holds, and what publishing it would change."""
    yield f"draft of {manifest.quarter}: {len(manifest.items):,} items, sha256 {manifest.sha256}"
    if changes is None:
        yield "nothing of this quarter is published yet"
    elif not changes:
        yield "nothing changes on the public site"
    else:
        yield from _change_lines(changes)


def _change_lines(changes: Changes) -> Iterable[str]:
    for verb in ("entered", "left", "changed"):
        ids = getattr(changes, verb)
        if ids:
            more = f" and {len(ids) - NAMED:,} more" if len(ids) > NAMED else ""
            yield f"  {len(ids):,} {verb}: {', '.join(ids[:NAMED])}{more}"
    for source in changes.sources:
        yield f"  source {source}"
    if changes.other:
        yield f"  also changed: {', '.join(changes.other)}"


def result_lines(result: Result, place: Workplace, expected: frozenset[str]) -> Iterable[str]:
    """Counts that reconcile, failed sources by name, and where the site is."""
    total = sum((outcome.counts for outcome in result.outcomes), Counts())
    yield (
        f"{total.read:,} read = {total.stored:,} stored + {total.known:,} already known + "
        f"{total.out_of_quarter:,} out of quarter + {total.rejected:,} rejected"
        + ("" if total.reconcile else "  (does not add up: run digest doctor)")
    )
    for reason, number in result.manifest.rejections:
        yield f"  rejected {number:,}: {reason}"
    yield f"{result.labelled:,} texts labelled in this run"
    for outcome in result.outcomes:
        if not outcome.is_complete:
            yield _failure(outcome, expected)
    yield from _places(result, place)


def _failure(outcome: Outcome, expected: frozenset[str]) -> str:
    note = " (as the sample means it to)" if outcome.source in expected else ""
    return f"{outcome.source} {outcome.outcome}{note}: {outcome.detail}"


def _places(result: Result, place: Workplace) -> Iterable[str]:
    yield f"draft: {_index(place.drafts / result.manifest.quarter)}"
    if result.published is not None:
        edition = result.published.edition
        state = "published" if result.published.is_new else "already published, unchanged"
        yield f"{edition.quarter} {edition.version} {state}, sha256 {edition.sha256}"
        yield f"site: {_index(result.published.site)}"


def _index(site: Path) -> Path:
    return (site / "index.html").absolute()
