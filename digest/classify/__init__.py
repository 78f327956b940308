"""Labels: what a text is about, how sure the model is, and which sentence says so.

``model`` loads what is shipped, ``language`` tells which texts it can read, ``encoder`` turns a
text into a vector, ``heads`` turn the vector into probabilities, ``evidence`` finds the sentence,
``label`` puts them together for one text or a stream of lines. ``train`` makes the model.
"""

from __future__ import annotations

import os
import sys
from typing import Any

# What is loaded below here would tell its makers that it is used. Without this module OpenVINO
# takes a stub of its own in its place; with it, it sends at each import.
_modules: dict[str, Any] = sys.modules
_modules.setdefault("openvino_telemetry", None)
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # read when the library is imported
