"""Fine-tuning the encoder on all schemes at once (torch, extra ``train``).

One encoder serves every scheme, so one pass over a text gives all its labels. Each scheme has a
linear layer over the unit-length mean of the token states, as at run time; a text counts in the
loss of those schemes in which somebody judged it. The token embeddings stay as they are: they hold
half the weights and a few thousand texts would only bend the words that occur in them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from digest.classify.train.data import Example
from digest.classify.train.heads import EXCLUSIVE
from digest.config import Report
from digest.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

SCALE = 16.0  # of unit vectors before the linear layers: with 1, log-odds could not move


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train. Learning rates of encoder and heads fall linearly to 0 after ``warm_up``.

    The encoder's weights are in the end a mean of the trained ones, by ``share``, and of those that
    it started from: that keeps some of what it knew of texts unlike the training's.
    """

    epochs: int = 4
    batch: int = 16
    encoder_rate: float = 6e-5
    heads_rate: float = 2e-3
    warm_up: float = 0.06
    max_tokens: int = 192
    smoothing: float = 0.02
    seed: int = 1
    share: float = 0.8


@dataclass(frozen=True, slots=True)
class Trained:
    """The encoder's weights by name, and per (scheme, label) one row of weights and bias."""

    encoder: dict[str, NDArray[np.float32]]
    labels: tuple[tuple[str, str], ...]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]


def finetune(
    start: Path,
    examples: Sequence[Example],
    schemes: dict[str, list[str]],
    recipe: Recipe,
    tell: Report,
) -> Trained:
    """Train from the checkpoint folder ``start``; ``schemes`` gives the labels of each scheme.

    Raises:
        InputError: there is no BERT checkpoint in ``start``.
    """
    import torch

    torch.manual_seed(recipe.seed)
    tokenizer, encoder = loaded(start)
    before = {name: value.clone() for name, value in encoder.state_dict().items()}
    encoder.embeddings.requires_grad_(False)
    encoder.train()
    heads = torch.nn.ModuleDict(
        {s: torch.nn.Linear(encoder.config.hidden_size, len(names)) for s, names in schemes.items()}
    )
    ids = tokenizer([e.text for e in examples], truncation=True, max_length=recipe.max_tokens)[
        "input_ids"
    ]
    targets = {s: _targets(examples, s, names) for s, names in schemes.items()}
    order = list(_batches([len(i) for i in ids], recipe))
    optimizer = torch.optim.AdamW(
        [
            {"params": [p for p in encoder.parameters() if p.requires_grad],
             "lr": recipe.encoder_rate, "weight_decay": 0.01},
            {"params": heads.parameters(), "lr": recipe.heads_rate, "weight_decay": 0.0},
        ]
    )  # fmt: skip
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: _rate(step, len(order), recipe)
    )
    began, smooth = time.monotonic(), 0.0
    for step, rows in enumerate(order):
        loss = _loss(encoder, heads, ids, targets, rows, recipe)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        smooth = 0.98 * smooth + 0.02 * loss.item() if step else loss.item()
        if step % 50 == 0:
            seconds = time.monotonic() - began
            left = seconds / (step + 1) * (len(order) - step - 1)
            tell(
                f"step {step:,} of {len(order):,}, loss {smooth:.3f}, {seconds:,.0f} s, "
                f"{left / 60:.0f} min left"
            )
    return _trained(_mean(encoder, before, recipe.share), heads, schemes)


