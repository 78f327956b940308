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
            for entry in _entries(content[scheme], folder / f"{scheme}.yml")
        ),
        groups={
            scheme: tuple(
                Group(str(group["id"]), _names(f"{scheme}.yml, group {group['id']}", group))
                for group in content[scheme].get("groups") or ()
            )
            for scheme in SCHEMES
        },
        version=digest_of(_collapsed(content), prefix="c1-", length=12),
    )


def _read(path: Path) -> dict[str, list[dict[str, Any]]]:
    try:
        content = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    except FileNotFoundError:
        raise ConfigError(f"the codebook lacks {path.name} in {path.parent}") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"the codebook file {path} is not valid YAML: {error}") from None
    if not isinstance(content, dict) or not content.get("labels"):
        raise ConfigError(f"the codebook file {path} has no labels")
    return content


def _entries(content: dict[str, Any], path: Path) -> list[dict[str, Any]]:
    """The labels as written, after what concerns more than one of them has been checked."""
    groups = {str(group["id"]) for group in content.get("groups") or ()}
    seen: set[str] = set()
    for number, entry in enumerate(content["labels"], 1):
        if not isinstance(entry, dict) or not entry.get("id"):
            raise ConfigError(f"{path.name}: entry {number} under 'labels' has no 'id'")
        name, group = str(entry["id"]), str(entry.get("group") or "")
        if name in seen:
            raise ConfigError(f"{path.name}, label {name}: the id is used twice")
        if group and group not in groups:
            raise ConfigError(f"{path.name}, label {name}: there is no group {group!r}")
        seen.add(name)
    return list(content["labels"])


def _label(scheme: str, entry: dict[str, Any], path: Path) -> Label:
    name = f"{path.name}, label {entry['id']}"
    if not entry.get("definition"):
        raise ConfigError(f"{name}: 'definition' is missing")
    return Label(
        scheme=scheme,
        id=str(entry["id"]),
        names=_names(name, entry),
        definition=" ".join(str(entry["definition"]).split()),
        includes=_texts(name, entry, "includes"),
        excludes=_texts(name, entry, "excludes"),
        borderline=tuple(_ruling(name, ruling) for ruling in entry.get("borderline") or ()),
        group=str(entry.get("group") or ""),
    )


def _ruling(name: str, ruling: Any) -> tuple[str, str]:
    if not isinstance(ruling, dict) or set(ruling) != {"case", "ruling"}:
        raise ConfigError(f"{name}: each entry under 'borderline' must have 'case' and 'ruling'")
    return str(ruling["case"]), str(ruling["ruling"])


def _names(name: str, entry: dict[str, Any]) -> dict[str, str]:
    names = entry.get("names")
    if not isinstance(names, dict) or set(names) != set(LANGUAGES) or not all(names.values()):
        raise ConfigError(f"{name}: 'names' must have exactly {', '.join(LANGUAGES)}")
    return {language: str(names[language]) for language in LANGUAGES}


def _texts(name: str, entry: dict[str, Any], key: str) -> tuple[str, ...]:
    texts = entry.get(key) or []
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise ConfigError(f"{name}: {key!r} must be a list of texts; quote one that holds a colon")
    return tuple(texts)


def _collapsed(value: Any) -> Any:
    """The content with every run of white space made one blank: layout is not a new version."""
    if isinstance(value, dict):
        return {key: _collapsed(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_collapsed(part) for part in value]
    return " ".join(value.split()) if isinstance(value, str) else value
