"""Which model labels: the one in use, another of ours, or a Hugging Face one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from digest.errors import InputError

if TYPE_CHECKING:
    from digest.classify.label import Labeller


def chosen(name: str, labels: Path | None, in_use: Path, *, allow_download: bool) -> Labeller:
    """The model that ``name`` stands for; ``""`` is the one in the folder ``in_use``.

    A folder with ``model.json`` holds a model of ours, one with ``config.json`` alone one of
    Hugging Face; what is no folder is a name on the hub. ``labels`` says what the outputs of a
    Hugging Face model mean.

    Raises:
        InputError: the folder holds neither.
        ModelError: the model cannot be used.
        ConfigError: what the outputs mean is not known.
    """
    from digest.classify.model import Model

    folder = Path(name)
    if not name or (folder / "model.json").exists():
        if labels or allow_download:
            raise InputError("--labels and --allow-download are for Hugging Face models")
        return Model.load(folder if name else in_use)
    if folder.is_dir() and not (folder / "config.json").exists():
        raise InputError(
            f"{name} holds no model: neither model.json (one of digest train) nor config.json "
            "(one of Hugging Face)"
        )
    from digest import taxonomy
    from digest.classify import huggingface

    return huggingface.load(name, labels, taxonomy.load(), allow_download=allow_download)
