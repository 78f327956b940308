"""Where things lie and what may be asked: the few settings, as values that are passed on."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from digest.errors import ConfigError, InputError
from digest.quarter import Quarter

# It becomes part of a header of every request, which holds ASCII only.
_CONTACT = re.compile(r"(mailto:)?[!-?A-~]+@[!-?A-~]+|https?://[!-~]+")
_PACKET = ".packet.sqlite"
SHIPPED_MODEL = Path(__file__).parent / "classify" / "shipped"


def utc_now() -> datetime:
    """The clock that the program passes to whatever needs the time; tests pass their own."""
    return datetime.now(UTC)


def problem_of_contact(contact: str) -> str:
    """Why the sources asked cannot be told this address, in a few words, or ``""``."""
    if not contact.isascii():
        return f"'{contact}' is not ASCII: write its host in punycode (xn--…), or give another"
    return "" if _CONTACT.fullmatch(contact) else f"'{contact}' is no such address"


def require_utf8(name: str) -> None:
    """Refuse what can be neither stored nor shown: an argument, a setting or a file's name.

    Raises:
        InputError: it has bytes that are no UTF-8.
    """
    try:
        name.encode()
    except UnicodeEncodeError:
        raise InputError(f"{name!r} is not UTF-8: rename it, or write it in UTF-8") from None


@dataclass(frozen=True, slots=True)
class Workplace:
    """The working folder: all that the pipeline keeps lies under it."""

    folder: Path

    @property
    def database(self) -> Path:
        """The one DuckDB file."""
        return self.folder / "digest.duckdb"

    @property
    def raw(self) -> Path:
        """The raw archive."""
        return self.folder / "raw"

    @property
    def editions(self) -> Path:
        """Manifests: ``<quarter>/draft.json`` and ``<quarter>/v1.0.json``."""
        return self.folder / "editions"

    @property
    def rulings(self) -> Path:
        """What the panel decided about stories: which items are one, which are not."""
        return self.folder / "rulings.jsonl"

    @property
    def reference(self) -> Path:
        """The shares that the panel holds goals against, where it set any."""
        return self.folder / "reference.toml"

    @property
    def reviews(self) -> Path:
        """The panel's reviews: the book, and a packet for each quarter."""
        return self.folder / "review"

    @property
    def book(self) -> Path:
        """The one SQLite file of what people did, and who they are."""
        return self.reviews / "book.sqlite"

    def packet(self, quarter: object) -> Path:
        """What the review of a quarter shows."""
        return self.reviews / f"{quarter}{_PACKET}"

    def under_review(self) -> list[Quarter]:
        """The quarters that have a packet, oldest first.

        Raises:
            OSError: the folder may not be read.
        """
        if not self.reviews.exists():
            return []
        # Unlike ``glob``, this does not take a folder that may not be read for an empty one.
        names = (path.name for path in self.reviews.iterdir())
        packets = (name.removesuffix(_PACKET) for name in names if name.endswith(_PACKET))
        return sorted(filter(None, map(Quarter.named, packets)))

    def papers(self, quarter: object) -> Path:
        """What came of looking the cited papers of a quarter up again."""
        return self.reviews / f"{quarter}.papers.json"

    @property
    def briefs(self) -> Path:
        """Drafted briefs on emerging issues, a file each."""
        return self.folder / "briefs"

    @property
    def drafts(self) -> Path:
        """Sites of drafts, for the panel."""
        return self.folder / "drafts"

    @property
    def public(self) -> Path:
        """The published site."""
        return self.folder / "public"

    @property
    def model(self) -> Path:
        """The model that was trained in this working folder, if any."""
        return self.folder / "model"

    @property
    def model_in_use(self) -> Path:
        """The model that labels: the one trained here, else the one that is shipped."""
        return self.model if (self.model / "model.json").exists() else SHIPPED_MODEL

    @property
    def encoder(self) -> Path:
        """The encoder that was trained in this working folder, if any, for the next model."""
        return self.folder / "encoder"

    @property
    def state(self) -> Path:
        """What running processes need: locks, paces of hosts, and the two folders below."""
        return self.folder / "state"

    @property
    def prefect(self) -> Path:
        """All that Prefect keeps."""
        return self.state / "prefect"

    @property
    def shards(self) -> Path:
        """The texts that workers label, in parts, and what they made of them."""
        return self.state / "shards"


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a quarter is harvested from.

    ``sources`` is a source list, None when only local files are read; ``base`` replaces ``{base}``
    in its addresses; ``only`` restricts it to some ids. ``snapshots`` are files in the format of
    arXiv's metadata snapshot, ``feeds`` files or folders of feed documents; ``describing`` is a
    source list that says whose they are, without being asked. The sources ``meant_to_fail`` are
    part of the embedded ``sample``.
    """

    sources: Path | None
    base: str | None = None
    only: tuple[str, ...] = ()
    snapshots: tuple[Path, ...] = ()
    feeds: tuple[Path, ...] = ()
    describing: Path | None = None
    contact: str = ""
    private_hosts: frozenset[str] = frozenset()
    sample: bool = False
    meant_to_fail: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Workers:
    """Who reads texts: this process, ``number`` processes beside it, or a Dask cluster.

    ``scheduler`` is the cluster's address in Dask's words, such as ``tcp://10.0.0.5:8786``.
    """

    number: int = 0
    scheduler: str = ""

    def __bool__(self) -> bool:
        return bool(self.number or self.scheduler)

    @classmethod
    def parse(cls, text: str) -> Workers:
        """``""`` is this process, ``4`` four others, ``dask://host:port`` a cluster.

        Raises:
            ConfigError: it is none of these.
        """
        if not text:
            return cls()
        if re.fullmatch(r"[1-9][0-9]{0,2}", text):
            return cls(number=int(text))
        if match := re.fullmatch(r"dask://([\w.-]+|\[[0-9a-fA-F:.]+\]):[0-9]{1,5}", text):
            return cls(scheduler=match[0].replace("dask", "tcp", 1))
        raise ConfigError(
            f"'{text}' names no workers: give a number of processes, such as 4, or the address of "
            "a Dask scheduler, such as dask://10.0.0.5:8786"
        )


Clock = Callable[[], datetime]
Report = Callable[[str], None]
