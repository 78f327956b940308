from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from digest.classify.heads import Heads
from digest.classify.model import Model


@pytest.fixture(scope="session")
def model() -> Model:
    """The model that is shipped, whichever that is; its encoder is loaded once."""
    return Model.load()


@pytest.fixture(scope="session")
def eager(model: Model) -> Model:
    """The same model with every threshold at zero, so that whatever can be assigned is."""
    return with_heads(model, replace(model.heads, threshold=np.zeros_like(model.heads.threshold)))


def with_heads(model: Model, heads: Heads) -> Model:
    other = replace(model, heads=heads)
    vars(other)["encoder"] = model.encoder  # where cached_property keeps it
    return other
