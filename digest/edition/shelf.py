"""The shelf: where manifests lie, drafts and published ones apart.

``<quarter>/draft.json`` is what a draft says now. ``<quarter>/v1.0.json`` is a published manifest
and never changes; ``v1.0.meta.json`` beside it, written last, makes it published and says when.
The shelf is the only record of what was published, so it survives the loss of the database.
``frozen.json`` names the draft that waits for review as it is. Where people changed a draft, by
decisions or corrections, ``machine.json`` is what the machine alone had said, and is kept beside a
published version as ``v1.0.machine.json``. ``v1.0.basis.json`` is what the version's pages are made
of besides its manifest, so that another model or codebook changes none of them; ``tests.json`` is
what the test of the draft's model found. ``proposal.json`` says why the draft corrects what is
published.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import orjson

from digest.edition.manifest import Manifest
from digest.errors import StoreCorrupt
from digest.quarter import Quarter
from digest.store.archive import content_of, files_in, replacing, storage_errors
from digest.taxonomy import Codebook

if TYPE_CHECKING:
    from pydantic import TypeAdapter

BESIDE = (".machine.json", ".basis.json")  # what lies beside a version and is none


@dataclass(frozen=True, slots=True)
class Correction:
    """Why a version replaces the one before, and by whom.

    An ``amendment`` changes what was said of some items, an ``update`` brings new evidence. Items
    that are ``removed``, and ``labels`` (item, scheme, label, whether it holds) that are set by an
    amendment, stay so in later versions.
    """

    kind: Literal["amendment", "update"]
    reason: str
    by: str
    removed: tuple[str, ...] = ()
    labels: tuple[tuple[str, str, str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Edition:
    """A published edition: its place in the order of versions, its identity, and when.

    ``correction`` is None for a first version. ``basis`` is the sha256 of what its pages are made
    of besides the manifest; ``""`` for a version from before that was kept.
    """

    quarter: Quarter
    version: str
    sha256: str
    published_at: datetime
    correction: Correction | None = None
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Basis:
    """What a version's pages are made of besides its manifest, as it was at publication.

    ``tests`` are the results of its model's tests as ``digest.classify.evaluate.report`` gives
    them, None where there were none.
    """

    codebook: Codebook
    tests: dict[str, Any] | None


class Shelf:
    """The manifests under one folder; StoreError names what may not be read there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def editions(self, quarter: Quarter | None = None) -> list[Edition]:
        """What was published, of one quarter or of all, oldest quarter and version first."""
        metas = self._files(f"{quarter or '*'}/*.meta.json")
        return sorted((_edition(path, of) for path, of in metas), key=_order)

    def quarters(self) -> frozenset[Quarter]:
        """The quarters of which an edition was published."""
        return frozenset(edition.quarter for edition in self.editions())

    def drafts(self) -> list[Quarter]:
        """The quarters that have a draft."""
        return sorted(of for _, of in self._files("*/draft.json"))

    def unfinished(self) -> list[Path]:
        """Versions that a killed process did not publish to the end."""
        versions = [
            path for path in sorted(files_in(self.folder, "*/v*.json"))
            if not path.name.endswith(BESIDE)
        ]  # fmt: skip
        is_meta = [path for path in versions if path.name.endswith(".meta.json")]
        finished = {path.with_name(path.name.replace(".meta", "")) for path in is_meta}
        return [path for path in versions if path not in finished and path not in is_meta]

    def manifest(self, edition: Edition) -> Manifest:
        """A published manifest.

        Raises:
            StoreCorrupt: the file is missing or is not the one that was published.
        """
        path = self._path(edition.quarter, edition.version)
        return _manifest(path, _unaltered(path, edition.sha256, "the published manifest"))

    def basis(self, edition: Edition) -> Basis | None:
        """What a version's pages are made of besides the manifest; None if that was not kept.

        Raises:
            StoreCorrupt: the file is missing or is not the one that was published.
        """
        if not edition.basis:
            return None
        path = self._path(edition.quarter, f"{edition.version}.basis")
        content = _unaltered(path, edition.basis, "what a published version rests on,")
        try:
            return _reader().validate_json(content)
        except ValueError:
            raise StoreCorrupt(f"{path} is not what this version can read") from None

    def draft(self, quarter: Quarter) -> Manifest | None:
        """The quarter's draft, if there is one."""
        path = self._path(quarter, "draft")
        content = content_of(path)
        return None if content is None else _manifest(path, content)

    def put_draft(self, manifest: Manifest, machine: Manifest | None = None) -> None:
        """Replace the quarter's draft; ``machine`` is what the machine said, if that differs."""
        quarter = Quarter.parse(manifest.quarter)
        if machine is not None:
            self._write(self._path(quarter, "machine"), machine.canonical())
        self._write(self._path(quarter, "draft"), manifest.canonical())
        if machine is None:
            self._path(quarter, "machine").unlink(missing_ok=True)

    def machine(self, quarter: Quarter, version: str = "") -> Manifest | None:
        """What the machine said before people decided: of the draft, or of a published version."""
        own = f"{version}.machine" if version else "machine"
        for name in (own, version or "draft"):
            path = self._path(quarter, name)
            if (content := content_of(path)) is not None:
                return _manifest(path, content)
        return None

    def keep_tests(self, quarter: Quarter, tests: dict[str, Any]) -> None:
        """Remember what the test of the draft's model found: another may take that one's place."""
        self._write(self._path(quarter, "tests"), orjson.dumps(tests))

    def tests(self, quarter: Quarter, model: str) -> dict[str, Any] | None:
        """What was kept of the tests of a model: for the draft, or with the quarter's versions."""
        path = self._path(quarter, "tests")
        try:
            of_draft = orjson.loads(content_of(path) or b"null")
        except ValueError:
            raise StoreCorrupt(f"{path} cannot be read: delete it") from None
        bases = (self.basis(edition) for edition in reversed(self.editions(quarter)))
        kept = chain([of_draft], (basis.tests for basis in bases if basis))
        return next((tests for tests in kept if tests and tests["model"] == model), None)

    def propose(self, quarter: Quarter, correction: Correction) -> None:
        """Remember why the draft is to replace the version that is published now."""
        said = asdict(correction) | {"replaces": self.editions(quarter)[-1].version}
        self._write(self._path(quarter, "proposal"), orjson.dumps(said))

    def withdraw(self, quarter: Quarter) -> None:
        """Forget the open correction: the draft that is there will never be published for it."""
        path = self._path(quarter, "proposal")
        with storage_errors(path):
            path.unlink(missing_ok=True)

    def proposal(self, quarter: Quarter) -> Correction | None:
        """The open correction of the version that is published now."""
        path, editions = self._path(quarter, "proposal"), self.editions(quarter)
        content = content_of(path)
        if content is None or not editions:
            return None
        try:
            said = orjson.loads(content)
            is_open = said.pop("replaces") == editions[-1].version
            return _correction(said) if is_open else None
        except (ValueError, TypeError, KeyError):
            raise StoreCorrupt(
                f"{path} cannot be read: delete it, and correct again (digest correct {quarter})"
            ) from None

    def amendments(self, quarter: Quarter) -> list[Correction]:
        """The corrections of a quarter so far, oldest first, the open one too."""
        told = [edition.correction for edition in self.editions(quarter)]
        return [one for one in (*told, self.proposal(quarter)) if one]

    def freeze(self, manifest: Manifest, now: datetime) -> None:
        """Remember that the quarter's draft waits for review as it is."""
        quarter = Quarter.parse(manifest.quarter)
        said = {"sha256": manifest.sha256, "frozen_at": now.isoformat()}
        self._write(self._path(quarter, "frozen"), orjson.dumps(said))

    def is_frozen(self, quarter: Quarter) -> bool:
        """Whether the draft was frozen as it is now, and is not published yet.

        An editor who makes another draft in its place has ended that.
        """
        path, draft = self._path(quarter, "frozen"), self.draft(quarter)
        content = content_of(path)
        if draft is None or content is None:
            return False
        try:
            sha256 = orjson.loads(content)["sha256"]
        except (ValueError, TypeError, KeyError):
            raise StoreCorrupt(f"{path} cannot be read: delete it, and freeze again") from None
        published = {edition.sha256 for edition in self.editions(quarter)}
        return draft.sha256 == sha256 and sha256 not in published

    def publish(self, manifest: Manifest, now: datetime, basis: Basis | None = None) -> Edition:
        """Put a manifest on the shelf as the quarter's next version, for ever.

        ``basis`` is kept with it. Killed before the end, it was not published.
        """
        quarter = Quarter.parse(manifest.quarter)
        version, correction = f"v1.{len(self.editions(quarter))}", self.proposal(quarter)
        rests_on = orjson.dumps(basis) if basis else b""
        sha256 = hashlib.sha256(rests_on).hexdigest() if basis else ""
        edition = Edition(quarter, version, manifest.sha256, now, correction, sha256)
        machine = content_of(self._path(quarter, "machine"))
        if machine is not None and machine != manifest.canonical():
            self._write(self._path(quarter, f"{version}.machine"), machine)
        if basis:
            self._write(self._path(quarter, f"{version}.basis"), rests_on)
        self._write(self._path(quarter, version), manifest.canonical())
        meta: dict[str, Any] = {
            "version": version, "sha256": edition.sha256, "published_at": now.isoformat(),
        }  # fmt: skip
        if correction:
            meta["correction"] = asdict(correction)
        if basis:
            meta["basis"] = sha256
        self._write(self._path(quarter, f"{version}.meta"), orjson.dumps(meta))
        self.withdraw(quarter)
        return edition

    def _files(self, pattern: str) -> Iterator[tuple[Path, Quarter]]:
        """The files of quarters' own folders that match, each with its quarter."""
        for path in files_in(self.folder, pattern):
            quarter = Quarter.named(path.parent.name)
            if quarter and path.parent.parent == self.folder:  # a copy may lie deeper
                yield path, quarter

    def _path(self, quarter: Quarter, name: str) -> Path:
        return self.folder / str(quarter) / f"{name}.json"

    def _write(self, path: Path, content: bytes) -> None:
        with storage_errors(path), replacing(path) as out:
            out.write(content)


