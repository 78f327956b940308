"""The codebook: the panel's own document of what each label means, read from ``codebook/*.yml``.

Four schemes: ``sdg`` (the 17 goals), ``risk`` (the panel's 21 categories in four groups), ``mit``
(the 24 subdomains of the MIT AI Risk Repository) and ``ai`` (relevance). An editor changes a file;
the version, a hash of the content, changes with it, and every label carries that version.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from digest.errors import ConfigError
from digest.items import digest_of

SCHEMES = ("sdg", "risk", "mit", "ai")
LANGUAGES = ("en", "ar", "zh", "fr", "ru", "es")
CODEBOOK = Path(__file__).parent / "codebook"


@dataclass(frozen=True, slots=True)
class Label:
    """One label with its criteria. ``names`` has the six UN languages; ``group`` may be ``""``."""

    scheme: str
    id: str
    names: dict[str, str]
    definition: str
    includes: tuple[str, ...]
    excludes: tuple[str, ...]
    borderline: tuple[tuple[str, str], ...]
    group: str

    @property
    def name(self) -> str:
        """The English name."""
        return self.names["en"]


@dataclass(frozen=True, slots=True)
class Group:
    """A heading over labels, such as the four kinds of who or what is vulnerable."""

    id: str
    names: dict[str, str]


@dataclass(frozen=True, slots=True)
class Codebook:
    """All schemes. ``version`` is a hash of their content."""

    labels: tuple[Label, ...]
    groups: dict[str, tuple[Group, ...]]
    version: str

    def scheme(self, scheme: str) -> tuple[Label, ...]:
        """The labels of one scheme, in the codebook's order."""
        return tuple(label for label in self.labels if label.scheme == scheme)

    def label(self, scheme: str, label_id: str) -> Label:
        """One label.

        Raises:
            ConfigError: when the codebook has no such label.
        """
        for label in self.labels:
            if (label.scheme, label.id) == (scheme, label_id):
                return label
        raise ConfigError(f"the codebook has no label {scheme}/{label_id}")


def load(folder: Path = CODEBOOK) -> Codebook:
    """Read the codebook.

    Raises:
        ConfigError: names the file and the label when something is missing or malformed.
    """
    content = {scheme: _read(folder / f"{scheme}.yml") for scheme in SCHEMES}
    return Codebook(
        labels=tuple(
            _label(scheme, entry, folder / f"{scheme}.yml")
            for scheme in SCHEMES
            for entry in content[scheme]["labels"]
        ),
        groups={
            scheme: tuple(Group(g["id"], g["names"]) for g in content[scheme].get("groups", ()))
            for scheme in SCHEMES
        },
        version=digest_of(content, prefix="c1-", length=12),
    )


def _read(path: Path) -> dict[str, list[dict[str, Any]]]:
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"the codebook lacks {path.name} in {path.parent}") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"the codebook file {path} is not valid YAML: {error}") from None
    if not isinstance(content, dict) or not content.get("labels"):
        raise ConfigError(f"the codebook file {path} has no labels")
    return content


def _label(scheme: str, entry: dict[str, Any], path: Path) -> Label:
    name = f"{path.name}, label {entry.get('id', '?')}"
    names = entry.get("names")
    if not isinstance(names, dict) or set(names) != set(LANGUAGES):
        raise ConfigError(f"{name}: 'names' must have exactly {', '.join(LANGUAGES)}")
    if not entry.get("definition"):
        raise ConfigError(f"{name}: 'definition' is missing")
    return Label(
        scheme=scheme,
        id=str(entry["id"]),
        names=names,
        definition=" ".join(str(entry["definition"]).split()),
        includes=_texts(entry.get("includes")),
        excludes=_texts(entry.get("excludes")),
        borderline=tuple((str(r["case"]), str(r["ruling"])) for r in entry.get("borderline") or ()),
        group=str(entry.get("group", "")),
    )


def _texts(value: list[str] | None) -> tuple[str, ...]:
    return tuple(map(str, value or ()))
