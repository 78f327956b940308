"""The sample quarter: invented texts for 2026Q1, served in the real wire formats.

The demo and the tests harvest it with the same clients as a live run: OAI-PMH, the arXiv
search API, and feeds in several dialects, from a small server on this machine. Nothing in it
is real: every record says `Sample record, invented text`, links lead to `*.sample.example`,
and arXiv ids end in 9xxxx, which arXiv does not reach in a month.

    with sample_server(stage=1) as base_url:      # digest.sample.server
        ...                                       # harvest base_url + "/oai"

Stage 1 is the world shortly after the quarter closed; stage 2 is a month later, when late
arrivals have appeared. `data` reads the texts, `oai`, `search` and `feeds` turn them into
documents (data in, bytes out), `server` puts them on a port. It is not used in a live run.
"""

from __future__ import annotations

from pathlib import Path

QUARTER = "2026Q1"
SOURCES = Path(__file__).with_name("sources.toml")
# Sources that are meant to fail, so that the demo shows how a failure is reported.
FAULTY = frozenset({"sample-broken", "sample-empty"})
