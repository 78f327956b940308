"""What an item costs, measured in a real quarter's folder, and what ten million would.

    python benchmarks/scale.py FOLDER [--quarter 2026Q1] [--texts 400] [--items 10000000]

``FOLDER`` is a working folder in which the quarter was run; nothing in it is changed. Times are of
the processor, so that what else the machine does hardly matters, and of one core. Prints what one
item costs of each thing, and what ``--items`` would cost if all of it grew in proportion; where
docs/scale.md says that it does not, it says what breaks.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from digest.classify.model import Model
from digest.classify.shards import Reading, Shard, ToRead, keep_readings, keep_texts, read
from digest.config import Workplace
from digest.items import Record, Rejection
from digest.quarter import Quarter
from digest.steps.classify import classify
from digest.steps.draft import Drafting, draft
from digest.steps.harvest import PARSERS, parsed
from digest.steps.publish import build_draft
from digest.store import labels as store
from digest.store.archive import Archive
from digest.store.database import writing
from digest.store.ingest import ingest
from digest.taxonomy import load

PARSED = 10_000  # entries: enough to measure by


@dataclass(frozen=True)
class Cost:
    """What one item costs; ``unit`` is s (of a core) or B."""

    what: str
    each: float
    unit: str

    def line(self, items: int) -> str:
        """This cost, for one and for so many."""
        one = f"{self.each * 1e3:10.3f} ms" if self.unit == "s" else f"{self.each:10,.0f} B "
        whole = self.each * items
        many = f"{whole / 3600:9.1f} h" if self.unit == "s" else f"{whole / 1e9:9.1f} GB"
        return f"{self.what:44} {one} {many}"


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--quarter", type=Quarter.parse, default=Quarter(2026, 1))
    parser.add_argument("--texts", type=int, default=400)
    parser.add_argument("--items", type=int, default=10_000_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        place = copy(Workplace(given.folder), Path(scratch))
        items = count(place, given.quarter)
        print(f"{items:,} items of {given.quarter}; the last column is for {given.items:,}")
        for measure in (sizes, parsing, labelling, drafting):
            for cost in in_a_process(measure, place, given.quarter, given.texts, items):
                print(cost.line(given.items), flush=True)


def copy(place: Workplace, scratch: Path) -> Workplace:
    """A folder whose database may be written; the archive and the rest are the real ones."""
    for name in ("raw", "editions", "public", "drafts"):
        if (place.folder / name).exists():
            (scratch / name).symlink_to((place.folder / name).absolute())
    shutil.copy(place.database, scratch / place.database.name)
    return Workplace(scratch)


def count(place: Workplace, quarter: Quarter) -> int:
    """How many items the quarter has."""
    with writing(place.database) as connection:
        row = connection.execute("SELECT count(*) FROM item WHERE quarter = ?", [str(quarter)])
        return int(row.fetchall()[0][0])


def in_a_process(measure: Callable[..., list[Cost]], *arguments: Any) -> list[Cost]:
    """Measure in a process of its own, whose memory can be told."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(measure, arguments)


def sizes(place: Workplace, quarter: Quarter, _: int, items: int) -> list[Cost]:
    """Bytes on disk."""
    drafted = place.editions / str(quarter) / "draft.json"
    return [
        Cost("raw archive", bytes_of(place.raw) / items, "B"),
        Cost("database", place.database.stat().st_size / items, "B"),
        Cost("manifest (a version)", drafted.stat().st_size / items, "B"),
        Cost("site", bytes_of(place.public) / items, "B"),
    ]


def bytes_of(folder: Path) -> int:
    """All files under a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def parsing(place: Workplace, quarter: Quarter, _: int, __: int) -> list[Cost]:
    """From archived answers to entries, and from entries to records and items."""
    archive, costs = Archive(place.raw), []
    documents = sorted(archive.documents(), key=lambda d: -d.bytes)
    for kind in dict.fromkeys(d.kind for d in documents):
        began = time.process_time()
        entries: list[Record | Rejection] = []
        kept = [d for d in documents if d.kind == kind]
        for document in kept:
            entries += islice(parsed(archive, document), PARSED - len(entries))
        seconds = time.process_time() - began
        costs.append(Cost(f"parse an entry of {kind}", seconds / len(entries), "s"))
        with writing(place.folder / f"{kind}.duckdb") as connection:
            began = time.process_time()
            ingest(connection, kept[0], PARSERS[kind], frozenset({quarter}), entries)
            seconds = time.process_time() - began
        costs.append(Cost(f"store an entry of {kind}, find its item", seconds / len(entries), "s"))
    return costs


def labelling(place: Workplace, quarter: Quarter, texts: int, items: int) -> list[Cost]:
    """Reading texts on one core, and what the one writer has to do for each."""
    model = Model.load(place.model_in_use, threads=1)
    with writing(place.database) as connection:
        waiting = store.pending(connection, quarter, "nobody", "")
        per_text = len(waiting) / items
        step = max(1, len(waiting) // texts)
        shard = [ToRead(p.text_hash, p.title, p.text, p.declared, "", False)
                 for p in waiting[::step][:texts]]  # fmt: skip
        read(shard[:8], model)
        began = time.process_time()
        readings = read(shard, model)
        seconds = time.process_time() - began
        keep_texts(place.folder / "texts.parquet", shard)
        keep_readings(place.folder / "read.parquet", readings)
        files = [place.folder / f"{name}.parquet" for name in ("texts", "read")]
        vectors = known_readings(connection, model)
        for table in ("label", "labelling", "embedding"):
            connection.execute(f"DELETE FROM {table}")
        began = time.process_time()
        for _ in classify(connection, quarter, model, lambda: datetime.now(UTC), vectors):
            pass
        stored = time.process_time() - began
    return [
        Cost("read a text on a worker's core", seconds / len(shard) * per_text, "s"),
        Cost("decide and store its labels, one writer", stored / len(waiting) * per_text, "s"),
        Cost("shards under way, in and out", sum(f.stat().st_size for f in files) / texts, "B"),
    ]


def known_readings(connection: Any, model: Model) -> Callable[[Iterator[Shard]], Any]:
    """An executor that answers from what is stored, so that only the writer is measured."""
    import numpy as np

    vectors = {
        text_hash: (tokens, np.array(vector, np.float32))
        for text_hash, tokens, vector in connection.execute(
            "SELECT text_hash, tokens, vector FROM embedding"
        ).fetchall()
    }
    rows = connection.execute("SELECT text_hash, status, language FROM labelling").fetchall()
    known = {row[0]: Reading(*row, *vectors.get(row[0], (0, None))) for row in rows}
    return lambda shards: ([known[w.text_hash] for w in shard] for shard in shards)


def drafting(place: Workplace, quarter: Quarter, _: int, items: int) -> list[Cost]:
    """The manifest, the site, and the memory that they need."""
    codebook = load()
    (place.folder / "editions").unlink(missing_ok=True)
    (place.folder / "drafts").unlink(missing_ok=True)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    with writing(place.database) as connection:
        using = Drafting(Model.load(place.model_in_use), codebook, (), sample=False)
        manifest = draft(connection, place, quarter, using)
    drafted = time.process_time() - began
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    began = time.process_time()
    build_draft(place, manifest, codebook)
    mkdocs = resource.getrusage(resource.RUSAGE_CHILDREN)
    built = time.process_time() - began + mkdocs.ru_utime + mkdocs.ru_stime
    return [
        Cost("draft the manifest", drafted / items, "s"),
        Cost("memory while drafting", memory / items, "B"),
        Cost("build the site of a draft", built / items, "s"),
    ]


if __name__ == "__main__":
    main()
