"""What an edition finds beyond its items: counts, shares, what changed, and the past."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from digest.edition.findings import Period, changed_rates, goal_shares, label_counts, past
from digest.edition.manifest import Assigned, EditionItem, Section, Totals
from digest.edition.prevalence import ModelTest
from digest.edition.totals import totals
from digest.quarter import Quarter
from tests.examples import edition

NOW, BEFORE = Quarter.parse("2026Q1"), Quarter.parse("2025Q4")
MAKER = ("m1", "c1")
AI = Assigned("ai", "relevant", 0.9, 0.5)


def items(quarter: Quarter, number: int, every: int, title: str = "A study") -> list[EditionItem]:
    """Papers of which every so many-th has goal 3."""
    return [
        replace(
            edition().items[0], id=f"arxiv:{quarter}.{n:05}", voice=f"Author {n}",
            date=f"{quarter.start:%Y-%m}-{1 + n % 28:02}", title=f"{title} number {n}",
            labels=(AI, Assigned("sdg", "3", 0.8, 0.5)) if n % every == 0 else (AI,),
        )
        for n in range(number)
    ]  # fmt: skip


def period(quarter: Quarter, some: list[EditionItem], maker: tuple[str, str] = MAKER) -> Period:
    return Period(quarter, some, (), maker, frozenset({"arxiv-cs-ai"}))


def test_counts_are_corrected_by_the_models_test_where_there_is_one() -> None:
    given = np.array([True] * 50 + [False] * 250)
    concerns = given.copy()
    concerns[:10] = False  # a fifth of the labels is wrong
    tests = {("sdg", "3"): ModelTest(given, concerns)}
    pairs = [("sdg", "3"), ("sdg", "4")]
    health, education, news, _ = label_counts(items(NOW, 400, 4), pairs, tests)
    assert (health.kind, health.count.raw, health.count.basis) == ("paper", 100, "model's test")
    assert health.count.low is not None
    assert health.count.high is not None
    assert health.count.low < 80 < health.count.high
    assert (education.count.basis, education.count.estimate) == ("none", None)
    assert (news.kind, news.count.raw, news.count.basis) == ("news", 0, "none")


def test_shares_need_a_test() -> None:
    some = items(NOW, 400, 4)
    assert {s.verdict for s in goal_shares(some, ["3", "4"], None)} == {"too little data"}
    given = np.zeros((300, 2), bool)
    given[:80, 0] = True
    health, education = goal_shares(some, ["3", "4"], ModelTest(given, given))
    assert health.verdict == "not under-served"
    assert education.verdict == "under-served"


def test_without_an_earlier_quarter_signals_say_so() -> None:
    found = changed_rates(period(NOW, items(NOW, 50, 5)), None)
    assert found["paper"].status == "no earlier period"
    assert found["news"].status == "no items"


def test_a_label_that_became_frequent_is_a_signal_with_its_newest_items() -> None:
    now, before = items(NOW, 600, 3), items(BEFORE, 600, 30)
    found = changed_rates(period(NOW, now), period(BEFORE, before))["paper"]
    (signal,) = (s for s in found.signals if s.kind == "label")
    assert (signal.name, signal.direction) == ("sdg/3", "rise")
    assert (signal.count, signal.count_before) == (200, 20)
    assert signal.ratio.low > 3
    assert len(signal.items) == 12
    dates = {item.id: item.date for item in now}
    assert [dates[i] for i in signal.items] == sorted(
        (dates[i] for i in signal.items), reverse=True
    )


def test_a_term_that_rose_in_what_is_not_about_ai_is_no_signal() -> None:
    others = [
        replace(one, id=f"{one.id}x", labels=(), title=f"Dark galaxies {n}", voice=f"Other {n}")
        for n, one in enumerate(items(NOW, 200, 5))
    ]
    now, before = [*items(NOW, 600, 5), *others], items(BEFORE, 600, 5)
    found = changed_rates(period(NOW, now), period(BEFORE, before))["paper"]
    assert found.signals == ()
    unread = [replace(one, status="not labelled: language") for one in others]
    found = changed_rates(period(NOW, [*now[:600], *unread]), period(BEFORE, before))["paper"]
    assert {signal.name.casefold() for signal in found.signals} >= {"dark galaxies"}


def test_what_no_model_reads_is_no_decline_of_labels() -> None:
    """As many labelled items in both quarters, and four times as many in another language."""

    def unread(quarter: Quarter, number: int) -> list[EditionItem]:
        return [
            replace(one, id=f"{one.id}fr", status="not labelled: language", labels=())
            for one in items(quarter, number, 1, "Une étude")
        ]

    now, before = items(NOW, 300, 3), items(BEFORE, 300, 3)
    found = changed_rates(
        period(NOW, [*now, *unread(NOW, 240)]), period(BEFORE, [*before, *unread(BEFORE, 60)])
    )["paper"]
    assert not any(signal.kind == "label" for signal in found.signals)


def test_a_source_that_failed_is_no_decline_of_what_it_writes_about() -> None:
    gone = [replace(one, id=f"{one.id}cy", sources=("arxiv-cy",)) for one in items(BEFORE, 200, 2)]
    now, before = period(NOW, items(NOW, 600, 30)), period(BEFORE, [*items(BEFORE, 600, 30), *gone])
    before = replace(before, answered=before.answered | {"arxiv-cy"})
    assert changed_rates(now, before)["paper"].signals == ()
    # Its papers that another source has, too, are compared.
    shared = [replace(one, sources=("arxiv-cs-ai", "arxiv-cy")) for one in gone]
    before = replace(before, items=[*items(BEFORE, 600, 30), *shared])
    assert {s.direction for s in changed_rates(now, before)["paper"].signals} == {"decline"}


def test_papers_are_compared_within_their_fields() -> None:
    """Of a field with goal 3 in every paper a tenth was harvested; all others have none."""
    others = {q: [replace(i, field="cs.AI") for i in items(q, 600, 601)] for q in (NOW, BEFORE)}
    robots = {
        q: [replace(i, id=f"{i.id}ro", field="cs.RO") for i in items(q, number, 1, "A robot")]
        for q, number in ((NOW, 30), (BEFORE, 300))
    }
    now, before = (period(q, [*others[q], *robots[q]]) for q in (NOW, BEFORE))
    found = changed_rates(now, before)["paper"]
    assert (found.status, found.signals, found.fields) == ("compared", (), 2)
    # An edition from before fields were told apart has none: then all are compared as one.
    older = replace(before, items=[replace(item, field="") for item in before.items])
    found = changed_rates(now, older)["paper"]
    assert {"sdg/3", "robot number"} <= {signal.name.casefold() for signal in found.signals}
    assert found.fields == 0


def test_a_change_does_not_rest_on_texts_from_which_the_model_learnt() -> None:
    """Goal 3 in 100 papers before and 30 now; 80 of the 100 taught the model."""
    now, before = items(NOW, 600, 20), items(BEFORE, 600, 6)
    before = [replace(item, text_hash=f"t1-{n}") for n, item in enumerate(before)]
    learnt = frozenset(f"t1-{6 * n}" for n in range(80))

    def labels(taught: frozenset[str]) -> list[str]:
        found = changed_rates(period(NOW, now), period(BEFORE, before), taught)["paper"]
        return [signal.name for signal in found.signals if signal.kind == "label"]

    assert labels(frozenset()) == ["sdg/3"]
    assert labels(learnt) == []


def test_labels_of_another_model_are_not_compared() -> None:
    now, before = items(NOW, 600, 3), items(BEFORE, 600, 30)
    found = changed_rates(period(NOW, now), period(BEFORE, before, ("m0", "c1")))["paper"]
    assert not any(signal.kind == "label" for signal in found.signals)


def test_items_count_under_labels_if_they_are_about_ai_and_stand() -> None:
    goal, other = Assigned("sdg", "1", 0.9, 0.5), Assigned("sdg", "2", 0.9, 0.5)
    (one,) = edition().items
    found = totals(
        [
            replace(one, labels=(AI, goal, other)),
            replace(one, labels=(AI,), kind="news"),
            replace(one, labels=(goal,)),
            replace(one, labels=(AI, goal), withdrawn=True),
            replace(one, labels=(), status="not labelled: language"),
        ]
    )
    assert found == Totals(
        {"paper": 4, "news": 1}, 3, {"paper": 1, "news": 1}, {"sdg": 1, "risk": 0}
    )


def test_the_items_of_a_decline_are_named_by_their_titles() -> None:
    gone = [
        replace(one, id=f"arxiv:gone.{n}", title=f"Dark galaxies, part {n}", voice=f"Gone {n}")
        for n, one in enumerate(items(BEFORE, 200, 5))
    ]
    now, before = items(NOW, 600, 5), [*items(BEFORE, 600, 5), *gone]
    found = changed_rates(period(NOW, now), period(BEFORE, before))["paper"]
    titles = {item.id: item.title for item in before}
    declines = [signal for signal in found.signals if signal.direction == "decline"]
    assert declines
    for signal in declines:
        assert signal.titles == tuple(titles[item] for item in signal.items)
    assert not any(signal.titles for signal in found.signals if signal.direction != "decline")


def test_the_past_keeps_what_was_counted() -> None:
    manifest = edition(sections=(Section("sdg", "3", 7, 2, ()),))
    kept = past(manifest, "v1.1")
    assert (kept.quarter, kept.version) == ("2026Q1", "v1.1")
    assert kept.totals == totals(manifest.items)
    assert kept.counts == (("sdg", "3", "paper", 7), ("sdg", "3", "news", 2))
