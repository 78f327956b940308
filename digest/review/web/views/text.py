"""A text cut into pieces, so that the sentences that carry labels can be marked in it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from digest.review.packet import PacketItem, PacketLabel


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text. ``labels`` are those whose evidence it belongs to (``sdg/7``); ``first``
    those of them whose evidence begins here."""

    text: str
    labels: tuple[str, ...] = ()
    first: tuple[str, ...] = ()


Span = tuple[int, int, str]  # start, end, label


def pieces(text: str, spans: Iterable[Span]) -> tuple[Piece, ...]:
    """``text`` in pieces that begin and end where a span does; joined they are the text."""
    inside = sorted({s for s in spans if 0 <= s[0] < s[1] <= len(text)})
    cuts = sorted({0, len(text), *(s[0] for s in inside), *(s[1] for s in inside)})
    return tuple(
        Piece(
            text[start:end],
            tuple(label for a, b, label in inside if a <= start and end <= b),
            tuple(label for a, _, label in inside if a == start),
        )
        for start, end in itertools.pairwise(cuts)
    )


def title_pieces(item: PacketItem, labels: Iterable[PacketLabel]) -> tuple[Piece, ...]:
    """The title, with the sentences that are in it."""
    spans = []
    for label in labels:
        at = item.title.find(label.sentence) if label.sentence and label.start < 0 else -1
        if at >= 0:
            spans.append((at, at + len(label.sentence), f"{label.scheme}/{label.label}"))
    return pieces(item.title, spans)


def text_pieces(item: PacketItem, labels: Iterable[PacketLabel]) -> tuple[Piece, ...]:
    """The abstract, with the sentences that are in it."""
    spans = [(x.start, x.end, f"{x.scheme}/{x.label}") for x in labels if x.sentence]
    return pieces(item.text, spans)
