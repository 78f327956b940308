"""What a draft is made with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from digest.config import Inputs
from digest.edition.manifest import Manifest, SourceOutcome
from digest.sources.catalogue import Group, Kind, Region, Source
from digest.steps.harvest import known_sources

if TYPE_CHECKING:
    from digest.classify.model import Model
    from digest.taxonomy import Codebook


@dataclass(frozen=True)
class Drafting:
    """What a draft is made with: the model and codebook that label, the sources that are known."""

    model: Model
    codebook: Codebook
    sources: Sequence[Source]
    sample: bool


def drafting(inputs: Inputs, before: Manifest | None, model: Model, codebook: Codebook) -> Drafting:
    """What the draft is made with.

    Of sources that today's list does not describe, what an earlier draft said of them is still
    true; and invented texts stay invented.
    """
    listed = known_sources(inputs)
    ids = {source.id for source in listed}
    told = before.sources if before else ()
    kept = [_as_told(s) for s in told if s.id not in ids and s.publisher != s.id]
    is_sample = inputs.sample or (before is not None and before.sample)
    return Drafting(model, codebook, [*listed, *kept], is_sample)


def _as_told(outcome: SourceOutcome) -> Source:
    return Source(
        id=outcome.id,
        kind=cast("Kind", outcome.kind),
        url=outcome.home,
        publisher=outcome.publisher,
        group=cast("Group", outcome.group),
        country=outcome.country,
        region=cast("Region", outcome.region),
        language=outcome.language,
        home=outcome.home,
        verified=False,
    )
