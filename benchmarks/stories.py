"""How well items are joined to stories, on pairs that were read, and what it costs on a quarter.

    python benchmarks/stories.py --data FOLDER --database FILE [--quarter 2026Q1]

``--data`` holds ``arxiv/*.jsonl.gz`` (metadata snapshots) and ``feeds/news`` (feed documents) with
the items of ``stories-pairs.tsv``; ``--database`` is the store of a finished run of the quarter,
opened for reading, whose vectors serve the papers. Texts without a vector there are encoded.

All items of ``--data`` are clustered together; a pair counts as joined when both items are in one
story. The threshold is chosen on one half of the pairs (best F1), and precision and recall are
measured on the other. Intervals are 95 %: Wilson's for precision, a bootstrap over pairs for
recall, in which a pair stands for the pairs that it was drawn from (column ``stands_for``).
"""

from __future__ import annotations

import argparse
import csv
import gzip
import math
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from zlib import crc32

import numpy as np

from digest.classify.model import Model
from digest.config import SHIPPED_MODEL
from digest.edition.stories import Pair, StoryItem, candidates, clusters, story_items
from digest.edition.stories.cluster import THRESHOLD
from digest.errors import SourceError
from digest.items import Item, Record, Rejection, Seen, resolve
from digest.quarter import Quarter
from digest.sources import Document, feeds, snapshot

PAIRS = Path(__file__).with_name("stories-pairs.tsv")
THRESHOLDS = [n / 50 for n in range(15, 41)]
FIRST_NEWS = datetime(2025, 10, 1, tzinfo=UTC)
SEED, RESAMPLES = 0, 2_000


@dataclass(frozen=True)
class Read:
    """A pair that was read: ``same`` event or work, and how many pairs it stands for."""

    one: str
    other: str
    same: bool
    sure: bool
    drawn: str
    stands_for: float
    relation: str

    @property
    def tunes(self) -> bool:
        """Whether the pair is in the half on which the threshold is chosen."""
        return crc32(f"{self.one} {self.other}".encode()) % 2 == 0


def main() -> None:
    """Run all, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--database", type=Path, required=True)
    parser.add_argument("--quarter", type=Quarter.parse, default=Quarter(2026, 1))
    asked = parser.parse_args()
    quarter = stored(asked.database, asked.quarter)
    items = with_vectors(list(data_items(asked.data)), quarter)
    pairs = candidates(items)
    read = list(read_pairs({item.item_id: item for item in items}))
    for line in (*quality(items, pairs, read), *cost(quarter, asked.quarter)):
        print(line)


def stored(database: Path, quarter: Quarter) -> list[StoryItem]:
    import duckdb

    encoder = Model.load(SHIPPED_MODEL).encoder_id
    with duckdb.connect(str(database), read_only=True) as connection:
        return story_items(connection, quarter, encoder, {})


def data_items(folder: Path) -> Iterator[StoryItem]:
    papers = (
        seen for path in sorted((folder / "arxiv").glob("*.jsonl.gz")) for seen in _papers(path)
    )
    yield from map(_story_item, resolve(papers))
    news = resolve(
        seen for path in sorted((folder / "feeds/news").iterdir()) for seen in _news(path)
    )
    yield from (_story_item(item) for item in news if item.published >= FIRST_NEWS)


def _papers(path: Path) -> Iterator[Seen]:
    with gzip.open(path) as body:
        yield from _seen(snapshot.parse(body, "arxiv"), FIRST_NEWS)


def _news(path: Path) -> Iterator[Seen]:
    """A feed's records; the file's name says whose it is and when it was fetched."""
    dated = re.search(r"\d{4}-\d\d-\d\d", path.name)
    at = datetime.fromisoformat(dated[0]).replace(tzinfo=UTC) if dated else FIRST_NEWS
    body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    source = path.name.split(".")[0].replace("_", "-")
    try:
        yield from _seen(feeds.parse(Document(source, path.name, at, 200, body)), at)
    except SourceError as error:
        print(f"left out: {error}")


def _seen(parsed: Iterable[Record | Rejection], at: datetime) -> Iterator[Seen]:
    return (Seen(r.record_id, r, at) for r in parsed if isinstance(r, Record))


def _story_item(item: Item) -> StoryItem:
    lead = item.lead
    return StoryItem(
        item.item_id, item.kind, lead.title, lead.text, item.published,
        date_inferred=item.date_inferred, authors=lead.authors,
        outlets=("arXiv",) if item.kind == "paper" else item.sources,
        keys=item.keys, comments=lead.comments,
    )  # fmt: skip


def with_vectors(items: list[StoryItem], known: Sequence[StoryItem]) -> list[StoryItem]:
    """Items with the store's vectors; news that it lacks are encoded, papers that it lacks not.

    A paper's vector counts only beside news, and those of the earlier quarter are too many.
    """
    vectors = {item.item_id: item.vector for item in known}
    missing = [i for i in items if i.kind == "news" and vectors.get(i.item_id) is None]
    texts = (f"{item.title} {item.text}" for item in missing)
    encodings = Model.load(SHIPPED_MODEL).encoder.encode(texts)
    vectors |= {i.item_id: e.vector for i, e in zip(missing, encodings, strict=True)}
    return [replace(item, vector=vectors.get(item.item_id)) for item in items]


def read_pairs(items: dict[str, StoryItem]) -> Iterator[Read]:
    with PAIRS.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            ends = items[row["one"]], items[row["other"]]
            kinds = sorted(item.kind for item in ends)
            relation = f"{kinds[0]}-{kinds[1]}"
            if all("changelog" in item.outlets[0] for item in ends):
                relation = "release notes"
            yield Read(
                row["one"], row["other"], row["same"] == "y", row["sure"] == "s",
                row["drawn"], float(row["stands_for"]), relation,
            )  # fmt: skip


def quality(items: list[StoryItem], pairs: list[Pair], read: list[Read]) -> Iterator[str]:
    tuning, measuring = [r for r in read if r.tunes], [r for r in read if not r.tunes]
    joined = {t: joins(items, pairs, t) for t in (*THRESHOLDS, THRESHOLD)}
    best = max(THRESHOLDS, key=lambda t: (f1(tuning, joined[t]), -abs(t - THRESHOLD)))
    yield f"{len(read)} pairs read, {sum(r.same for r in read)} of them one story"
    yield f"threshold {best} is best on {len(tuning)} pairs; the shipped one is {THRESHOLD}"
    yield f"{'measured on the other half':28}{'pairs':>7}{'same':>6}  precision             recall"
    yield line("all", measuring, joined[THRESHOLD])
    for relation in sorted({r.relation for r in measuring}):
        part = [r for r in measuring if r.relation == relation]
        yield line(relation, part, joined[THRESHOLD])
    yield line(
        "all but release notes",
        [r for r in measuring if r.relation != "release notes"],
        joined[THRESHOLD],
    )
    yield line("readings that were sure", [r for r in measuring if r.sure], joined[THRESHOLD])
    yield line("both halves", read, joined[THRESHOLD])


def joins(items: list[StoryItem], pairs: list[Pair], threshold: float) -> dict[str, str]:
    """Each item's story; items without candidates are stories of their own at any threshold."""
    touched = {end for pair in pairs for end in (pair.one, pair.other)}
    found = clusters([i for i in items if i.item_id in touched], pairs, threshold=threshold)
    return {item_id: story.id for story in found for item_id in story.item_ids}


