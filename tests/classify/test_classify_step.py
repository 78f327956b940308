"""Labelling a quarter: at once, in two goes, killed in between, and again with other heads."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import pytest

from digest.classify.model import Model
from digest.items import Record
from digest.steps.classify import BATCH, Progress, classify
from digest.store.database import writing
from digest.store.ingest import ingest, insert
from digest.store.outbox import events
from tests.examples import NOON, Q1, archived, news, tables

if TYPE_CHECKING:
    import duckdb

TEXTS = BATCH + 3 * BATCH // 4
FRENCH = "Les puits se sont taris dans le nord et le ministère a envoyé des citernes."
ENGLISH = "Wells ran dry in village {n}, and half of its people have no safe water."
UNREAD = 30  # texts whose vectors are not known beforehand


def main(path: Path) -> None:
    """What the killed process does; it says how far it is."""
    model = Model.load()
    with writing(path) as connection:
        print("begun", flush=True)  # noqa: T201
        for progress in classify(connection, Q1, model, lambda: NOON):
            print(progress.done, flush=True)  # noqa: T201


def story(n: int) -> Record:
    if n % 100 == 1:
        return news(str(n), title=f"Des puits {n}", text=f"{FRENCH} {n}", language="fr")
    if n % 100 == 2:
        return news(str(n), title=f"{n}", text="")
    return news(str(n), text=ENGLISH.format(n=n))


@pytest.fixture(scope="module")
def prepared(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with texts; the vectors of most are there, invented, so that this is quick."""
    path = tmp_path_factory.mktemp("prepared") / "digest.duckdb"
    records = [story(n) for n in range(TEXTS)]
    random = np.random.default_rng(7)
    vectors = random.normal(size=(TEXTS, model.heads.weights.shape[1])).astype(np.float32)
    # As far from the origin as the heads need, to find both sure and unsure labels.
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors += (
        0.3
        * (model.heads.weights / np.linalg.norm(model.heads.weights))[
            random.integers(0, len(model.heads.labels), TEXTS)
        ]
    )
    with writing(path) as connection:
        ingest(connection, archived(), "test/1", frozenset({Q1}), records)
        insert(
            connection,
            "embedding",
            [
                {"text_hash": r.text_hash, "encoder": model.encoder_id, "tokens": 9, "vector": v}
                for r, v in zip(records[UNREAD:], vectors[UNREAD:], strict=True)
            ],
        )
    return path


@pytest.fixture
def path(prepared: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(prepared, tmp_path / "digest.duckdb"))


@pytest.fixture(scope="module")
def at_once(
    prepared: Path, model: Model, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[tuple[Any, ...]]]:
    path = Path(shutil.copy(prepared, tmp_path_factory.mktemp("whole") / "digest.duckdb"))
    with writing(path) as connection:
        done = run(connection, model)
        assert [p.done for p in done] == [BATCH, TEXTS]
        assert {p.total for p in done} == {TEXTS}
        assert done[-1].encoded == UNREAD - 2  # one is French, one has no text
        return tables(connection)


def run(connection: duckdb.DuckDBPyConnection, model: Model) -> list[Progress]:
    return list(classify(connection, Q1, model, lambda: NOON))


def test_every_text_has_a_status_and_most_have_labels(
    at_once: dict[str, list[tuple[Any, ...]]], model: Model
) -> None:
    statuses = [(row[3], row[4]) for row in at_once["labelling"]]
    assert len(statuses) == TEXTS
    assert statuses.count(("not labelled: language", "fr")) == len(range(1, TEXTS, 100))
    assert statuses.count(("not labelled: no text", "")) == len(range(2, TEXTS, 100))
    assert statuses.count(("labelled", "en")) == TEXTS - 2 * len(range(1, TEXTS, 100))
    assert len(at_once["embedding"]) == TEXTS - 2
    labels = at_once["label"]
    assert len({row[0] for row in labels}) > 100
    assert all(row[5] or row[6] for row in labels), "neither assigned nor unsure"
    assert {row[7:9] for row in labels} == {(model.id, model.codebook)}
    assert "none" not in {row[2] for row in labels}


