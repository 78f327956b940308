"""A Hugging Face model in the place of the shipped one; transformers' own pipelines are the judge
of what it should say."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest

pytest.importorskip(
    "torch",
    reason="WITHOUT torch THE WHOLE PATH OF HUGGING FACE MODELS IS UNTESTED: install the extra hf",
)

from digest import taxonomy
from digest.classify.choose import chosen
from digest.classify.huggingface import CANDIDATES, HuggingFace, load
from digest.classify.label import Text, label_lines
from digest.classify.model import Model
from digest.cli import main
from digest.config import SHIPPED_MODEL
from digest.errors import InputError, ModelError
from tests.classify.hub import serving
from tests.classify.tiny import WINDOW, save_model

WELLS = "Wells ran dry."
WATER = "Half of all villages have no safe drinking water."
SCHOOL = "Girls stay at school."
CHAIRS = "Chairs stood along the wall, coffee was served in the hall."
TEXT = f"{WELLS} {WATER} {SCHOOL}"
OUTPUTS = ["LABEL_0", "LABEL_1", "LABEL_2"]
JUDGE = ["contradiction", "neutral", "entailment"]
MAPPING = 'problem = "{}"\n[labels]\nLABEL_0 = "sdg/6"\nLABEL_1 = "sdg/4"\nLABEL_2 = "sdg/none"\n'
ZERO = 'problem = "{}"\nthreshold = {}\n[zero-shot]\nschemes = ["sdg"]\n'


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> None:
    """Threads that wait for each other on a busy machine cost these tiny models seconds."""
    import torch

    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_model(tmp_path_factory.mktemp("hf") / "tiny-sdg", OUTPUTS)


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_model(tmp_path_factory.mktemp("hf") / "tiny-nli", JUDGE)


@pytest.fixture
def brought(tmp_path: Path) -> Callable[[Path, str], HuggingFace]:
    """A model with a mapping written for it."""

    def bring(folder: Path, mapping: str) -> HuggingFace:
        (tmp_path / "labels.toml").write_text(mapping, "utf-8")
        return load(str(folder), tmp_path / "labels.toml", taxonomy.load())

    return bring


Bring = Callable[[Path, str], HuggingFace]


def labels(model: HuggingFace, body: str = TEXT, title: str = "") -> dict[str, dict[str, Any]]:
    [found] = model.labels([(Text(title, body), "en")])
    return {label["label"]: label for label in found}


def pipeline(task: str, folder: Path) -> Any:
    import transformers

    return transformers.pipeline(task, model=str(folder), device="cpu")


@pytest.mark.parametrize(("problem", "function"), [("multi", "sigmoid"), ("single", "softmax")])
def test_outputs_have_the_probabilities_that_the_pipeline_gives(
    classifier: Path, brought: Bring, problem: str, function: str
) -> None:
    model = brought(classifier, MAPPING.format(problem))
    says = pipeline("text-classification", classifier)
    for text in (TEXT, WELLS, "chairs"):
        said = says(text, top_k=None, function_to_apply=function)
        theirs = {x["label"]: x["score"] for x in said}
        ours = labels(model, text)
        assert ours.keys() == {"6", "4"}
        assert ours["6"]["probability"] == pytest.approx(theirs["LABEL_0"], abs=1e-4)
        assert ours["4"]["probability"] == pytest.approx(theirs["LABEL_1"], abs=1e-4)


@pytest.mark.parametrize("several", [True, False], ids=["multi", "single"])
def test_hypotheses_have_the_probabilities_that_the_pipeline_gives(
    judge: Path, brought: Bring, several: bool
) -> None:
    model = brought(judge, ZERO.format("multi" if several else "single", 0.5))
    goals = taxonomy.load().scheme("sdg")
    says = pipeline("zero-shot-classification", judge)
    theirs = says(
        WATER, [goal.name for goal in goals], multi_label=several,
        hypothesis_template="This text is about {}.",
    )  # fmt: skip
    scores = dict(zip(theirs["labels"], theirs["scores"], strict=True))
    ours = labels(model, WATER)
    assert list(ours) == [goal.id for goal in goals]
    for goal in goals:
        assert ours[goal.id]["probability"] == pytest.approx(scores[goal.name], abs=1e-4)


def test_several_labels_are_assigned_from_the_threshold_on(
    classifier: Path, brought: Bring
) -> None:
    whole = labels(brought(classifier, MAPPING.format("multi"))).values()
    lowest, highest = sorted(x["probability"] for x in whole)
    between = round((lowest + highest) / 2, 4)
    margin = round((highest - lowest) / 2 + 0.0001, 4)
    for threshold, assigned in ((lowest, 2), (between, 1), (highest, 1)):
        text = f"threshold = {threshold}\n" + MAPPING.format("multi")
        found = labels(brought(classifier, text)).values()
        assert sum(x["assigned"] for x in found) == assigned
        assert {x["threshold"] for x in found} == {threshold}
    text = f"threshold = {between}\nunsure = {margin}\n" + MAPPING.format("multi")
    assert all(x["unsure"] for x in labels(brought(classifier, text)).values())
    text = text.replace(f"unsure = {margin}", f"unsure = {round(margin - 0.001, 4)}")
    assert not any(x["unsure"] for x in labels(brought(classifier, text)).values())


def test_of_a_single_problem_one_label_or_none_is_assigned(
    classifier: Path, brought: Bring
) -> None:
    model = brought(classifier, "threshold = 0.01\n" + MAPPING.format("single"))
    seen = set()
    for text in (TEXT, WELLS, WATER, SCHOOL, CHAIRS, "hall", "about", "coffee", "water"):
        found = labels(model, text)
        assigned = [name for name, label in found.items() if label["assigned"]]
        none = 1 - sum(label["probability"] for label in found.values())
        best = max(found.values(), key=lambda label: label["probability"])
        expected = [] if none > best["probability"] else [best["label"]]
        assert assigned == expected
        seen.add(len(assigned))
    assert seen == {0, 1}, "both must occur for this to show anything"


def test_a_long_text_is_read_to_its_end(classifier: Path, brought: Bring) -> None:
    """Its probabilities are the mean of its windows', by their tokens."""
    model = brought(classifier, MAPPING.format("multi"))
    inside = WINDOW - 2
    first, second, third = "water " * inside, "chairs " * inside, "girls " * (inside // 2)
    parts = [labels(model, part)["6"]["probability"] for part in (first, second, third)]
    whole = labels(model, first + second + third)["6"]["probability"]
    weights = [WINDOW, WINDOW, inside // 2 + 2]
    assert whole == pytest.approx(np.average(parts, weights=weights), abs=2e-4)
    assert len(set(parts)) == 3


def test_evidence_is_the_sentence_that_the_label_misses_most(
    classifier: Path, brought: Bring
) -> None:
    """Few sentences: each is taken out in turn, and the pipeline says what is left."""
    model = brought(classifier, "threshold = 0.05\n" + MAPPING.format("multi"))
    says = pipeline("text-classification", classifier)

    def probability(text: str) -> float:
        found = says(text, top_k=None, function_to_apply="sigmoid")
        return float(next(x["score"] for x in found if x["label"] == "LABEL_0"))

    parts = [WELLS, WATER, SCHOOL]
    assert len(parts) <= CANDIDATES
    found = labels(model)["6"]
    assert found["assigned"]
    rest = [" ".join(parts[:n] + parts[n + 1 :]) for n in range(len(parts))]
    least = min(rest, key=probability)
    assert found["evidence"]["sentence"] == parts[rest.index(least)]
    share = max(0.0, probability(TEXT) - probability(least))
    assert found["evidence"]["share"] == pytest.approx(share, abs=2e-4)


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("", WATER),
        (WATER, ""),
        ("Wells\n ran", f"{WATER}\n\n {CHAIRS} " * 30),
        ("", "water " * 500),
    ],
    ids=["one sentence", "a title", "many sentences", "no full stop"],
)
def test_evidence_is_an_exact_part_of_the_text(
    classifier: Path, brought: Bring, title: str, body: str
) -> None:
    model = brought(classifier, "threshold = 0.0001\n" + MAPPING.format("multi"))
    for label in labels(model, body, title).values():
        assert label["assigned"]
        sentence = label["evidence"]["sentence"]
        assert sentence
        assert sentence in title or sentence in body
        assert 0 <= label["evidence"]["share"] <= 1