def are_joined(pair: Read, story: dict[str, str]) -> bool:
    return pair.one in story and story[pair.one] == story.get(pair.other)


def f1(read: list[Read], story: dict[str, str]) -> float:
    hits = sum(r.same and are_joined(r, story) for r in read)
    return 2 * hits / (sum(are_joined(r, story) for r in read) + sum(r.same for r in read))


def line(name: str, read: list[Read], story: dict[str, str]) -> str:
    joined = [r for r in read if are_joined(r, story)]
    hits = sum(r.same for r in joined)
    same = [r for r in read if r.same]
    told = f"{name:28}{len(read):7}{len(same):6}  {wilson(hits, len(joined))}"
    return f"{told:63}  {recall(same, story)}"


def wilson(hits: int, number: int) -> str:
    if not number:
        return "none joined"
    share, z = hits / number, 1.96
    middle, spread = share + z * z / 2 / number, share * (1 - share) / number
    width = z * math.sqrt(spread + z * z / 4 / number**2)
    low, high = ((middle + sign * width) / (1 + z * z / number) for sign in (-1, 1))
    return f"{share:.2f} [{low:.2f}, {high:.2f}]"


def recall(same: list[Read], story: dict[str, str]) -> str:
    """Plain recall of the pairs read, then recall of what they stand for, with its interval."""
    if not same:
        return "none to find"
    hits = np.array([are_joined(r, story) for r in same], float)
    weights = np.array([r.stands_for for r in same])
    drawn = np.random.default_rng(SEED).integers(len(same), size=(RESAMPLES, len(same)))
    resampled = (hits * weights)[drawn].sum(1) / weights[drawn].sum(1)
    low, high = np.quantile(resampled, (0.025, 0.975))
    weighted = float((hits * weights).sum() / weights.sum())
    return f"{hits.mean():.2f}, weighted {weighted:.2f} [{low:.2f}, {high:.2f}]"


def cost(items: list[StoryItem], quarter: Quarter) -> Iterator[str]:
    wall, cpu = time.perf_counter(), time.process_time()
    pairs = candidates(items)
    middle = time.perf_counter()
    stories = clusters(items, pairs)
    end, busy = time.perf_counter(), time.process_time() - cpu
    kinds = Counter(item.kind for item in items)
    sizes = Counter(len(story.item_ids) for story in stories)
    several = ", ".join(f"{sizes[n]} of {n}" for n in sorted(sizes) if n > 1)
    yield f"{quarter}: {kinds['paper']:,} papers, {kinds['news']:,} news, {len(pairs):,} candidates"
    yield f"{len(stories):,} stories; of several items: {several}"
    yield f"candidates {middle - wall:.1f} s, clusters {end - middle:.1f} s; {busy:.1f} s of CPU"


if __name__ == "__main__":
    main()
