"""Running the quarter from a terminal: progress while it runs, and at the end what came of it."""

from __future__ import annotations

import logging
import shlex
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from digest.config import Inputs, Workers, Workplace
from digest.edition.difference import lines as difference_lines
from digest.errors import InputError
from digest.quarter import Quarter
from digest.steps.harvest import harvested_sources
from digest.steps.local import require_local
from digest.steps.signing import next_step, require_no_panel
from digest.store.history import Outcome
from digest.store.ingest import Counts
from digest.store.turn import own_turn
from flows.progress import Progress
from flows.settings import prepare

if TYPE_CHECKING:
    from digest.edition.difference import Difference
    from digest.edition.manifest import Manifest
    from flows.quarter import Result

SECONDS_BETWEEN_LINES = 10


class Teller(logging.Handler):
    """Tells progress: on a terminal in one live line, elsewhere in a line now and then.

    ``since`` is when something was told last, in seconds since 1970.
    """

    def __init__(self, console: Console, since: float) -> None:
        super().__init__()
        self._console = console
        self._status = console.status("starting …")
        self._told_at = since

    def __enter__(self) -> Teller:
        self._logger = logging.getLogger("digest.progress")
        self._logger.setLevel(logging.INFO)
        self._logger.addHandler(self)
        self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._status.stop()
        self._logger.removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Show how far a step is, or the news of a draft."""
        from flows.quarter import Draft

        if isinstance(record.msg, Draft):
            for line in draft_lines(record.msg.manifest, record.msg.difference):
                say(self._console, line)
            return
        self._status.update(escape(record.getMessage()))
        ends = isinstance(record.msg, Progress) and record.msg.is_last
        waited = record.created - self._told_at >= SECONDS_BETWEEN_LINES
        is_warning = record.levelno >= logging.WARNING  # of a wait: nothing else comes for a while
        if ends or is_warning or (waited and not self._console.is_terminal):
            say(self._console, record.getMessage())
            self._told_at = record.created


def say(console: Console, line: str) -> None:
    """Print a line as it is: a path or a hash is never broken in two."""
    console.print(line, markup=False, emoji=False, highlight=False, soft_wrap=True)


def run_in_terminal(
    quarter: Quarter,
    place: Workplace,
    inputs: Inputs,
    *,
    sign_off: str = "",
    workers: str = "",
    unsigned: bool = False,
) -> bool:
    """Run the quarter and say what came of it; whether all sources answered that should.

    ``sign_off`` is the name of who answers for it, ``""`` to stop at the draft, unless it is to be
    published ``unsigned``; ``workers`` are those that read texts, as in ``Workers.parse``.

    Raises:
        InputError: there is nothing that could be harvested.
        DigestError: what the steps raise; the sentence is the caller's to show.
    """
    Workers.parse(workers)
    if sign_off:
        require_no_panel(place, quarter)
    require_local(inputs)  # what is wrong with the inputs is said at once
    if not harvested_sources(inputs):
        raise InputError(f"no source in {inputs.sources} is switched on: there is nothing to ask")
    console = Console()
    with own_turn(place), Teller(console, since=time.time()):
        prepare(place)
        from flows.quarter import run_quarter
        from flows.server import serving

        with serving():
            result = run_quarter(
                str(quarter), place.folder, inputs, sign_off, workers, unsigned=unsigned
            )
    expected = inputs.meant_to_fail
    for line in result_lines(result, quarter, place, expected):
        say(console, line)
    return all(o.is_complete or o.source in expected for o in result.outcomes)


def draft_lines(manifest: Manifest, difference: Difference | None) -> Iterator[str]:
    """What a draft holds, and what publishing it would change."""
    yield f"draft of {manifest.quarter}: {len(manifest.items):,} items, sha256 {manifest.sha256}"
    if difference is None:
        yield "nothing of this quarter is published yet"
    elif not difference:
        yield "nothing changes on the public site"
    else:
        yield "what publishing it changes on the public site:"
        yield from difference_lines(difference)


def result_lines(
    result: Result, quarter: Quarter, place: Workplace, expected: frozenset[str]
) -> Iterator[str]:
    """Counts that reconcile, failed sources by name, and where the site is."""
    total = sum((outcome.counts for outcome in result.outcomes), Counts())
    yield (
        f"{total.read:,} read = {total.stored:,} stored + {total.known:,} already known + "
        f"{total.out_of_quarter:,} out of quarter + {total.rejected:,} rejected"
        + ("" if total.reconcile else "  (does not add up: run digest doctor)")
    )
    if result.draft is not None:
        for reason, number in result.draft.rejections:
            yield f"  rejected {number:,}: {reason}"
        yield f"{result.labelled:,} texts labelled in this run"
    yield from _failures(result.outcomes, expected)
    yield from _places(result, quarter, place)


def _failures(outcomes: Iterable[Outcome], expected: frozenset[str]) -> Iterator[str]:
    for outcome in outcomes:
        if not outcome.is_complete:
            note = " (as the sample means it to)" if outcome.source in expected else ""
            detail = outcome.detail.removeprefix(f"{outcome.source}: ")
            yield f"{outcome.source} {outcome.outcome}{note}: {detail}"


def _places(result: Result, quarter: Quarter, place: Workplace) -> Iterator[str]:
    if result.draft is None:
        none = "no source answered: nothing is drafted, and what is published stays as it is"
        yield result.kept or none
        return
    site = place.drafts / str(quarter)
    yield f"draft: {_index(site)}"
    if result.published is not None:
        edition, site = result.published.edition, result.published.site
        state = "published" if result.published.is_new else "already published, unchanged"
        yield f"{edition.quarter} {edition.version} {state}, sha256 {edition.sha256}"
        yield f"site: {_index(site)}"
    elif result.draft.difference is None or result.draft.difference:
        yield f"next: {next_step(place, quarter)}"
    folder = shlex.quote(str(site.absolute()))
    yield f"to look at it: python3 -m http.server --bind 127.0.0.1 8000 --directory {folder}"


def _index(site: Path) -> Path:
    return (site / "index.html").absolute()