def _targets(
    examples: Sequence[Example], scheme: str, names: list[str]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Per example and label 1 or 0, and its weight in this scheme's loss (0: not judged)."""
    values = np.zeros((len(examples), len(names)), np.float32)
    weights = np.zeros((len(examples), len(names)), np.float32)
    for row, example in enumerate(examples):
        for column, name in enumerate(names):
            if example.judges(scheme, name):
                weights[row, column] = example.weight
                values[row, column] = name in example.labels[scheme]
        if scheme in EXCLUSIVE and not example.labels.get(scheme):
            weights[row] = 0  # rejected: which other label is right, nobody said
    return values, weights


def _batches(lengths: list[int], recipe: Recipe) -> Iterator[list[int]]:
    """Random batches of texts of like length: little padding."""
    random = np.random.default_rng(recipe.seed)
    for _ in range(recipe.epochs):
        near = sorted(range(len(lengths)), key=lambda i: lengths[i] + random.uniform(0, 24))
        batches = [near[i : i + recipe.batch] for i in range(0, len(near), recipe.batch)]
        random.shuffle(batches)
        yield from batches


def loaded(start: Path) -> tuple[Any, Any]:
    """Tokenizer and encoder of a checkpoint's folder.

    Raises:
        InputError: there is none of BERT that can be read.
    """
    from transformers import AutoConfig, AutoModel, AutoTokenizer

    try:
        kind = AutoConfig.from_pretrained(start, local_files_only=True).model_type
        if kind != "bert":
            raise InputError(f"the checkpoint {start} is of the kind {kind}: give one of BERT")
        tokenizer = AutoTokenizer.from_pretrained(start, local_files_only=True)
        return tokenizer, AutoModel.from_pretrained(
            start, attn_implementation="eager", local_files_only=True
        )
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise InputError(
            f"there is no checkpoint that can be read in {start}: give the folder with "
            f"config.json, weights and the tokenizer's files ({str(error).splitlines()[0]})"
        ) from None


def _rate(step: int, steps: int, recipe: Recipe) -> float:
    warm = max(1, int(recipe.warm_up * steps))
    return min((step + 1) / warm, max(0.0, (steps - step) / max(1, steps - warm)))


def _loss(
    encoder: Any, heads: Any, ids: list[list[int]], targets: dict[str, Any], rows: list[int],
    recipe: Recipe,
) -> Any:  # fmt: skip
    import torch

    longest = max(len(ids[r]) for r in rows)
    tokens = torch.tensor([ids[r] + [0] * (longest - len(ids[r])) for r in rows])
    mask = torch.tensor([[1] * len(ids[r]) + [0] * (longest - len(ids[r])) for r in rows])
    with torch.autocast("cpu", torch.bfloat16):
        states = encoder(input_ids=tokens, attention_mask=mask).last_hidden_state
    states = states.float() * mask[:, :, None]
    vectors = torch.nn.functional.normalize(states.sum(dim=1), dim=1) * SCALE
    total = torch.zeros(())
    for scheme, (values, weights) in targets.items():
        weight = torch.from_numpy(weights[rows])
        if weight.sum() == 0:
            continue
        wanted, scores = torch.from_numpy(values[rows]), heads[scheme](vectors)
        if scheme in EXCLUSIVE:
            each = weight.amax(dim=1) * torch.nn.functional.cross_entropy(
                scores, wanted, reduction="none", label_smoothing=recipe.smoothing
            )
        else:
            soft = wanted * (1 - recipe.smoothing) + recipe.smoothing / 2 * (1 - wanted)
            each = weight * torch.nn.functional.binary_cross_entropy_with_logits(
                scores, soft, reduction="none"
            )
        total = total + each.sum() / len(rows)
    return total


def _mean(encoder: Any, before: dict[str, Any], share: float) -> Any:
    after = encoder.state_dict()
    encoder.load_state_dict(
        {
            name: share * value + (1 - share) * before[name] if value.is_floating_point() else value
            for name, value in after.items()
        }
    )
    return encoder


def _trained(encoder: Any, heads: Any, schemes: dict[str, list[str]]) -> Trained:
    labels = tuple((scheme, name) for scheme, names in schemes.items() for name in names)
    weights = np.concatenate([heads[s].weight.detach().numpy() for s in schemes]) * SCALE
    bias = np.concatenate([heads[s].bias.detach().numpy() for s in schemes])
    state = {name: value.detach().numpy() for name, value in encoder.state_dict().items()}
    return Trained(state, labels, weights.astype(np.float32), bias.astype(np.float32))
