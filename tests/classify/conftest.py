from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from digest.classify.model import Model
from tests.classify.other_heads import with_heads


@pytest.fixture(scope="session")
def model() -> Model:
    """The model that is shipped, whichever that is; its encoder is loaded once."""
    return Model.load()


@pytest.fixture(scope="session")
def eager(model: Model) -> Model:
    """The same model with every threshold at zero, so that whatever can be assigned is."""
    return with_heads(model, replace(model.heads, threshold=np.zeros_like(model.heads.threshold)))