def test_a_text_of_one_sentence_rests_on_it(classifier: Path, brought: Bring) -> None:
    found = labels(brought(classifier, "threshold = 0.0001\n" + MAPPING.format("multi")), WATER)
    for label in found.values():
        assert label["evidence"] == {"sentence": WATER, "share": label["probability"]}


def test_hypotheses_have_evidence_too(judge: Path, brought: Bring) -> None:
    for problem, threshold in (("multi", 0.001), ("single", 0.001)):
        found = labels(brought(judge, ZERO.format(problem, threshold))).values()
        assigned = [label for label in found if label["assigned"]]
        assert len(assigned) == (17 if problem == "multi" else 1)
        assert all(label["evidence"]["sentence"] in TEXT for label in assigned)


def test_another_hypothesis_gives_other_probabilities(judge: Path, brought: Bring) -> None:
    """What does not fit into the window beside the hypothesis goes into the next."""
    text = ZERO.format("multi", 0.5) + 'hypothesis = "{name}"\n'
    long = text.replace("{name}", "{name}: {name}, {name}")
    found = [labels(brought(judge, written), "water " * 60) for written in (text, long)]
    by_name, by_more = [[x["probability"] for x in one.values()] for one in found]
    assert by_name != by_more


def test_answers_have_the_form_of_the_shipped_model(
    classifier: Path, brought: Bring, model: Model
) -> None:
    lines = [
        orjson.dumps({"id": 1, "title": "Wells", "text": f"{WATER} {SCHOOL}"}),
        b"{",
        orjson.dumps({"id": 3, "text": ""}),
        orjson.dumps({"id": 4, "text": "La moitié des villages n'ont toujours pas d'eau potable."}),
        orjson.dumps({"id": 5, "title": "Wells", "text": f"{WATER} {SCHOOL}"}),
    ]
    stream = b"\n".join(lines)
    theirs = [orjson.loads(x) for x in label_lines(io.BytesIO(stream), model)]
    here = brought(classifier, MAPPING.format("multi"))
    ours = [orjson.loads(x) for x in label_lines(io.BytesIO(stream), here)]
    assert [list(a) for a in ours] == [list(a) for a in theirs]
    assert [a["status"] for a in ours] == [a["status"] for a in theirs]
    assert list(ours[0]["labels"][0]) == list(theirs[0]["labels"][0])
    assert ours[0]["labels"] == ours[4]["labels"]
    assert {a["model"] for a in ours} == {here.id}
    assert here.id.startswith("hf-tiny-sdg-")
    assert {a["codebook"] for a in ours} == {taxonomy.load().version}


