"""The raw archive: every answer kept as it came, before anybody parses it.

``bodies/ab/<sha256>.zst`` holds each distinct body once; ``documents/<source>/<document id>.json``
says what was asked, when, and what came with it. Both are written beside their place and renamed,
so a killed process leaves whole files or none. The database can be rebuilt from here without a
network.
"""

from __future__ import annotations

import errno
import gzip
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import orjson
import zstandard

from digest.errors import StorageFull, StoreCorrupt, StoreError, refusal
from digest.items import digest_of
from digest.quarter import Quarter
from digest.sources import Document

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Archived:
    """One distinct answer. The same answer to the same question is the same document, for ever."""

    document_id: str
    source: str
    kind: str  # of the source: arxiv-oai | arxiv-api | arxiv-snapshot | feed
    quarter: str
    language: str  # that the source list declares, for entries that declare none
    url: str
    fetched_at: datetime
    status: int
    headers: dict[str, str]
    sha256: str
    bytes: int


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn the operating system's refusals to write into a sentence that names the place.

    Raises:
        StorageFull: the system refused.
    """
    try:
        yield
    except OSError as error:
        reasons = {
            errno.ENOSPC: "the disk is full: free some space and run again, nothing is lost",
            errno.EFBIG: "files may not be so large here: raise the limit (ulimit -f)",
            errno.EDQUOT: "the disk quota is used up: free some space and run again",
            errno.EACCES: "no permission to write there",
            errno.EPERM: "no permission to write there",
            errno.EROFS: "the file system is read-only",
            errno.ENOTDIR: "a part of this path is a file, not a folder",
            errno.EEXIST: "a part of this path is a file, not a folder",
        }
        if error.errno is None:  # not the system's, but of a file's content or of a lock
            raise
        reason = reasons.get(error.errno) or f"{error.strerror} ({error.filename})"
        raise StorageFull(f"cannot write to {path}: {reason}") from None


@contextmanager
def reading_errors() -> Iterator[None]:
    """Turn the operating system's refusals to read into a sentence that names the file.

    Raises:
        StoreError: the system refused.
    """
    try:
        yield
    except OSError as error:
        raise StoreError(refusal(error)) from None


def content_of(path: Path) -> bytes | None:
    """What a file holds; None where there is none.

    Raises:
        StoreError: it may not be read.
    """
    with reading_errors():
        return path.read_bytes() if path.exists() else None


def files_in(folder: Path, pattern: str = "*") -> Iterator[Path]:
    """The files under a folder whose path in it ends like ``pattern``; none where it is not there.

    ``Path.glob`` takes a folder that may not be read for an empty one.

    Raises:
        StoreError: a folder may not be read.
    """

    def refuse(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            raise error

    with reading_errors():
        for inside, _, names in os.walk(folder, onerror=refuse, followlinks=True):
            paths = (Path(inside, name) for name in names)
            yield from (path for path in paths if path.relative_to(folder).match(pattern))


class Archive:
    """The archive under ``folder``. Writing the same answer twice changes nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, document: Document, kind: str, quarter: Quarter, language: str = "") -> Archived:
        """Store a document; the first time that this very answer came is the one that counts.

        A body that was lost or damaged since is there again afterwards.
        """
        sha256 = hashlib.sha256(document.body).hexdigest()
        if not self._holds(sha256):
            with self._replacing(self._body(sha256)) as out:
                out.write(zstandard.compress(document.body, 6))
        return self._note(document, kind, quarter, language, (sha256, len(document.body)))

    def keep_file(
        self, path: Path, source: str, kind: str, quarter: Quarter, now: datetime
    ) -> Archived:
        """Store a local file, plain or gzip, in constant memory; hashed after decompression.

        Raises:
            OSError, EOFError, zlib.error: the file cannot be read, or not to its end.
            StorageFull: the archive cannot be written.
        """
        scratch = self.folder / f".incoming-{os.getpid()}"
        hasher, size = hashlib.sha256(), 0
        try:
            with open_plain(path) as plain, storage_errors(self.folder):
                self.folder.mkdir(parents=True, exist_ok=True)
                with (
                    scratch.open("wb") as out,
                    zstandard.ZstdCompressor(level=3, threads=2).stream_writer(out) as packed,
                ):
                    while chunk := plain.read(CHUNK):
                        hasher.update(chunk)
                        size += len(chunk)
                        packed.write(chunk)
                body = self._body(hasher.hexdigest())
                body.parent.mkdir(parents=True, exist_ok=True)
                scratch.replace(body)
        finally:
            scratch.unlink(missing_ok=True)
        document = Document(source, path.name, now, 200, b"")
        return self._note(document, kind, quarter, "", (hasher.hexdigest(), size))

    def _note(
        self, document: Document, kind: str, quarter: Quarter, language: str, body: tuple[str, int]
    ) -> Archived:
        sha256, size = body
        archived = Archived(
            document_id=digest_of(
                document.source, document.url, document.status, sha256, prefix="d1-"
            ),
            source=document.source,
            kind=kind,
            quarter=str(quarter),
            language=language,
            url=document.url,
            fetched_at=document.fetched_at.astimezone(UTC),
            status=document.status,
            headers=document.headers,
            sha256=sha256,
            bytes=size,
        )
        note = self.folder / "documents" / document.source / f"{archived.document_id}.json"
        if (kept := content_of(note)) is not None:
            return _read_note(note, kept)
        with self._replacing(note) as out:
            out.write(orjson.dumps(asdict(archived), option=orjson.OPT_SORT_KEYS))
        return archived

    def documents(self, source: str = "") -> Iterator[Archived]:
        """Every answer kept, of one source or of all, oldest first; equal times by their ids.

        Raises:
            StoreCorrupt: a note is damaged.
            StoreError: a note or a folder of them may not be read.
        """
        notes = files_in(self.folder / "documents" / source, "*.json")
        kept = (_read_note(note, content_of(note) or b"") for note in notes)
        yield from sorted(kept, key=lambda f: (f.fetched_at, f.document_id))

    def document(self, archived: Archived) -> Document:
        """The answer as it came.

        Raises:
            StoreCorrupt: the body is missing, or is not the one that came.
        """
        with self.open(archived) as stream:
            body = stream.read()
        if hashlib.sha256(body).hexdigest() != archived.sha256:
            raise _damaged(archived, self._body(archived.sha256))
        return Document(
            archived.source,
            archived.url,
            archived.fetched_at,
            archived.status,
            body,
            archived.headers,
        )

    @contextmanager
    def open(self, archived: Archived) -> Iterator[IO[bytes]]:
        """The body of an answer, as a stream of its plain bytes.

        Raises:
            StoreCorrupt: the body is missing, or breaks off where it is read.
            StoreError: it may not be read.
        """
        path = self._body(archived.sha256)
        with reading_errors():
            if not path.exists():
                raise _damaged(archived, path)
            stored = path.open("rb")
        try:
            unpack = zstandard.ZstdDecompressor().stream_reader
            with stored as packed, unpack(packed) as plain:
                yield plain
        except zstandard.ZstdError:
            raise _damaged(archived, path) from None

    def is_whole(self, archived: Archived) -> bool:
        """Whether the body of an answer is there and is the one that came; reads all of it."""
        return self._holds(archived.sha256)

    def damaged(self) -> Iterator[tuple[Archived, str]]:
        """Answers whose body is missing, may not be read or is not what its name says."""
        for archived in self.documents():
            try:
                with self.open(archived) as body:
                    found = hashlib.file_digest(body, "sha256").hexdigest()  # type: ignore[arg-type]
                if found != archived.sha256:
                    yield archived, str(_damaged(archived, self._body(archived.sha256)))
            except StoreError as error:
                yield archived, str(error)

    def _holds(self, sha256: str) -> bool:
        unpack = zstandard.ZstdDecompressor().stream_reader
        try:
            with self._body(sha256).open("rb") as packed, unpack(packed) as plain:
                found = hashlib.file_digest(plain, "sha256").hexdigest()
        except (OSError, zstandard.ZstdError):
            return False
        return found == sha256

    def _body(self, sha256: str) -> Path:
        return self.folder / "bodies" / sha256[:2] / f"{sha256}.zst"

    @contextmanager
    def _replacing(self, path: Path) -> Iterator[IO[bytes]]:
        with storage_errors(path), replacing(path) as out:
            yield out


