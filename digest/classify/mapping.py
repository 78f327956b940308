"""What the outputs of a Hugging Face model mean: ``labels.toml``, written by whoever brings one.

Either the model's own labels are named, one by one::

    problem = "multi"          # or "single": at most one label a text
    languages = ["en"]         # those that the model reads
    threshold = 0.5            # a label is assigned from this probability on
    unsure = 0.1               # so near the threshold a person should look first

    [labels]                   # as in the model's config.json (id2label)
    LABEL_0 = "sdg/1"
    LABEL_1 = "sdg/none"       # no label applies; "" for an output that means nothing here

or the model judges hypotheses (natural language inference), one for each label of the codebook::

    problem = "multi"

    [zero-shot]
    schemes = ["sdg"]
    hypothesis = "This text is about {name}."   # or {definition}, or both
    entailment = "entailment"  # the model's own label for a hypothesis that follows
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from digest.classify.heads import NONE
from digest.errors import ConfigError, first_problem, some_of
from digest.taxonomy import Codebook

MAPPING = "labels.toml"


def _has_a_place(hypothesis: str) -> str:
    if "{name}" not in hypothesis and "{definition}" not in hypothesis:
        raise ValueError("must contain {name} or {definition}")
    return hypothesis


class ZeroShot(BaseModel):
    """Labels by hypotheses."""

    model_config = ConfigDict(extra="forbid")

    schemes: Annotated[list[Literal["sdg", "risk", "mit", "ai"]], Field(min_length=1)]
    hypothesis: Annotated[str, AfterValidator(_has_a_place)] = "This text is about {name}."
    entailment: str = "entailment"


class Mapping(BaseModel):
    """What stands in ``labels.toml``; exactly one of ``labels`` and ``zero_shot`` is there."""

    model_config = ConfigDict(extra="forbid")

    problem: Literal["single", "multi"]
    languages: Annotated[list[str], Field(min_length=1)] = ["en"]
    threshold: Annotated[float, Field(gt=0, le=1)] = 0.5
    unsure: Annotated[float, Field(ge=0, le=1)] = 0.1
    labels: dict[str, str] | None = None
    zero_shot: Annotated[ZeroShot | None, Field(alias="zero-shot")] = None


def read_mapping(path: Path, outputs: Iterable[str]) -> Mapping:
    """Read the mapping of a model whose labels are named ``outputs``.

    Raises:
        ConfigError: the file is missing or wrong; says what to write.
    """
    try:
        mapping = Mapping.model_validate(tomllib.loads(path.read_text("utf-8-sig")))
    except FileNotFoundError:
        raise ConfigError(_what_to_write(path, list(outputs))) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from None
    except ValidationError as error:
        raise ConfigError(f"{path}: {first_problem(error)}") from None
    if (mapping.labels is None) == (mapping.zero_shot is None):
        raise ConfigError(f"{path}: write either [labels] or [zero-shot], and not both")
    return mapping


def columns_of(
    path: Path, mapping: Mapping, outputs: list[str], codebook: Codebook
) -> tuple[tuple[str, str] | None, ...]:
    """For each of the model's outputs the (scheme, label) that it means, None for nothing.

    Raises:
        ConfigError: outputs and mapping do not fit, or the codebook has no such label.
    """
    labels = mapping.labels or {}
    if unknown := labels.keys() - set(outputs):
        raise ConfigError(
            f"{path}: the model has no output {_listed(unknown)}; it has {_listed(outputs)}"
        )
    if missing := [output for output in outputs if output not in labels]:
        raise ConfigError(f'{path}: say what {_listed(missing)} means, "" if it means nothing here')
    columns = tuple(_pair(path, labels[output], codebook) for output in outputs)
    named = [column for column in columns if column]
    if len(set(named)) < len(named):
        raise ConfigError(f"{path}: two outputs mean the same label")
    if not named:
        raise ConfigError(f"{path}: no output means a label")
    if mapping.problem == "single" and len({scheme for scheme, _ in named}) > 1:
        raise ConfigError(f'{path}: with problem = "single" all labels must be of one scheme')
    return columns


def entailment_of(path: Path, asked: ZeroShot, outputs: list[str]) -> tuple[int, int]:
    """Which of the model's outputs stand for entailment and for contradiction.

    Raises:
        ConfigError: the model has no such output, or only one output at all.
    """
    folded = [output.casefold() for output in outputs]
    if asked.entailment.casefold() not in folded or len(outputs) < 2:
        raise ConfigError(
            f"{path}: zero-shot.entailment: the model has no output {asked.entailment!r} beside "
            f"another one; it has {_listed(outputs)}"
        )
    entails = folded.index(asked.entailment.casefold())
    contradicts = [n for n, output in enumerate(folded) if output.startswith("contra")]
    # Models of two outputs have "not_entailment" or the like.
    return entails, contradicts[0] if contradicts else (len(outputs) - 1 if entails == 0 else 0)


def _pair(path: Path, written: str, codebook: Codebook) -> tuple[str, str] | None:
    if not written:
        return None
    scheme, _, label = written.partition("/")
    known = {known.id for known in codebook.scheme(scheme)}
    if label not in known | ({NONE} if known else set()):
        raise ConfigError(f'{path}: the codebook has no label {written!r}; write it as "sdg/1"')
    return scheme, label


def _what_to_write(path: Path, outputs: list[str]) -> str:
    lines = "\n".join(f'"{output}" = "sdg/{n}"' for n, output in enumerate(outputs[:3], 1))
    rest = f"\n# and so on for all {len(outputs)}" if len(outputs) > 3 else ""
    return (
        f"it is not known what the model's outputs mean: write {path}, or give another file with "
        f'--labels FILE. For example:\n\nproblem = "multi"  # or "single"\nlanguages = ["en"]\n\n'
        f"[labels]\n{lines}{rest}\n\n"
        'or, for a model that judges hypotheses, [zero-shot] with schemes = ["sdg"]'
    )


def _listed(names: Iterable[str]) -> str:
    return some_of([repr(name) for name in sorted(names)])
