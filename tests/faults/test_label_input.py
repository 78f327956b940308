"""``digest label`` on lines of every kind: each has its answer, and the lines after it go on."""

from __future__ import annotations

import json
import os

import pytest

from tests.command import digest

GOOD = {"id": 1, "title": "", "text": "Deep learning reads X-ray images for tuberculosis clinics."}


def line(text: str, **more: object) -> bytes:
    return json.dumps({"id": text[:8], "title": "", "text": text} | more).encode()


LINES = {
    "empty": (line(""), "not labelled: no text"),
    "long": (line("Forecasts of floods help farmers adapt. " * 300), "labelled"),
    "one-word": (line("climate " * 500), "labelled"),
    "emoji": (line("😀🎉🚀" * 20), "not labelled: no text"),
    "russian": (line("Сеть находит болезни растений на полях."), "not labelled: language"),
    "hidden": (line("Deep learning\u202e\u0000\u200b finds malaria in blood smears."), "labelled"),
    "markup": (line("<b>Machine learning</b> <script>alert(1)</script> for schools."), "labelled"),
    "bytes": (os.urandom(200).replace(b"\n", b"") + b"\xff", "not labelled: bad input"),
    "half": (b'{"id": 5, "text":', "not labelled: bad input"),
    "list": (b'["a title", "a text"]', "not labelled: bad input"),
    "number": (b"42", "not labelled: bad input"),
    "null": (b"null", "not labelled: bad input"),
    "no-text": (b'{"id": 10}', "not labelled: bad input"),
    "title-is-a-number": (b'{"id": 11, "title": 3, "text": "x"}', "not labelled: bad input"),
    "id-is-an-object": (b'{"id": {}, "text": "Deep learning"}', "not labelled: bad input"),
    "lone-surrogate": (b'{"id": 12, "text": "\\ud800 alone"}', "not labelled: bad input"),
    "blank": (b"", "not labelled: bad input"),
}  # fmt: skip


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    file = tmp_path_factory.mktemp("label") / "lines.jsonl"
    rows = [content for content, _ in LINES.values()]
    file.write_bytes(b"\n".join([*rows, json.dumps(GOOD).encode()]))
    done = digest("label", file)
    assert (done.returncode, done.stderr) == (0, b"")
    return [json.loads(answer) for answer in done.stdout.splitlines()]


def test_every_line_has_its_answer_in_order(answers: list[dict[str, object]]) -> None:
    assert {name: a["status"] for name, a in zip(LINES, answers, strict=False)} == {
        name: status for name, (_, status) in LINES.items()
    }
    assert len(answers) == len(LINES) + 1


def test_a_bad_line_is_told_its_number_and_the_last_one_is_still_labelled(
    answers: list[dict[str, object]],
) -> None:
    bad = {
        number: str(answer["error"])
        for number, answer in enumerate(answers, start=1)
        if answer["status"] == "not labelled: bad input"
    }
    assert all(error.startswith(f"line {number}: ") for number, error in bad.items())
    assert len(bad) == 10
    assert (answers[-1]["id"], answers[-1]["status"]) == (1, "labelled")