def _unaltered(path: Path, sha256: str, what: str) -> bytes:
    content = content_of(path) or b""
    if hashlib.sha256(content).hexdigest() != sha256:
        raise StoreCorrupt(f"{what} {path} is missing or was altered: restore it from a backup")
    return content


@cache
def _reader() -> TypeAdapter[Basis]:
    from pydantic import TypeAdapter

    return TypeAdapter(Basis)


def _manifest(path: Path, content: bytes) -> Manifest:
    try:
        return Manifest.from_json(content)
    except (ValueError, TypeError, KeyError):
        raise StoreCorrupt(f"{path} is not a manifest that this version can read") from None


def _edition(path: Path, quarter: Quarter) -> Edition:
    try:
        meta = orjson.loads(content_of(path) or b"")
        moment = datetime.fromisoformat(meta["published_at"])
        correction = _correction(meta["correction"]) if "correction" in meta else None
        version, basis = meta["version"], meta.get("basis", "")
        return Edition(quarter, version, meta["sha256"], moment, correction, basis)
    except (ValueError, TypeError, KeyError):
        raise StoreCorrupt(
            f"{path}, which says what was published, cannot be read: restore it from a backup"
        ) from None


def _correction(said: dict[str, Any]) -> Correction:
    labels = tuple((item, scheme, label, holds) for item, scheme, label, holds in said["labels"])
    return Correction(said["kind"], said["reason"], said["by"], tuple(said["removed"]), labels)


def _order(edition: Edition) -> tuple[Quarter, list[int]]:
    return edition.quarter, [int(n) for n in edition.version.removeprefix("v").split(".")]
