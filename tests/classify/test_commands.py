"""The commands ``label`` and ``explain`` as they are called."""

from __future__ import annotations

import io
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import orjson
import pytest

from digest.classify.model import Model
from digest.classify.nearest import vectors_path
from digest.classify.train.data import exemplars
from digest.classify.train.pack import pack
from digest.cli import main
from digest.config import Workplace
from digest.store.database import writing
from digest.store.ingest import ingest
from tests.classify.hub import serving
from tests.examples import Q1, archived, paper

TITLE = "Wells for the north"
TEXT = "Half of all villages have no safe drinking water. We predict which wells run dry."
LINE = orjson.dumps({"id": "a", "title": TITLE, "text": TEXT}) + b"\n"


@pytest.fixture
def labelling(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The running command with pipes; the hub that it could ask must not hear from it."""
    with serving("org/none", tmp_path) as (address, asked):
        process = subprocess.Popen(
            [sys.executable, "-c", "from digest.cli import main; main()", "label", "-"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=os.environ
            | {"PYTHONPATH": os.pathsep.join(sys.path), "HF_ENDPOINT": address},
        )  # fmt: skip
        with process:
            yield process
            process.kill()
        assert asked == []


def test_labelling_tells_nobody(tmp_path: Path) -> None:
    """Libraries that report their use would leave a file in the home, and ask the proxy given."""
    home = tmp_path / "home"
    home.mkdir()
    builds = ("CI", "TF_BUILD", "JENKINS_URL")  # in which such libraries are silent by themselves
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        address = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        env = {name: value for name, value in os.environ.items() if name not in builds}
        answer = subprocess.run(
            [sys.executable, "-c", "from digest.cli import main; main()", "label", "-"],
            check=False, input=LINE, capture_output=True,
            env=env | {"HOME": str(home), "http_proxy": address, "https_proxy": address},
        )  # fmt: skip
        proxy.settimeout(0.2)
        with pytest.raises(TimeoutError):
            proxy.accept()
    assert orjson.loads(answer.stdout)["status"] == "labelled"
    assert list(home.iterdir()) == []


def test_each_line_is_answered_before_the_next_one_comes(
    labelling: subprocess.Popen[bytes],
) -> None:
    """One by one; then many, of which the first are answered before the input ends."""
    stdin, stdout = labelling.stdin, labelling.stdout
    assert stdin
    assert stdout
    for line, status in ((LINE, "labelled"), (b"{\n", "not labelled: bad input")):
        stdin.write(line)
        stdin.flush()
        assert orjson.loads(stdout.readline())["status"] == status
    for n in range(100):
        stdin.write(orjson.dumps({"id": n, "text": f"{n} wells."}) + b"\n")
    stdin.flush()
    assert [orjson.loads(stdout.readline())["id"] for _ in range(100)] == list(range(100))
    stdin.write(LINE.strip())
    stdin.close()
    assert orjson.loads(stdout.readline())["id"] == "a"
    assert stdout.readline() == b""
    assert labelling.wait(20) == 0
    assert labelling.stderr
    assert labelling.stderr.read() == b""


Digest = Callable[..., tuple[int, str, str]]


@pytest.fixture
def digest(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Digest:
    """Call the program here: exit status, output, and what it says beside it."""

    def call(*arguments: str, stdin: bytes = b"") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["digest", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        try:
            main()
        except SystemExit as ended:
            status = int(ended.code or 0)
        else:
            status = 0
        out, complaint = capfdbinary.readouterr()
        return status, out.decode(), complaint.decode()

    return call


def test_a_file_that_is_not_there(digest: Digest, tmp_path: Path) -> None:
    for arguments in (["label"], ["explain", "--text"]):
        status, out, complaint = digest(*arguments, str(tmp_path / "no.jsonl"))
        assert (status, out) == (2, "")
        assert f"cannot read {tmp_path / 'no.jsonl'}: No such file" in complaint


def test_the_model_trained_in_the_working_folder_labels(
    digest: Digest, place: Workplace, model: Model
) -> None:
    pack(model.folder, replace(model.heads, bias=model.heads.bias + 1), "c1-mine", place.model)
    trained = Model.load(place.model)
    for folder, used in ((place.folder, trained), (place.folder / "none", model)):
        status, out, complaint = digest("label", "-", "--var", str(folder), stdin=LINE)
        assert (status, complaint) == (0, "")
        assert orjson.loads(out)["model"] == used.id
    status, out, _ = digest(
        "label", "-", "--model", str(model.folder), "--var", str(place.folder), stdin=LINE
    )
    assert orjson.loads(out)["model"] == model.id != trained.id


@pytest.fixture
def filled(place: Workplace, model: Model) -> Workplace:
    """A working folder with a paper, and with invented vectors for the written exemplars."""
    french = "La moitié des villages n'ont toujours pas d'eau potable."
    records = [
        paper(3, title=TITLE, text=TEXT, version=2),
        paper(4, title="Des puits", text=french),
    ]
    with writing(place.database) as connection:
        ingest(connection, archived(), "test/1", frozenset({Q1}), records)
    examples = list(exemplars())
    vectors = np.random.default_rng(1).normal(size=(len(examples), 384)).astype(np.float32)
    place.state.mkdir()
    np.save(vectors_path(examples, model, place.state), vectors)
    return place


def test_explain_an_item(digest: Digest, filled: Workplace) -> None:
    status, out, complaint = digest("explain", "2602.00003v1", "--var", str(filled.folder))
    assert (status, complaint) == (0, "")
    lines = out.splitlines()
    assert lines[:2] == [TITLE, "arxiv:2602.00003 · 03 February 2026 · arxiv-cs-ai"]
    assert "tokens of English, read by minilm" in lines[2]
    water = next(n for n, line in enumerate(lines) if "Clean water and sanitation" in line)
    assert "assigned" in lines[water]
    sentence = re.search("rests most on: “(.+?)(”|$)", lines[water + 1])
    assert sentence
    assert sentence[1] in f"{TITLE}\n{TEXT}"
    assert sum("like " in line for line in lines[water : water + 7]) == 2


def test_explain_as_json(digest: Digest, filled: Workplace) -> None:
    status, out, _ = digest("explain", "--json", "arxiv:2602.00003", "--var", str(filled.folder))
    answer = orjson.loads(out)
    assert status == 0
    assert answer["item_id"] == "arxiv:2602.00003"
    assert (answer["title"], answer["quarter"], answer["sources"]) == (
        TITLE,
        "2026Q1",
        ["arxiv-cs-ai"],
    )
    assert [scheme["scheme"] for scheme in answer["schemes"]] == ["sdg", "risk", "mit", "ai"]


def test_explain_an_item_in_another_language(digest: Digest, filled: Workplace) -> None:
    status, out, _ = digest("explain", "2602.00004", "--var", str(filled.folder))
    assert status == 0
    assert "not labelled: the language is French, which the model" in out


def test_explain_a_text_from_outside(digest: Digest, filled: Workplace) -> None:
    text = f"<p>{TEXT}</p>".encode()
    arguments = ["explain", "--text", "-", "--json", "--var", str(filled.folder)]
    status, out, complaint = digest(*arguments, stdin=text)
    assert (status, complaint) == (0, "")
    answer = orjson.loads(out)
    assert (answer["title"], answer["text"]) == ("", TEXT)
    assert "item_id" not in answer


@pytest.mark.parametrize(
    ("arguments", "stdin", "problem"),
    [
        (["arxiv:2602.99999"], b"", "there is no item 'arxiv:2602.99999' in"),
        ([], b"", "give an item, or a text with --text FILE, and not both"),
        (["2602.00003", "--text", "-"], b"", "and not both"),
        (["--text", "-"], b"caf\xe9", "- is not text in UTF-8"),
        (["--text", "-"], b"x" * 8_000_001, "- is longer than 8,000,000 bytes"),
    ],
    ids=["unknown", "neither", "both", "not UTF-8", "too long"],
)
def test_what_cannot_be_explained(
    digest: Digest, filled: Workplace, arguments: list[str], stdin: bytes, problem: str
) -> None:
    status, out, complaint = digest("explain", *arguments, "--var", str(filled.folder), stdin=stdin)
    assert (status, out) == (2, "")
    assert complaint.startswith("digest: ")
    assert problem in complaint


def test_explain_without_a_database(digest: Digest, tmp_path: Path) -> None:
    status, _, complaint = digest("explain", "2602.00003", "--var", str(tmp_path))
    assert status == 2
    assert "there is no database" in complaint
