"""An ad hoc brief on an emerging issue: what an alarm saw, and the items behind it, as one value.

Drafted by the machine for the panel, which decides what becomes of it. Like a manifest it holds no
clock and is known by the sha256 of its canonical JSON.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

import orjson

from digest.edition.alarms import Alarm, Week
from digest.edition.manifest import Manifest
from digest.edition.rates import Ratio

FORMAT = "brief/1"
SHOWN = 20


@dataclass(frozen=True, slots=True)
class BriefItem:
    """An item behind the alarm; ``sentence``, its own, carries the label, or is ``""``."""

    id: str
    title: str
    url: str
    date: str
    language: str
    voice: str
    probability: float | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Brief:
    """A brief. ``items`` are the newest of ``total``; ``weeks`` and ``ratio`` are of a rise."""

    signal: str
    quarter: str
    label: str
    sentence: str
    weeks: tuple[Week, ...]
    ratio: Ratio | None
    total: int
    items: tuple[BriefItem, ...]
    model: str
    codebook: str
    sample: bool
    format: str = FORMAT

    def canonical(self) -> bytes:
        """Canonical JSON: sorted keys, no spaces, UTF-8."""
        return orjson.dumps(orjson.loads(orjson.dumps(self)), option=orjson.OPT_SORT_KEYS)

    @property
    def sha256(self) -> str:
        """The brief's identity."""
        return hashlib.sha256(self.canonical()).hexdigest()

    @property
    def slug(self) -> str:
        """Its name in files and addresses: ``2026Q1-risk-security-paper-2026-02-09``."""
        return f"{self.quarter}-{re.sub(r'[^A-Za-z0-9]+', '-', self.signal)}"


def brief(manifest: Manifest, alarm: Alarm) -> Brief:
    """The brief that an alarm about an edition's items gives rise to."""
    by_id = {item.id: item for item in manifest.items}
    sentences = {
        (shown.id, evidence.scheme, evidence.label): evidence.sentence
        for shown in manifest.shown
        for evidence in shown.evidence
    }

    def item_of(item_id: str) -> BriefItem:
        item = by_id[item_id]
        carried = [a for a in item.labels if (a.scheme, a.label) == ("risk", alarm.label)]
        return BriefItem(
            id=item.id, title=item.title, url=item.url, date=item.date, language=item.language,
            voice=item.voice, probability=carried[0].probability if carried else None,
            sentence=sentences.get((item_id, "risk", alarm.label), ""),
        )  # fmt: skip

    return Brief(
        signal=alarm.signal,
        quarter=manifest.quarter,
        label=alarm.label,
        sentence=alarm.sentence,
        weeks=alarm.weeks,
        ratio=alarm.ratio,
        total=len(alarm.items),
        items=tuple(map(item_of, alarm.items[:SHOWN])),
        model=manifest.model,
        codebook=manifest.codebook,
        sample=manifest.sample,
    )
