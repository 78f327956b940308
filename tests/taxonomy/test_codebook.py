"""The panel's codebook: complete, in step with the official schemes, and read with clear errors."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from digest.errors import ConfigError
from digest.taxonomy import CODEBOOK, LANGUAGES, SCHEMES, Codebook, Label, load

RISKS = {
    "individuals": [
        "dignity-agency",
        "integrity-health-safety",
        "life-opportunities",
        "rights-liberties",
    ],
    "society": [
        "group-discrimination",
        "vulnerable-groups",
        "security",
        "democracy",
        "information-integrity",
        "rule-of-law",
        "cultural-diversity",
        "social-cohesion",
        "values-norms",
    ],
    "economy": [
        "power-concentration",
        "dependency",
        "unequal-opportunity",
        "missed-use",
        "technosolutionism",
        "systems-stability",
        "intellectual-property",
    ],
    "environment": ["resource-use"],
}
SUBDOMAINS = {"1": 3, "2": 2, "3": 2, "4": 3, "5": 2, "6": 6, "7": 6}
# Goal by goal, the numbered targets and the last lettered one of the official list: 169 in all.
TARGETS = {
    1: (5, "b"), 2: (5, "c"), 3: (9, "d"), 4: (7, "c"), 5: (6, "c"), 6: (6, "b"), 7: (3, "b"),
    8: (10, "b"), 9: (5, "c"), 10: (7, "c"), 11: (7, "c"), 12: (8, "c"), 13: (3, "b"),
    14: (7, "c"), 15: (9, "c"), 16: (10, "b"), 17: (19, ""),
}  # fmt: skip
SCRIPTS = {"ar": r"[\u0600-\u06ff]", "zh": r"[\u4e00-\u9fff]", "ru": r"[\u0400-\u04ff]"}

BOOK = load()
each_label = pytest.mark.parametrize("label", BOOK.labels, ids=lambda x: f"{x.scheme}-{x.id}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the codebook that a test may spoil."""
    return Path(shutil.copytree(CODEBOOK, tmp_path / "codebook"))


def edit(path: Path, pattern: str, replacement: str) -> None:
    """Change the first match, and insist that there is one."""
    text, changes = re.subn(pattern, replacement, path.read_text("utf-8"), count=1)
    assert changes == 1, f"{pattern} is not in {path.name}"
    path.write_text(text, "utf-8")


def targets(goal: int) -> set[str]:
    """The codes of one goal's official targets, such as 1.1 and 1.a."""
    last_number, last_letter = TARGETS[goal]
    letters = [letter for letter in "abcd" if letter <= last_letter]
    return {f"{goal}.{end}" for end in [*range(1, last_number + 1), *letters]}


def test_ids_are_those_of_the_schemes() -> None:
    assert [label.id for label in BOOK.scheme("sdg")] == [str(goal) for goal in range(1, 18)]
    assert [label.id for label in BOOK.scheme("mit")] == [
        f"{domain}.{number}" for domain, last in SUBDOMAINS.items() for number in range(1, last + 1)
    ]
    assert [(label.group, label.id) for label in BOOK.scheme("risk")] == [
        (group, risk) for group, risks in RISKS.items() for risk in risks
    ]
    assert [label.id for label in BOOK.scheme("ai")] == ["relevant"]


def test_groups_are_those_of_the_schemes() -> None:
    ids = {scheme: [group.id for group in BOOK.groups[scheme]] for scheme in SCHEMES}
    assert ids == {"sdg": [], "risk": list(RISKS), "mit": list(SUBDOMAINS), "ai": []}
    assert all(label.group == label.id[0] for label in BOOK.scheme("mit"))
    for scheme in SCHEMES:
        for group in BOOK.groups[scheme]:
            assert_names_fit_their_languages(group.names)


@each_label
def test_a_label_is_named_in_six_languages(label: Label) -> None:
    assert_names_fit_their_languages(label.names)


def assert_names_fit_their_languages(names: dict[str, str]) -> None:
    assert tuple(names) == LANGUAGES
    for language, name in names.items():
        assert name == name.strip()
        assert re.search(SCRIPTS.get(language, r"[A-Za-zÀ-ÿ]"), name), (language, name)
    latin = [names[language] for language in ("en", "fr", "es")]
    assert not any(re.search("|".join(SCRIPTS.values()), name) for name in latin)


@each_label
def test_a_label_says_what_counts_and_what_does_not(label: Label) -> None:
    assert 20 <= len(label.definition.split()) <= 120
    assert 6 <= len(label.includes) <= 12
    assert 4 <= len(label.excludes) <= 8
    assert 4 <= len(label.borderline) <= 10
    rulings = [text for pair in label.borderline for text in pair]
    phrases = [*label.includes, *label.excludes]
    assert all(text.strip() for text in (*phrases, *rulings))
    assert len(set(phrases)) == len(phrases), "a phrase stands twice"


