"""The whole quarter: sources become items, items get labels, labels make an edition, and a site."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from prefect import flow

from digest.config import Inputs, Workers, Workplace, utc_now
from digest.edition.difference import Difference
from digest.edition.manifest import Manifest
from digest.quarter import Quarter
from digest.steps.publish import Published
from digest.steps.signing import sign_alone
from digest.steps.taking import why_kept
from digest.store.history import Outcome
from flows.classify import classify_quarter
from flows.draft import draft_quarter
from flows.harvest import harvest_quarter
from flows.progress import LOGGER
from flows.publish import publish_quarter


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft, and what publishing it would change; None when it would be the quarter's first."""

    manifest: Manifest
    difference: Difference | None


@dataclass(frozen=True, slots=True)
class Drafted:
    """What is told of a draft in the end: what was rejected, by reason, and as in ``Draft``."""

    rejections: tuple[tuple[str, int], ...]
    difference: Difference | None


@dataclass(frozen=True, slots=True)
class Result:
    """What a run of a quarter came to; not its manifest, whose every item Prefect would visit.

    ``draft`` is None when no source answered, or when people look at the one that there is:
    ``kept`` says so.
    """

    outcomes: list[Outcome]
    labelled: int = 0
    draft: Drafted | None = None
    published: Published | None = None
    kept: str = ""


@flow(name="quarter", flow_run_name="{quarter}", validate_parameters=False)
def run_quarter(
    quarter: str,
    folder: Path,
    inputs: Inputs,
    sign_off: str = "",
    workers: str = "",
    *,
    unsigned: bool = False,
) -> Result:
    """Harvest, label and draft a quarter; publish it if ``sign_off`` names who answers for it.

    ``unsigned`` publishes what nobody answers for: the embedded sample, whose texts are invented.
    A draft at which people look stays as it is. What would change on the public site is said before
    it is changed. When not one source answers, that is where it ends: a day without a network is no
    news about the quarter.
    """
    place, which = Workplace(folder), Quarter.parse(quarter)
    outcomes = harvest_quarter(place, which, inputs)
    if not any(outcome.is_complete for outcome in outcomes):
        return Result(outcomes)
    labelled = classify_quarter(place, which, Workers.parse(workers))
    if kept := why_kept(place, which):
        return Result(outcomes, labelled, kept=kept)
    draft = Draft(*draft_quarter(place, which, inputs))
    LOGGER.info(draft)
    if sign_off:
        sign_alone(place, which, sign_off, utc_now)
    published = publish_quarter(place, which) if sign_off or unsigned else None
    told = Drafted(draft.manifest.rejections, draft.difference)
    return Result(outcomes, labelled, told, published)