def test_in_two_goes(path: Path, model: Model, at_once: dict[str, list[tuple[Any, ...]]]) -> None:
    with writing(path) as connection:
        first = classify(connection, Q1, model, lambda: NOON)
        assert next(first).done == BATCH
        first.close()
    with writing(path) as connection:
        assert [p.done for p in run(connection, model)] == [TEXTS - BATCH]
        assert labels_of(connection) == without_events(at_once)
        assert events(connection, Q1)[-1].data["labelled"] == TEXTS - BATCH


def test_a_second_time_does_nothing(
    path: Path, model: Model, at_once: dict[str, list[tuple[Any, ...]]]
) -> None:
    with writing(path) as connection:
        run(connection, model)
        assert list(classify(connection, Q1, model, lambda: NOON.replace(year=2027))) == []
        assert tables(connection) == at_once


def test_killed_and_run_again(path: Path, at_once: dict[str, list[tuple[Any, ...]]]) -> None:
    """Once before anything is stored, once after the first batch."""
    assert killed_after(path, b"begun")
    assert killed_after(path, b"%d" % BATCH)
    assert not killed_after(path, b"nothing")
    with writing(path) as connection:
        assert labels_of(connection) == without_events(at_once)


def labels_of(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[Any, ...]]]:
    return without_events(tables(connection))


def without_events(stored: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[tuple[Any, ...]]]:
    """An event says how many texts were labelled in the last go, so it differs by right."""
    return {name: rows for name, rows in stored.items() if name != "event"}


def killed_after(path: Path, word: bytes) -> bool:
    """Run the process and kill it when it says this; whether it was killed before its end."""
    process = subprocess.Popen(
        [sys.executable, __file__, str(path)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout
    with process:
        said: Iterator[bytes] = (line.strip() for line in process.stdout)
        if word in said:
            process.kill()
        _, complaint = process.communicate()
    assert b"Traceback" not in complaint, complaint.decode()
    return process.returncode != 0


@pytest.fixture
def without_encoder(model: Model, tmp_path: Path) -> Model:
    """Other heads for the same encoder, whose files are not there: nothing can be read anew."""
    folder = tmp_path / "model"
    folder.mkdir()
    heads = replace(model.heads, threshold=np.minimum(model.heads.threshold + 0.05, 1))
    heads.save(folder / "heads.npz")
    about = {
        "id": "other-heads", "encoder": model.encoder_id, "codebook": "c1-next",
        "languages": ["en"], "files": {"heads.npz": sha256(folder / "heads.npz")},
    }  # fmt: skip
    (folder / "model.json").write_bytes(orjson.dumps(about))
    return Model.load(folder)


def sha256(path: Path) -> str:
    import hashlib

    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_new_heads_label_anew_without_reading_anew(
    path: Path,
    model: Model,
    without_encoder: Model,
    at_once: dict[str, list[tuple[Any, ...]]],
) -> None:
    with writing(path) as connection:
        run(connection, model)
        done = run(connection, without_encoder)
        assert (done[-1].done, done[-1].encoded) == (TEXTS, 0)
        assert "encoder" not in vars(without_encoder)
        both = tables(connection)
    assert both["embedding"] == at_once["embedding"]
    for name in ("label", "labelling"):
        column = {"label": 7, "labelling": 1}[name]
        assert [r for r in both[name] if r[column] == model.id] == at_once[name]
    ours = {row[:3]: row[3:7] for row in at_once["label"]}
    theirs = {row[:3]: row[3:7] for row in both["label"] if row[7] == "other-heads"}
    shared = ours.keys() & theirs.keys()
    assert len(shared) > 100
    assert all(ours[key][0] == theirs[key][0] for key in shared), "other probabilities"
    assert sum(row[2] for row in theirs.values()) < sum(row[2] for row in ours.values())


def test_a_text_that_several_items_share_is_labelled_once(
    connection: duckdb.DuckDBPyConnection, model: Model
) -> None:
    same = {"title": "Wells for the north", "text": "No safe water."}
    records = [news("a", **same), news("b", **same, source="other"), news("c")]
    ingest(connection, archived(), "test/1", frozenset({Q1}), records)
    [progress] = run(connection, model)
    assert (progress.done, progress.total, progress.encoded) == (2, 2, 2)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
