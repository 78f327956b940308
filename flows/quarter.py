"""The whole quarter: sources become items, items get labels, labels make an edition, and a site."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from prefect import flow

from digest.config import Inputs, Workplace
from digest.edition.manifest import Changes, Manifest
from digest.quarter import Quarter
from digest.steps.publish import Published
from digest.store.history import Outcome
from flows.classify import classify_quarter
from flows.draft import draft_quarter
from flows.harvest import harvest_quarter
from flows.progress import LOGGER
from flows.publish import publish_quarter


@dataclass(frozen=True, slots=True)
class Result:
    """What a run of a quarter came to."""

    outcomes: list[Outcome]
    labelled: int
    manifest: Manifest
    changes: Changes | None
    published: Published | None

    @property
    def is_complete(self) -> bool:
        """Whether every source answered."""
        return all(outcome.is_complete for outcome in self.outcomes)


@flow(name="quarter", flow_run_name="{quarter}", validate_parameters=False)
def run_quarter(quarter: str, folder: Path, inputs: Inputs, publish: bool = True) -> Result:
    """Harvest, label, draft and, unless told otherwise, publish a quarter.

    What would change on the public site is said before it is changed.
    """
    place, which = Workplace(folder), Quarter.parse(quarter)
    outcomes = harvest_quarter(place, which, inputs)
    labelled = classify_quarter(place, which)
    manifest, changes = draft_quarter(place, which, inputs)
    LOGGER.info(Draft(manifest, changes))
    published = publish_quarter(place, which) if publish else None
    return Result(outcomes, labelled, manifest, changes, published)


@dataclass(frozen=True, slots=True)
class Draft:
    """News of a draft, before it is published."""

    manifest: Manifest
    changes: Changes | None