def test_the_languages_are_those_of_the_mapping(classifier: Path, brought: Bring) -> None:
    model = brought(classifier, 'languages = ["fr"]\n' + MAPPING.format("multi"))
    french = "La moitié des villages n'ont toujours pas d'eau potable."
    stream = b"\n".join(orjson.dumps({"text": text}) for text in (french, TEXT))
    first, second = map(orjson.loads, label_lines(io.BytesIO(stream), model))
    assert (first["status"], first["language"]) == ("labelled", "fr")
    assert (second["status"], second["language"]) == ("not labelled: language", "en")


def test_another_content_has_another_id(classifier: Path, brought: Bring, tmp_path: Path) -> None:
    model = brought(classifier, MAPPING.format("multi"))
    assert brought(classifier, "# the same\n" + MAPPING.format("multi")).id == model.id
    assert brought(classifier, "threshold = 0.4\n" + MAPPING.format("multi")).id != model.id
    other = Path(shutil.copytree(classifier, tmp_path / "tiny-sdg"))
    assert brought(other, MAPPING.format("multi")).id == model.id
    save_model(other, [*OUTPUTS[:2], "LABEL_X"])
    changed = brought(other, MAPPING.format("multi").replace("LABEL_2", "LABEL_X"))
    assert changed.id != model.id
    assert changed.id[:-12] == model.id[:-12]


def test_a_folder_of_ours_and_one_of_theirs(classifier: Path, model: Model, tmp_path: Path) -> None:
    ours = chosen(str(model.folder), None, tmp_path, allow_download=False)
    assert ours.id == model.id == chosen("", None, model.folder, allow_download=False).id
    theirs = Path(shutil.copytree(classifier, tmp_path / "theirs"))
    (theirs / "labels.toml").write_text(MAPPING.format("multi"))
    assert chosen(str(theirs), None, model.folder, allow_download=False).id.startswith("hf-theirs-")


