"""Who publishes a source, where the source list or the items' links tell, and where they do not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def publisher(source: str, known: Mapping[str, str]) -> str:
    """Who publishes a source: as it is known, else arXiv of its own sources, else its id."""
    return known.get(source) or ("arXiv" if source.startswith("arxiv") else source)


def publishers_of(sources: Iterable[str], known: Mapping[str, str]) -> tuple[str, ...]:
    """Who publishes some sources, each once, in their order."""
    return tuple(dict.fromkeys(publisher(source, known) for source in sources))
