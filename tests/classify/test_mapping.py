from __future__ import annotations

from pathlib import Path

import pytest

from digest import taxonomy
from digest.classify.mapping import ZeroShot, columns_of, entailment_of, read_mapping
from digest.errors import ConfigError

OUTPUTS = ["LABEL_0", "LABEL_1", "LABEL_2", "LABEL_3"]
LABELS = '\n[labels]\nLABEL_0 = "sdg/6"\nLABEL_1 = "sdg/13"\nLABEL_2 = "sdg/none"\nLABEL_3 = ""\n'
GOOD = 'problem = "multi"' + LABELS


def columns(path: Path, text: str) -> tuple[tuple[str, str] | None, ...]:
    path.write_text(text, "utf-8")
    mapping = read_mapping(path, OUTPUTS)
    return columns_of(path, mapping, OUTPUTS, taxonomy.load())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "labels.toml"


def test_outputs_are_translated(path: Path) -> None:
    assert columns(path, GOOD) == (("sdg", "6"), ("sdg", "13"), ("sdg", "none"), None)
    assert columns(path, "\ufeff" + GOOD) == columns(path, GOOD)  # as editors under Windows begin
    mapping = read_mapping(path, OUTPUTS)
    assert (mapping.languages, mapping.threshold, mapping.unsure) == (["en"], 0.5, 0.1)


WRONG = {
    "not TOML": ("problem = ", "cannot be read: Invalid value"),
    "no problem": (LABELS, "problem: Field required"),
    "another problem": (GOOD.replace("multi", "many"), "problem: Input should be 'single' or"),
    "an unknown key": ("treshold = 0.4\n" + GOOD, "treshold: Extra inputs are not permitted"),
    "a threshold of zero": ("threshold = 0\n" + GOOD, "threshold: Input should be greater than 0"),
    "no language": ("languages = []\n" + GOOD, "languages: List should have at least 1 item"),
    "neither kind": ('problem = "multi"', r"write either \[labels\] or \[zero-shot\]"),
    "both kinds": (GOOD + '[zero-shot]\nschemes = ["sdg"]', r"write either \[labels\] or"),
    "an unknown output": (GOOD + 'LABEL_9 = "sdg/1"', "the model has no output 'LABEL_9'; it has"),
    "an output left out": (GOOD.replace("LABEL_3", "#"), "say what 'LABEL_3' means"),
    "an unknown label": (GOOD.replace("sdg/13", "sdg/18"), "no label 'sdg/18'; write it as"),
    "an unknown scheme": (GOOD.replace("sdg/13", "goal/none"), "no label 'goal/none'"),
    "a label without scheme": (GOOD.replace("sdg/13", "13"), "no label '13'"),
    "a label twice": (GOOD.replace("sdg/13", "sdg/6"), "two outputs mean the same label"),
    "two schemes of which one": (
        GOOD.replace("multi", "single").replace("sdg/13", "mit/1.1"),
        "all labels must be of one scheme",
    ),
    "nothing": (
        'problem = "multi"\n[labels]\n' + "\n".join(f'{o} = ""' for o in OUTPUTS),
        "no output means a label",
    ),
    "a hypothesis without a place": (
        'problem = "multi"\n[zero-shot]\nschemes = ["sdg"]\nhypothesis = "It is."',
        "zero-shot.hypothesis: must contain {name} or {definition}",
    ),
    "an unknown scheme of hypotheses": (
        'problem = "multi"\n[zero-shot]\nschemes = ["goals"]',
        "zero-shot.schemes.0: Input should be 'sdg'",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_is_explained(path: Path, name: str) -> None:
    text, problem = WRONG[name]
    with pytest.raises(ConfigError, match=f"^{path}[: ].*{problem}"):
        columns(path, text)


def test_a_missing_file_says_what_to_write(path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read_mapping(path, OUTPUTS)
    message = str(caught.value)
    assert f"write {path}, or give another file with --labels" in message
    start = message.index("problem =")
    example = message[start : message.index("\n\nor,")]
    assert "# and so on for all 4" in example
    assert columns(path, example + '\nLABEL_3 = ""')[:3] == (
        ("sdg", "1"),
        ("sdg", "2"),
        ("sdg", "3"),
    )


@pytest.mark.parametrize(
    ("outputs", "expected"),
    [
        (["contradiction", "neutral", "entailment"], (2, 0)),
        (["ENTAILMENT", "NEUTRAL", "CONTRADICTION"], (0, 2)),
        (["entailment", "not_entailment"], (0, 1)),
        (["not_entailment", "entailment"], (1, 0)),
        (["neutral", "contradiction", "entailment"], (2, 1)),
    ],
)
def test_the_outputs_of_a_judge(path: Path, outputs: list[str], expected: tuple[int, int]) -> None:
    assert entailment_of(path, ZeroShot(schemes=["sdg"]), outputs) == expected


@pytest.mark.parametrize("outputs", [["LABEL_0", "LABEL_1"], ["entailment"]])
def test_a_model_that_does_not_judge(path: Path, outputs: list[str]) -> None:
    with pytest.raises(ConfigError, match="no output 'entailment' beside another one"):
        entailment_of(path, ZeroShot(schemes=["sdg"]), outputs)
