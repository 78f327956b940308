"""Threads that ask: answers arrive whole and named, and nobody waits for ever."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from digest.errors import SourceError, StorageFull, Unreachable
from digest.sources import Document
from digest.sources.catalogue import Source
from digest.steps.asking import THREADS, answers_of
from tests.examples import document


def source(name: str) -> Source:
    return Source(
        id=name, kind="feed", url=f"https://{name}.example/", publisher=name, group="journals",
        country="INT", region="global", language="en", home="https://home.example/", verified=True,
    )  # fmt: skip


SOURCES = [source(f"source-{n}") for n in range(3 * THREADS)]


def test_every_source_gives_all_its_answers_and_then_none() -> None:
    def ask(source: Source) -> Iterator[Document]:
        for n in range(3):
            yield document(source=source.id, url=f"{source.url}{n}")

    heard: dict[str, list[str | None]] = {source.id: [] for source in SOURCES}
    for asked, answer in answers_of(SOURCES, ask):
        heard[asked.id].append(answer.url if isinstance(answer, Document) else answer)  # type: ignore[arg-type]
    for asked in SOURCES:
        assert heard[asked.id] == [f"{asked.url}{n}" for n in range(3)] + [None]


def test_what_came_before_a_failure_is_handed_over() -> None:
    def ask(source: Source) -> Iterator[Document]:
        yield document(source=source.id)
        raise Unreachable(source.id, source.url, "no answer")

    answers = [answer for _, answer in answers_of([source("a")], ask)]
    assert [type(answer) for answer in answers] == [Document, Unreachable, type(None)]


def test_a_defect_in_asking_one_source_is_a_failure_of_that_source() -> None:
    def ask(source: Source) -> Iterator[Document]:
        if source.id == "b":
            raise ZeroDivisionError("oops")
        yield document(source=source.id)

    answers = {s.id: a for s, a in answers_of([source("a"), source("b")], ask) if a}
    assert isinstance(answers["a"], Document)
    assert isinstance(answers["b"], SourceError)
    assert "b: an unforeseen failure of the program (ZeroDivisionError: oops)" in str(answers["b"])


def test_a_folder_that_cannot_be_written_is_handed_over_as_what_it_is() -> None:
    def ask(source: Source) -> Iterator[Document]:
        raise StorageFull("cannot write to /state: the disk is full")
        yield

    assert isinstance(next(answers_of([source("a")], ask))[1], StorageFull)


@pytest.mark.timeout(30)
def test_when_nobody_takes_answers_any_more_asking_ends() -> None:
    """As when the disk is full while eight threads have answers in hand."""
    asked: set[str] = set()

    def ask(source: Source) -> Iterator[Document]:
        asked.add(source.id)
        while True:
            yield document(source=source.id)

    with closing(answers_of(SOURCES, ask)) as answers:
        next(answers)
    assert len(asked) <= THREADS
    assert not [t for t in threading.enumerate() if t.name.startswith("ask")]
