"""What ``digest sources check`` says, in lines for a person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from digest.config import Clock, Inputs, utc_now
from digest.sources.check import SourceCheck, check
from digest.steps.asking import answers_of
from digest.steps.harvest import client_for, listed_sources


def check_lines(inputs: Inputs, clock: Clock = utc_now) -> Iterator[tuple[bool, str]]:
    """Ask every source once; a line each as its answer is known, and at the end how many answer.

    Raises:
        SourceListError: the list is wrong, or lacks a source that is asked for.
    """
    sources = listed_sources(inputs)
    silent = []
    with client_for(inputs) as client, closing(
        answers_of(sources, lambda source: [check(source, client, clock())])
    ) as answers:  # fmt: skip
        for source, answer in answers:
            if isinstance(answer, SourceCheck):
                silent += [] if answer.answers else [source.id]
                yield answer.answers, _check_line(answer)
            elif answer is not None:
                silent.append(source.id)
                yield False, f"{source.id:32} {answer}"
    named = f"; not: {', '.join(sorted(silent))}" if silent else ""
    yield not silent, f"{len(sources) - len(silent):,} of {len(sources):,} sources answer{named}"


def _check_line(checked: SourceCheck) -> str:
    if not checked.answers:
        return f"{checked.source:32} FAILS  {checked.error.removeprefix(checked.source + ': ')}"
    what = f"{checked.dialect} as {checked.media_type or 'no type'}"
    return f"{checked.source:32} answers  {what}{_freshness(checked)}, {checked.milliseconds:,} ms"


def _freshness(checked: SourceCheck) -> str:
    """How many entries and how old the newest is; nothing of OAI-PMH, which was not asked."""
    if not checked.entries:
        return ""
    if checked.newest is None:
        return f", {checked.entries:,} entries without dates"
    days = f"{checked.newest:%Y-%m-%d}, {checked.age_days:,} days ago"
    return f", {checked.entries:,} entries, the newest of {days}"
