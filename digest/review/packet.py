"""The packet: all that the review shows of a draft's items, in one read-only SQLite file.

It is made when a review is opened and whenever the draft changes, and replaced whole, so a reader
has the old one or the new one. The pipeline's database can be written meanwhile. Of the draft's
items only those are here that stand in some queue.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from digest.config import Clock
from digest.edition.readings import JUDGED, Pair
from digest.errors import StoreCorrupt
from digest.quarter import Quarter
from digest.store.archive import reading_errors, storage_errors

FORMAT = "packet/1"
_SCHEMA = """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE item (id TEXT PRIMARY KEY, story TEXT NOT NULL, body BLOB NOT NULL);
    CREATE TABLE queue (name TEXT, place INTEGER, item TEXT NOT NULL, PRIMARY KEY (name, place));
    CREATE TABLE drawn (item TEXT PRIMARY KEY, inclusion REAL NOT NULL);
    CREATE TABLE population (item TEXT PRIMARY KEY, kind TEXT NOT NULL);
    CREATE INDEX item_story ON item (story) WHERE story != '';
"""


@dataclass(frozen=True, slots=True)
class PacketLabel:
    """A label that the machine gives to an item (``assigned``) or nearly gives (``unsure``).

    ``sentence`` is the evidence, word for word, ``""`` if there is none; ``start`` and ``end`` are
    its place in the item's text, in characters, both -1 if it is (in) the title.
    """

    scheme: str
    label: str
    probability: float
    threshold: float
    assigned: bool
    unsure: bool
    sentence: str = ""
    start: int = -1
    end: int = -1


@dataclass(frozen=True, slots=True)
class PacketItem:
    """An item as a member sees it, in its source's own words.

    ``text`` is the abstract or summary, plain; ``outlets`` are all publishers of its story;
    ``story`` is the id of a story of several items, or ``""``; ``pages`` are the labels under
    which the draft chose it; ``late``: it came after the review had been opened, or after the
    quarter was published.
    """

    id: str
    kind: str
    date: str
    title: str
    text: str
    url: str
    language: str
    authors: tuple[str, ...]
    outlets: tuple[str, ...]
    sources: tuple[str, ...]
    categories: tuple[str, ...]
    withdrawn: bool
    late: bool
    story: str
    labels: tuple[PacketLabel, ...]
    pages: tuple[Pair, ...]

    @property
    def judged(self) -> tuple[PacketLabel, ...]:
        """What the machine says of the labels that people judge."""
        return tuple(label for label in self.labels if label.scheme in JUDGED)

    @property
    def assigned(self) -> tuple[Pair, ...]:
        """The labels that people judge and the machine gives."""
        return tuple((one.scheme, one.label) for one in self.judged if one.assigned)

    @property
    def unsure(self) -> tuple[Pair, ...]:
        """The labels that people judge and that are near their threshold."""
        return tuple((one.scheme, one.label) for one in self.judged if one.unsure)


@dataclass(frozen=True, slots=True)
class About:
    """What a packet says beside its items.

    ``opened`` is the sha256 of the draft with which the review was opened or last refreshed, and
    ``taken`` the number of the last event of the book that the packet's draft holds. ``inclusion``
    gives the probability with which each item of the random sample was drawn. ``left_out`` counts
    the items that a queue had no room for. ``people`` is the number of the last change of persons
    that the draft holds, None where that was not kept.
    """

    opened: str = ""
    taken: int = 0
    inclusion: Mapping[str, float] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)
    people: int | None = None


def write_packet(  # noqa: PLR0913, PLR0917 - the parts of one file
    path: Path,
    manifest_sha256: str,
    quarter: Quarter,
    items: Iterable[PacketItem],
    queues: Mapping[str, Sequence[str]],
    clock: Clock,
    about: About | None = None,
    population: Iterable[tuple[str, str]] = (),
) -> None:
    """Write a packet beside its place and put it there at once.

    ``population`` has the id and kind of every item from which the random sample was drawn.

    Raises:
        StorageFull: the folder cannot be written.
    """
    about = about or About()
    fresh = path.with_name(f".{path.name}.fresh")
    meta = {
        "format": FORMAT, "quarter": str(quarter), "sha256": manifest_sha256,
        "made_at": clock().isoformat(), "opened": about.opened, "taken": str(about.taken),
        "left_out": orjson.dumps(dict(about.left_out)).decode(),
    }  # fmt: skip
    if about.people is not None:
        meta["people"] = str(about.people)
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.unlink(missing_ok=True)
        with closing(sqlite3.connect(fresh)) as connection, connection:
            connection.executescript(_SCHEMA)
            connection.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
            connection.executemany(
                "INSERT INTO item VALUES (?, ?, ?)", ((i.id, i.story, _body(i)) for i in items)
            )
            connection.executemany("INSERT INTO queue VALUES (?, ?, ?)", _places(queues))
            connection.executemany("INSERT INTO drawn VALUES (?, ?)", about.inclusion.items())
            connection.executemany("INSERT INTO population VALUES (?, ?)", population)
        fresh.replace(path)


def _body(item: PacketItem) -> bytes:
    return orjson.dumps(asdict(item))


def _places(queues: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, int, str]]:
    for name, ids in queues.items():
        # An empty queue is a queue, too: its name stands with no item at place -1.
        yield name, -1, ""
        yield from ((name, place, item) for place, item in enumerate(ids))


class Packet:
    """A packet that is read; it stays as it is when another one takes its place.

    Several threads may read one packet.
    """

    def __init__(self, path: Path) -> None:
        """Open the packet at ``path``.

        Raises:
            FileNotFoundError: there is none.
            StoreCorrupt: it is damaged.
            StoreError: it may not be read.
        """
        if not path.exists():
            raise FileNotFoundError(path)
        with reading_errors():
            path.open("rb").close()  # SQLite would not say why it cannot
        self.path = path
        address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        self._connection = sqlite3.connect(address, uri=True, check_same_thread=False)
        try:
            self._read()
        except (sqlite3.Error, KeyError, ValueError):
            self.close()
            raise StoreCorrupt(
                f"the packet {path} cannot be read: make it anew (digest review open QUARTER)"
            ) from None

    def _read(self) -> None:
        execute = self._connection.execute
        meta = dict(execute("SELECT key, value FROM meta"))
        if meta["format"] != FORMAT:
            raise ValueError(meta["format"])
        self.quarter = Quarter.parse(meta["quarter"])
        self.sha256, self.made_at = str(meta["sha256"]), str(meta["made_at"])
        inclusion = dict(execute("SELECT item, inclusion FROM drawn ORDER BY rowid"))
        left_out = orjson.loads(meta["left_out"])
        people = int(meta["people"]) if "people" in meta else None
        self.about = About(meta["opened"], int(meta["taken"]), inclusion, left_out, people)
        self._queues = _grouped(execute("SELECT name, item FROM queue ORDER BY rowid"))

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def item(self, item_id: str) -> PacketItem | None:
        """An item, or None if it is in no queue."""
        return next(iter(self.items([item_id])), None)

    def items(self, ids: Iterable[str]) -> list[PacketItem]:
        """The items with these ids, in their order; ids that are not here are left out."""
        wanted = list(ids)
        rows = self._connection.execute(
            "SELECT id, body FROM item WHERE id IN (SELECT value FROM json_each(?))",
            [orjson.dumps(wanted).decode()],
        )
        found = {item_id: _item(orjson.loads(body)) for item_id, body in rows}
        return [found[item_id] for item_id in wanted if item_id in found]

    def involved(self, item_id: str) -> frozenset[str]:
        """The names of an item's authors and outlets; nobody, of an item that is not here."""
        item = self.item(item_id)
        return frozenset((*item.authors, *item.outlets)) if item else frozenset()

    def ids(self) -> list[str]:
        """The ids of all items, ordered."""
        return [row[0] for row in self._connection.execute("SELECT id FROM item ORDER BY id")]

    def queue(self, name: str) -> list[str]:
        """The ids of a queue's items, in order; none of a queue that is not there."""
        return self._queues.get(name, [])

    def queues(self) -> list[tuple[str, int]]:
        """The queues in their order, each with its number of items."""
        return [(name, len(ids)) for name, ids in self._queues.items()]

    def population(self) -> dict[str, str]:
        """The kind of each item from which the random sample was drawn, by id.

        Nothing of a packet from before that was kept.
        """
        find = "SELECT 1 FROM sqlite_schema WHERE name = 'population'"
        if self._connection.execute(find).fetchone() is None:
            return {}
        return dict(self._connection.execute("SELECT item, kind FROM population"))

    def story(self, story_id: str) -> list[str]:
        """The ids of a story's items that are here, ordered."""
        rows = self._connection.execute(
            "SELECT id FROM item WHERE story = ? AND story != '' ORDER BY id", [story_id]
        )
        return [row[0] for row in rows]


def _grouped(rows: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    queues: dict[str, list[str]] = {}
    for name, item in rows:
        queues.setdefault(name, []).extend([item] if item else [])
    return queues


def _item(body: dict[str, Any]) -> PacketItem:
    labels = tuple(PacketLabel(**label) for label in body.pop("labels"))
    pages = tuple((scheme, label) for scheme, label in body.pop("pages"))
    kept: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in body.items()
    }
    return PacketItem(**kept, labels=labels, pages=pages)
