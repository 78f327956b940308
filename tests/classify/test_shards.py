"""Shards: what goes to a worker and comes back is what would have been read here, to the bit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.classify.label import NO_TEXT
from digest.classify.model import Model
from digest.classify.shards import (
    Reading,
    ToRead,
    fingerprint,
    keep_readings,
    keep_texts,
    kept_readings,
    kept_texts,
    read,
    shard_name,
)
from digest.items import LABELLED, OTHER_LANGUAGE

WELLS = ToRead("t1-a", "Wells ran dry", "Half of its people have no safe water.", "en", "", False)
FRENCH = ToRead("t1-b", "Des puits", "Les puits se sont taris dans le nord.", "fr", "", False)
SHARD = [
    WELLS,
    FRENCH,
    replace(WELLS, text_hash="t1-c", title="1", body=""),
    replace(WELLS, text_hash="t1-d", has_vector=True),
    replace(FRENCH, text_hash="t1-e", recognised="en"),
    replace(WELLS, text_hash="t1-f", body="School fees keep girls at home. " * 80),
]
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def test_every_text_is_read_as_far_as_it_must_be(model: Model) -> None:
    readings = read(SHARD, model)
    assert [r.text_hash for r in readings] == [w.text_hash for w in SHARD]
    assert [(r.status, r.language) for r in readings] == [
        (LABELLED, "en"), (OTHER_LANGUAGE, "fr"), (NO_TEXT, ""), (LABELLED, "en"),
        (LABELLED, "en"), (LABELLED, "en"),
    ]  # fmt: skip
    assert [r.vector is not None for r in readings] == [True, False, False, False, True, True]
    assert [r.tokens > 0 for r in readings] == [r.vector is not None for r in readings]


def test_who_reads_a_text_and_beside_which_others_changes_nothing(model: Model) -> None:
    alone = [read([waiting], replace(model, threads=1))[0] for waiting in SHARD]
    together = read(SHARD, replace(model, threads=2))
    assert [vector_bytes(r) for r in alone] == [vector_bytes(r) for r in together]
    assert [replace(r, vector=None) for r in alone] == [replace(r, vector=None) for r in together]


def vector_bytes(reading: Reading) -> bytes | None:
    return None if reading.vector is None else reading.vector.tobytes()


@given(
    st.lists(
        st.builds(
            ToRead, text_hash=TEXT, title=TEXT, body=TEXT, declared=TEXT, recognised=TEXT,
            has_vector=st.booleans(),
        ),
        max_size=5,
    )
)  # fmt: skip
def test_texts_come_to_the_worker_as_they_were_sent(
    tmp_path_factory: pytest.TempPathFactory, shard: list[ToRead]
) -> None:
    path = tmp_path_factory.getbasetemp() / "shard" / "texts.parquet"
    keep_texts(path, shard)
    assert kept_texts(path) == shard


def test_readings_come_back_to_the_last_bit(tmp_path: Path) -> None:
    vectors = np.random.default_rng(4).normal(size=(3, 384)).astype(np.float32)
    vectors[0, :3] = [np.float32(1e-45), np.float32(-0.0), np.float32(1) / 3]
    readings = [Reading(f"t1-{n}", LABELLED, "en", n, v) for n, v in enumerate(vectors)]
    readings.insert(1, Reading("t1-x", OTHER_LANGUAGE, "fr", 0, None))
    keep_readings(tmp_path / "read.parquet", readings)
    again = kept_readings(tmp_path / "read.parquet")
    assert [replace(r, vector=None) for r in again] == [replace(r, vector=None) for r in readings]
    assert [vector_bytes(r) for r in again] == [vector_bytes(r) for r in readings]


@pytest.mark.parametrize("left", [0, 100, -1])
def test_a_file_that_is_cut_off_is_no_shard(tmp_path: Path, left: int) -> None:
    path = tmp_path / "texts.parquet"
    keep_texts(path, SHARD)
    path.write_bytes(path.read_bytes()[:left])
    with pytest.raises(OSError, match=r"texts\.parquet"):
        kept_texts(path)
    with pytest.raises(OSError, match=r"nowhere\.parquet"):
        kept_readings(tmp_path / "nowhere.parquet")


def test_a_shard_is_named_for_its_texts_and_its_reader() -> None:
    names = {
        shard_name(SHARD, "f1-a"),
        shard_name(SHARD, "f1-b"),
        shard_name(SHARD[1:], "f1-a"),
        shard_name([*SHARD[:-1], replace(SHARD[-1], title="Another")], "f1-a"),
    }
    assert len(names) == 4
    assert shard_name(list(SHARD), "f1-a") in names


def test_a_fingerprint_is_that_of_model_and_program_not_of_the_threads(model: Model) -> None:
    assert fingerprint(replace(model, threads=1)) == fingerprint(replace(model, threads=2))
    assert fingerprint(replace(model, languages=frozenset({"en", "fr"}))) != fingerprint(model)
