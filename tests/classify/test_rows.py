"""Files that somebody gives to train or evaluate with: what is wrong is one sentence."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from digest import taxonomy
from digest.classify.train import data, decisions
from digest.errors import InputError

PAPER = orjson.dumps({"id": "1.1", "title": "T", "abstract": "A"}) + b"\n"
CUT = gzip.compress(b"".join(PAPER.replace(b"1.1", b"%d" % n) for n in range(9_999)))[:-5_000]
DECISION = b'{"scheme": "sdg", "label": "1", "accept": true, "text": '


def papers(path: Path) -> Iterator[Any]:
    return data.readings([path])


def decided(path: Path) -> Iterator[Any]:
    return decisions.read(path, taxonomy.load(), lambda _: None)


def second_table(path: Path) -> Iterator[Any]:
    empty = path.with_name("empty.jsonl")
    empty.touch()
    good = path.with_name("good.csv")
    good.write_text("header,text\nH,T\n")
    return data.open_texts(empty, empty, good, path)


@pytest.mark.parametrize(
    ("reader", "content", "said"),
    [
        pytest.param(papers, CUT, "breaks off after line [1-9],?[0-9]+ ", id="cut"),
        pytest.param(papers, b"\x1f\x8b" + bytes(99), "breaks off after line 0", id="no gzip"),
        pytest.param(papers, PAPER + b"\x00\xff\n", "line 2: Invalid JSON", id="binary"),
        pytest.param(papers, PAPER + b'{"id": "\xe9"}\n', "line 2: ", id="not UTF-8"),
        pytest.param(papers, PAPER + b"[1]\n", "line 2: ", id="a list"),
        pytest.param(papers, PAPER + b'{"id": "2"}\n', "line 2: title: Field", id="other keys"),
        pytest.param(data.incidents, PAPER, "line 1: description: Field", id="other file"),
        pytest.param(data.relevance, b'{"text": "a", "label": 1}', "1: label: ", id="number"),
        pytest.param(decided, DECISION + b"[]}", "line 1: text: ", id="text is a list"),
        pytest.param(decided, DECISION + b"null}", 'give an "item", or a "text"', id="no text"),
        pytest.param(
            decided, b'{"scheme": [], "label": {}, "accept": 1}', "scheme: ", id="no decision"
        ),
        pytest.param(second_table, b"ID\twords\n", "with a column 'text'", id="no such column"),
        pytest.param(second_table, b"ID\ttext\n1\n", "line 2: no 'text'", id="short row"),
        pytest.param(second_table, b"ID\ttext\n1\t\xff\n", "no table in UTF-8", id="Latin-1"),
        pytest.param(second_table, b"text\n" + b"a" * 200_000, "no table in UTF-8", id="long cell"),
        pytest.param(second_table, CUT, "no table in UTF-8", id="gzip as a table"),
    ],
)
def test_what_is_wrong_with_a_file_is_named(
    tmp_path: Path, reader: Callable[[Path], Iterator[Any]], content: bytes, said: str
) -> None:
    path = tmp_path / "given"
    path.write_bytes(content)
    with pytest.raises(InputError, match=f"{path}.*{said}"):
        list(reader(path))


@pytest.mark.parametrize("reader", [papers, decided, second_table])
def test_a_folder_in_the_place_of_a_file_is_named(
    tmp_path: Path, reader: Callable[[Path], Iterator[Any]]
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(InputError, match=f"cannot read {folder}: Is a directory"):
        list(reader(folder))