def _damaged(archived: Archived, path: Path) -> StoreCorrupt:
    what = "is not what its name says" if path.exists() else "is gone"
    return StoreCorrupt(
        f"the raw archive lacks the answer {archived.document_id} of {archived.source} "
        f"({archived.url}): {path} {what}; restore it from a backup, or harvest that source "
        "again, if it still gives the same"
    )


def _read_note(path: Path, content: bytes) -> Archived:
    try:
        data = orjson.loads(content)
        return Archived(**{**data, "fetched_at": datetime.fromisoformat(data["fetched_at"])})
    except (ValueError, TypeError, KeyError) as error:
        raise StoreCorrupt(
            f"the archive's note {path} cannot be read ({error}): restore it from a backup, or, if "
            "there is none, move it elsewhere and harvest that source again"
        ) from None


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file that appears at ``path`` whole, when the block ends well, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with scratch.open("wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)


def replace_folder(built: Path, place: Path) -> None:
    """Put a folder that is finished in the place of another one."""
    old = place.with_name(f".{place.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.exists():
        place.rename(old)
    built.rename(place)
    shutil.rmtree(old, ignore_errors=True)


def open_plain(path: Path) -> IO[bytes]:
    """A file as a stream of plain bytes, whether it is gzip or not; told by its first bytes."""
    with path.open("rb") as start:
        packed = start.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if packed else path.open("rb")  # type: ignore[return-value]