@pytest.mark.parametrize("goal", TARGETS)
def test_a_goal_covers_each_of_its_targets(goal: int) -> None:
    phrases = " ".join(BOOK.label("sdg", str(goal)).includes)
    assert set(re.findall(r"\d+\.(?:\d+|[a-d])\b", phrases)) == targets(goal)


def test_targets_are_169() -> None:
    assert sum(len(targets(goal)) for goal in TARGETS) == 169


def test_rulings_name_only_labels_that_exist() -> None:
    risks = {label.id for label in BOOK.scheme("risk")}
    hyphenated = {risk for risk in risks if "-" in risk}
    for label in BOOK.scheme("risk"):
        for _, ruling in label.borderline:
            named = set(re.findall(r"\b[a-z]+(?:-[a-z]+)+\b", ruling))
            assert named <= hyphenated, (label.id, ruling)
    subdomains = {label.id for label in BOOK.scheme("mit")}
    for label in BOOK.scheme("mit"):
        for _, ruling in label.borderline:
            assert set(re.findall(r"\d\.\d", ruling)) <= subdomains, (label.id, ruling)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_none_is_explained_and_is_no_label(scheme: str) -> None:
    assert re.search(r"^none: ", (CODEBOOK / f"{scheme}.yml").read_text("utf-8"), re.MULTILINE)
    assert "none" not in {label.id for label in BOOK.scheme(scheme)}


def test_the_mit_repository_is_credited() -> None:
    head = (CODEBOOK / "mit.yml").read_text("utf-8").split("scheme:")[0]
    assert "AI Risk Repository" in head
    assert "CC BY 4.0" in head


def test_a_changed_definition_is_a_new_version(folder: Path) -> None:
    edit(folder / "sdg.yml", "decent life", "good life")
    assert load(folder).version != BOOK.version


def test_a_changed_ruling_is_a_new_version(folder: Path) -> None:
    edit(folder / "mit.yml", "ruling: None", "ruling: Any")
    assert load(folder).version != BOOK.version


def test_a_changed_explanation_of_none_is_a_new_version(folder: Path) -> None:
    edit(folder / "risk.yml", "No category applies", "Nothing applies")
    assert load(folder).version != BOOK.version


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [
        pytest.param(r"a decent life", "a\n      decent  life", id="line broken, blank doubled"),
        pytest.param(r"definition: >-", "definition: >", id="line end kept"),
        pytest.param(r"en: No poverty", "en:    No poverty", id="blanks before a value"),
        pytest.param(r"labels:", "labels:\n\n  # a comment", id="comment"),
    ],
)
def test_layout_is_not_a_new_version(folder: Path, pattern: str, replacement: str) -> None:
    edit(folder / "sdg.yml", pattern, replacement)
    assert load(folder) == BOOK


def test_windows_line_ends_are_not_a_new_version(folder: Path) -> None:
    for path in folder.iterdir():
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert load(folder) == BOOK


@pytest.mark.parametrize(
    ("file", "pattern", "replacement", "words"),
    [
        ("sdg", r"      zh: 无贫穷\n", "", "sdg.yml, label 1: 'names' must have"),
        ("sdg", r"zh: 零饥饿", "zh:", "sdg.yml, label 2: 'names' must have"),
        (
            "risk",
            r"    names:\n(      .*\n)+    definition",
            "    definition",
            "dignity-agency: 'n",
        ),
        ("mit", r"definition: >-\n(      .*\n)+", "definition:\n", "mit.yml, label 1.1: 'definit"),
        ("mit", r'- id: "1.2"', '- id: "1.1"', "mit.yml, label 1.1: the id is used twice"),
        ("sdg", r'- id: "1"\n    names', "- names", "sdg.yml: entry 1 under 'labels' has no 'id'"),
        ("risk", r"group: society", "group: sociey", "group-discrimination: there is no group 's"),
        ("risk", r"      fr: Individus\n", "", "risk.yml, group individuals: 'names' must have"),
        ("ai", r"        ruling: Relevant.\n", "", "ai.yml, label relevant: each entry under 'bo"),
        ("sdg", r"- aid and", "- aid: and", "sdg.yml, label 1: 'includes' must be a list"),
        ("sdg", r"excludes:\n(      .*\n)+", "excludes: all\n", "label 1: 'excludes' must be a"),
        ("mit", r"labels:\n", "labels: [\n", "mit.yml is not valid YAML"),
        ("ai", r"(?s)labels:.*", "labels: []\n", "ai.yml has no labels"),
    ],
)
def test_a_slip_is_named_with_file_and_label(
    folder: Path, file: str, pattern: str, replacement: str, words: str
) -> None:
    edit(folder / f"{file}.yml", pattern, replacement)
    with pytest.raises(ConfigError) as caught:
        load(folder)
    assert words in str(caught.value)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "risk.yml").unlink()
    with pytest.raises(ConfigError, match=r"lacks risk\.yml"):
        load(folder)


def test_an_unknown_label_is_refused() -> None:
    with pytest.raises(ConfigError, match="no label sdg/18"):
        BOOK.label("sdg", "18")


def test_the_codebook_is_read_alike_twice() -> None:
    again: Codebook = load()
    assert again == BOOK