@pytest.mark.parametrize(
    ("name", "problem"),
    [("", "for Hugging Face models"), ("{empty}", "neither model.json .* nor config.json"),
     ("no/such/folder", "there is no folder no/such/folder"), ("../x y", "there is no folder")],
)  # fmt: skip
def test_what_is_no_model(tmp_path: Path, name: str, problem: str) -> None:
    mapping = tmp_path / "labels.toml" if not name else None
    with pytest.raises(InputError, match=problem):
        chosen(name.format(empty=tmp_path), mapping, SHIPPED_MODEL, allow_download=False)


def _cut(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:2_000])


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "weights cut off": (_cut, "no usable Hugging Face model in"),
    "weights as a pickle": (
        lambda folder: (folder / "model.safetensors").rename(folder / "pytorch_model.bin"),
        "no file named model.safetensors",
    ),
    "no tokenizer": (lambda folder: (folder / "tokenizer.json").unlink(), "it has no tokenizer"),
    "a broken tokenizer": (
        lambda folder: (folder / "tokenizer.json").write_text("{}"), "no usable Hugging Face model",
    ),
    "a broken configuration": (
        lambda folder: (folder / "config.json").write_text("{"), "not a valid JSON file",
    ),
    "another configuration": (
        lambda folder: (folder / "config.json").write_text("{}"), "no usable Hugging Face model",
    ),
    "no head": (
        lambda folder: save_model(folder, OUTPUTS, head=False),
        "not a trained classifier: it has no classifier.bias",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGE)
def test_a_model_that_cannot_be_used(classifier: Path, tmp_path: Path, name: str) -> None:
    """Never labels of random weights or of an empty vocabulary."""
    folder = Path(shutil.copytree(classifier, tmp_path / "damaged"))
    damage, problem = DAMAGE[name]
    damage(folder)
    with pytest.raises(ModelError, match=problem):
        load(str(folder), None, taxonomy.load())


def digest(*arguments: str, stdin: bytes = b"", **environment: str) -> tuple[int, bytes, str]:
    """Run the program: exit status, output, and what it says beside it."""
    environment |= {"PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"} | environment
    done = subprocess.run(
        [sys.executable, "-c", "from digest.cli import main; main()", *arguments],
        input=stdin, capture_output=True, check=False,
        env=os.environ | environment,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr.decode()


LINE = json.dumps({"id": "a", "text": TEXT}).encode() + b"\n"


def test_the_command_says_what_to_write(
    classifier: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["digest", "label", "--model", str(classifier), "-"])
    with pytest.raises(SystemExit) as ended:
        main()
    written, complaint = capsys.readouterr()
    assert (ended.value.code, written) == (2, "")
    assert complaint.startswith("digest: it is not known what the model's outputs mean: write")
    assert '[labels]\n"LABEL_0" = "sdg/1"' in complaint


def test_the_command_without_torch(classifier: Path, tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("raise ImportError('not installed')")
    path = os.pathsep.join([str(tmp_path), *sys.path])
    status, _, complaint = digest("label", "--model", str(classifier), "-", PYTHONPATH=path)
    assert status == 2
    assert "needs torch: install the extra hf" in complaint


def test_nothing_is_fetched_unless_it_is_allowed(classifier: Path, tmp_path: Path) -> None:
    """By name: refused, then fetched from a hub on this machine, then read from the cache."""
    (tmp_path / "labels.toml").write_text(MAPPING.format("multi"))
    arguments = ["label", "--model", "org/tiny", "--labels", str(tmp_path / "labels.toml"), "-"]
    with serving("org/tiny", classifier) as (address, asked):
        here = {"HF_ENDPOINT": address, "HF_HOME": str(tmp_path / "cache")}

        status, answers, complaint = digest(*arguments, stdin=LINE, **here)
        assert (status, answers, asked) == (2, b"", [])
        assert "the model org/tiny is not in this machine's cache" in complaint
        assert "--allow-download" in complaint

        status, answers, complaint = digest(*arguments, "--allow-download", stdin=LINE, **here)
        assert status == 0, complaint
        assert all(
            path.startswith(("/api/models/org/tiny", "/org/tiny/resolve/")) for path in asked
        )
        assert any(path.endswith("/model.safetensors") for path in asked)
        assert not any(path.endswith("/pytorch_model.bin") for path in asked)
        asked.clear()

        again = digest(*arguments, stdin=LINE, **here)
        assert (again[0], again[1], asked) == (0, answers, [])
    [answer] = map(orjson.loads, answers.splitlines())
    assert answer["model"].startswith("hf-tiny-")
    assert {label["label"] for label in answer["labels"]} == {"6", "4"}
