from __future__ import annotations

from dataclasses import replace

from digest.classify.heads import Heads
from digest.classify.model import Model


def with_heads(model: Model, heads: Heads) -> Model:
    """The same model with other heads; its encoder is not loaded again."""
    other = replace(model, heads=heads)
    vars(other)["encoder"] = model.encoder  # where cached_property keeps it
    return other
