"""What a rerun says: what was done again, what the draft changes, what the public will see.

The same sentences stand in the terminal and in the log of Prefect's page.
"""

from __future__ import annotations

from collections.abc import Iterator

from digest.edition.difference import lines as difference_lines
from digest.steps.rerun import Rerun
from digest.steps.unfinished import unfinished_line


def lines(done: Rerun, *, is_rehearsal: bool) -> Iterator[str]:
    """What was done, or would be, and what it changes, in words."""
    redone = done.redone
    would = "would be " if is_rehearsal else ""
    documents, texts = _things(redone.documents, "document"), _things(redone.labelled, "text")
    yield (
        f"{documents} {would}read, {texts} {would}labelled, "
        f"{redone.encoded:,} {'encoded' if redone.labelled == 1 else 'of them encoded'}"
    )
    for outcome in done.outcomes:
        if not outcome.is_complete:
            detail = outcome.detail.removeprefix(f"{outcome.source}: ")
            yield f"{outcome.source} {outcome.outcome}: {detail}"
    if done.draft is None:
        yield "no source answered: nothing is drafted, and what was drafted stays as it is"
    else:
        sha256 = done.draft.sha256
        items = _things(len(done.draft.items), "item")
        yield f"draft of {done.quarter}: {items}, sha256 {sha256}"
        if done.unfinished:
            yield unfinished_line(done.draft)
        yield from _difference_lines(done)
        if done.was_frozen and done.difference:
            yield "the draft was frozen for review: what is reviewed and signed off is another now"
        yield _public_line(done)
        yield _site_line(done, is_rehearsal=is_rehearsal)
    if is_rehearsal:
        yield "nothing was changed: this was a dry run"


def _difference_lines(done: Rerun) -> Iterator[str]:
    if done.difference is None:
        yield "it is the first draft of this quarter"
    elif not done.difference:
        yield f"nothing changes against {done.against}"
    else:
        yield f"changes against {done.against}:"
        yield from difference_lines(done.difference)


def _public_line(done: Rerun) -> str:
    change = done.for_public
    if change is None:
        return "nothing of this quarter is published yet"
    if not change:
        return f"it is {done.public}, which is published: there is nothing new to publish"
    moves = (
        _do(len(change.entered), "enter"),
        _do(len(change.left), "leave"),
        _do(len(change.changed), "change"),
    )
    return (
        f"{done.public} is published and stays as it is; publishing the draft as the next version: "
        f"{', '.join(moves)}"
    )


def _site_line(done: Rerun, *, is_rehearsal: bool) -> str:
    if done.was_built:
        return "its pages are as they should be, and are not built again"
    return "its pages would be built anew" if is_rehearsal else f"its pages: {done.site}"


def _things(count: int, thing: str) -> str:
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


def _do(count: int, what: str) -> str:
    return f"{count:,} {what}s" if count == 1 else f"{count:,} {what}"
