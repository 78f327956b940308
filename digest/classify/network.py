"""A Hugging Face model's files, and its scores for a text; torch is needed here and nowhere else
outside of training."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from digest.errors import InputError, ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

WINDOW = 512  # tokens at most, whatever longer ones the model could take
FILES = ("*.json", "*.safetensors", "*.txt", "*.model")
VOCABULARIES = ("tokenizer.json", "vocab.*", "*.model")
_NAME = re.compile(r"[\w.-]+(/[\w.-]+)?")


def find_folder(name: str, *, allow_download: bool) -> tuple[Path, str]:
    """Where a model's files lie on this machine, and what to call the model.

    ``name`` is a folder or a name on the hub. Without ``allow_download`` nothing is asked for
    outside this machine: the model must be in the local cache.

    Raises:
        InputError: it is neither a folder nor a name.
        ModelError: there is no such model here, or it could not be fetched.
    """
    if Path(name).is_dir():
        return Path(name), Path(name).resolve().name
    if not _NAME.fullmatch(name):
        raise InputError(f"there is no folder {name}, and it is not the name of a model either")
    from huggingface_hub import snapshot_download

    try:
        folder = snapshot_download(
            name, allow_patterns=list(FILES), local_files_only=not allow_download
        )
    except (OSError, ValueError) as error:
        if allow_download:
            raise ModelError(f"the model {name} could not be fetched: {_first(error)}") from None
        raise ModelError(
            f"the model {name} is not in this machine's cache: give the folder that it is in, or "
            "--allow-download to fetch it"
        ) from None
    return Path(folder), name.rpartition("/")[2]


def hashes(folder: Path) -> dict[str, str]:
    """The SHA-256 of each file that makes the model what it is."""
    found = {}
    for path in sorted(path for pattern in FILES for path in folder.glob(pattern)):
        with path.open("rb") as content:
            found[path.name] = hashlib.file_digest(content, "sha256").hexdigest()
    return found


class Network:
    """A sequence classifier with its tokenizer; ``outputs`` are its labels' own names.

    Raises:
        ModelError: torch is missing, or the folder holds no trained sequence classifier.
    """

    outputs: list[str]

    def __init__(self, folder: Path) -> None:
        try:
            import torch
        except ImportError:
            raise ModelError(
                "a Hugging Face model needs torch: install the extra hf (sdg-ai-digest[hf])"
            ) from None
        self._torch = torch
        self._tokenizer, self._model = _loaded(folder, torch.float32)
        config = self._model.config
        self.outputs = [str(config.id2label[n]) for n in range(config.num_labels)]
        longest = getattr(config, "max_position_embeddings", WINDOW)
        self._window = min(WINDOW, self._tokenizer.model_max_length, longest)

    def scores(
        self, text: str, hypothesis: str | None = None
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """The model's scores for each window of a text, and the windows' tokens.

        Shapes (windows, outputs) and (windows,); scores are as the model gives them, before any
        softmax. ``hypothesis`` comes after the text in every window.
        """
        batch = self._tokenizer(
            text, hypothesis, truncation="only_first", max_length=self._window, verbose=False,
            return_overflowing_tokens=True,
        )  # fmt: skip
        tokens = np.array([len(ids) for ids in batch["input_ids"]])
        scores = [self._window_scores(batch, n) for n in range(len(tokens))]
        return np.array(scores), tokens

    def _window_scores(self, batch: Any, number: int) -> NDArray[np.float64]:
        inputs = {
            name: self._torch.tensor([batch[name][number]])
            for name in self._tokenizer.model_input_names
            if name in batch
        }
        with self._torch.inference_mode():
            scores = self._model(**inputs).logits[0]
        result: NDArray[np.float64] = scores.double().numpy()
        return result


def _loaded(folder: Path, precision: Any) -> tuple[Any, Any]:
    import transformers

    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    if not any(path for pattern in VOCABULARIES for path in folder.glob(pattern)):
        # transformers would go on with an empty vocabulary.
        raise ModelError(f"no usable Hugging Face model in {folder}: it has no tokenizer.json")
    try:
        model, read = transformers.AutoModelForSequenceClassification.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, dtype=precision,
            output_loading_info=True,
        )  # fmt: skip
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except Exception as error:
        # The libraries below raise whatever they like at a file that is damaged.
        raise ModelError(f"no usable Hugging Face model in {folder}: {_first(error)}") from error
    if missing := sorted(read["missing_keys"]):
        # transformers would go on with random weights in their place.
        raise ModelError(
            f"the model in {folder} is not a trained classifier: it has no {', '.join(missing[:3])}"
        )
    if not tokenizer.is_fast:
        raise ModelError(f"the model in {folder} has no tokenizer.json, which is needed")
    return tokenizer, model.eval()


def _first(error: Exception) -> str:
    """The first line of a library's message."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
