"""How long the site takes to build, and how many pages it has: two quarters, then twelve.

    python benchmarks/site.py editions/2025Q4/v1.0.json editions/2026Q1/v1.0.json

The editions given are published one after the other, the last one twice: the second time with a
correction. Then come as many quarters before them as make twelve, which are the same editions with
other dates, and one more correction. Limits: a correction or a new quarter takes under 60 s, twelve
quarters have fewer than 2,000 pages, and no page weighs 300 KB. Exit status 1 when one is passed.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from digest.config import Workplace
from digest.edition.findings import past
from digest.edition.manifest import EditionItem, Manifest
from digest.edition.shelf import Shelf
from digest.quarter import Quarter
from digest.steps.publish import publish
from digest.taxonomy import load

QUARTERS = 12
SECONDS, PAGES, WEIGHT = 60, 2_000, 300_000
NOON = datetime(2026, 5, 20, 12, tzinfo=UTC)


def moved(manifest: Manifest, quarter: Quarter, before: Sequence[Manifest]) -> Manifest:
    """The edition as if it were of another quarter, after others."""
    days = (quarter.start - Quarter.parse(manifest.quarter).start).days
    last = (quarter.end - timedelta(days=1)).date()

    def dated(item: EditionItem) -> EditionItem:
        day = min(date.fromisoformat(item.date) + timedelta(days=days), last)
        return replace(item, date=day.isoformat())

    return replace(
        manifest,
        quarter=str(quarter),
        items=tuple(map(dated, manifest.items)),
        past=tuple(past(one, "v1.0") for one in before),
    )


def corrected(manifest: Manifest) -> Manifest:
    """The edition with one title changed."""
    first, *others = manifest.items
    return replace(manifest, items=(replace(first, title=f"{first.title} (corrected)"), *others))


def quarters_until(last: Quarter, number: int) -> list[Quarter]:
    """So many quarters, oldest first."""
    found = [last]
    while len(found) < number:
        found.insert(0, found[0].previous())
    return found


def built(place: Workplace, manifest: Manifest, what: str) -> float:
    """Publish an edition and say how long it took; returns the seconds."""
    Shelf(place.editions).put_draft(manifest)
    cpu, start = _cpu(), time.monotonic()
    publish(place, Quarter.parse(manifest.quarter), load(), lambda: NOON)
    seconds = time.monotonic() - start
    pages = list(place.public.rglob("*.html"))
    print(f"{what}: {seconds:.1f} s ({_cpu() - cpu:.1f} s of processor), {len(pages):,} pages")
    return seconds


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("editions", type=Path, nargs="+", help="manifests, oldest quarter first")
    given = [Manifest.from_json(p.read_bytes()) for p in parser.parse_args().editions]
    with tempfile.TemporaryDirectory() as folder:
        return _measure(given, Workplace(Path(folder)))


def _measure(given: Sequence[Manifest], place: Workplace) -> int:
    times = []
    for manifest in given:
        times.append(built(place, manifest, f"{manifest.quarter}, {len(manifest.items):,} items"))
    times.append(built(place, corrected(given[-1]), f"{given[-1].quarter} corrected"))
    quarters = quarters_until(Quarter.parse(given[0].quarter).previous(), QUARTERS - len(given))
    shelf, others = Shelf(place.editions), []
    for n, quarter in enumerate(quarters):
        others.append(moved(given[n % len(given)], quarter, others))
        shelf.publish(others[-1], NOON)
    # All that were put on the shelf behind the site's back are built now; that is no limit's case.
    again = corrected(corrected(given[-1]))
    built(place, again, f"{QUARTERS} quarters, {len(quarters)} of them for the first time")
    times.append(built(place, corrected(again), f"{QUARTERS} quarters, one of them corrected"))
    pages = [page.stat().st_size for page in place.public.rglob("*.html")]
    search = (place.public / "search" / "search_index.json").stat().st_size
    print(f"the heaviest page has {max(pages):,} bytes, the search index {search:,}")
    passed = max(times) >= SECONDS or len(pages) >= PAGES or max(pages) >= WEIGHT
    print("a limit was passed" if passed else "within the limits")
    return int(passed)


if __name__ == "__main__":
    sys.exit(main())
