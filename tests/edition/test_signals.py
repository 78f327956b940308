"""Emerging signals: what rose, fell or appeared is found; what chance makes is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest

from digest.edition.features import Index, Noted, index
from digest.edition.rates import LEAST_WOBBLE
from digest.edition.signals import Signal, Window, signals

BEFORE = Window(date(2025, 10, 1), date(2026, 1, 1))
NOW = Window(date(2026, 1, 1), date(2026, 4, 1))
WORDS = """water crop soil school clinic nurse vaccine river forest ocean fish bridge train bus road
power battery grid solar wind court law vote tax bank loan market trade harbour port ship truck
phone radio village city market teacher pupil book exam farm seed milk wheat rice maize potato bean
goat sheep cattle poultry bee honey flood storm drought fire quake heat frost snow rain cloud"""


def noise(random: np.random.Generator, n: int = 3_000) -> list[Noted]:
    """Items of both quarters about nothing in particular."""
    days = random.integers(0, (NOW.end - BEFORE.start).days, n)
    return [
        Noted(
            f"n{i}",
            BEFORE.start + timedelta(int(day)),
            " of ".join(random.choice(WORDS.split(), 3, replace=False)),
            (f"sdg/{random.integers(1, 18)}",),
            (f"group {random.integers(400)}",),
        )
        for i, day in enumerate(days)
    ]


def about(title: str, window: Window, n: int, **more: object) -> list[Noted]:
    """``n`` items with one title, spread over a window, each from another source."""
    return [
        replace(
            Noted(
                f"{title} {window.start} {i}",
                window.start + timedelta(i % window.days),
                title,
                sources=(f"source {i}",),
            ),
            **more,  # type: ignore[arg-type]
        )
        for i in range(n)
    ]


@pytest.fixture(scope="module")
def quiet() -> list[Noted]:
    return noise(np.random.default_rng(2))  # no label of which is near being called


def named(found: tuple[Signal, ...]) -> dict[str, str]:
    return {signal.name: signal.direction for signal in found}


def test_rises_declines_and_first_appearances_are_told_apart(quiet: list[Noted]) -> None:
    items = [
        *quiet,
        *about("A telescope of Kigali", BEFORE, 10), *about("A telescope of Kigali", NOW, 80),
        *about("The steam engine", BEFORE, 80), *about("The steam engine", NOW, 5),
        *about("OpenClaw", NOW, 40),
    ]  # fmt: skip
    found = signals(index(items), NOW, BEFORE)
    assert found.status == "compared"
    assert found.tested > 20
    told = named(found.signals)
    assert told.pop("OpenClaw") == "first appearance"
    assert told.pop("steam engine") == "decline"
    assert set(told.values()) == {"rise"}
    assert set(told) <= {"telescope", "Kigali"}
    assert len(told) == 1  # they name the same items: one signal


def test_a_signal_shows_what_it_rests_on(quiet: list[Noted]) -> None:
    items = [*quiet, *about("Crispr", BEFORE, 6), *about("Crispr", NOW, 60)]
    (signal,) = signals(index(items), NOW, BEFORE).signals
    assert (signal.kind, len(signal.items), len(signal.items_before)) == ("term", 60, 6)
    assert signal.exposure + signal.exposure_before == len(items)
    assert set(signal.items) == {i.id for i in items if i.title == "Crispr" and i.date >= NOW.start}
    assert signal.sources == 60
    assert signal.ratio.value is not None
    assert signal.ratio.high is not None
    assert 1 < signal.ratio.low < signal.ratio.value < signal.ratio.high
    assert signal.q <= 0.1


def test_labels_and_stories_are_tested_too(quiet: list[Noted]) -> None:
    items = [
        *quiet,
        *about("one", NOW, 90, labels=("risk/security",)),
        *about("one", BEFORE, 10, labels=("risk/security",)),
        *about("one", NOW, 30, story="s1-abc", labels=()),
    ]
    items = [replace(item, id=f"{n}") for n, item in enumerate(items)]
    found = {(s.kind, s.name): s.direction for s in signals(index(items), NOW, BEFORE).signals}
    assert found["label", "risk/security"] == "rise"
    assert found["story", "s1-abc"] == "first appearance"


def test_labels_are_judged_by_themselves() -> None:
    """Among terms that wobble from month to month a label's moderate rise would not be called."""
    random = np.random.default_rng(5)
    items = noise(random, 12_000)
    days = (date(2025, 10, 1), date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1))
    months = [Window(*month) for month in pairwise(days)]
    for n, word in enumerate(WORDS.split()):
        items += about(f"busy {word}", months[n % 3], 60) + about(f"busy {word}", NOW, 60)
    rise = ("risk/security",)
    items += about("one", BEFORE, 250, labels=rise) + about("one", NOW, 350, labels=rise)
    found = signals(index(replace(item, id=f"{n}") for n, item in enumerate(items)), NOW, BEFORE)
    assert found.wobble is not None
    assert found.wobble > 2 * LEAST_WOBBLE
    assert named(tuple(s for s in found.signals if s.kind == "label")) == {"risk/security": "rise"}


@pytest.mark.parametrize(
    ("more", "fewer", "direction"), [(NOW, BEFORE, "rise"), (BEFORE, NOW, "decline")]
)
def test_items_that_taught_the_model_count_only_against_a_change_of_a_label(
    quiet: list[Noted], more: Window, fewer: Window, direction: str
) -> None:
    """90 to 20, of which 30 taught the model, or those 30 and the 20, or 70, or all 90."""

    def called(learnt: int, also: int = 0) -> dict[str, Signal]:
        items = [*quiet, *about("one", fewer, 20, labels=("risk/security",))]
        items[len(quiet) : len(quiet) + also] = [
            replace(one, taught=True) for one in items[len(quiet) : len(quiet) + also]
        ]
        items += about("one", more, learnt, labels=("risk/security",), taught=True)
        items += about("one", more, 90 - learnt, labels=("risk/security",))
        numbered = (replace(item, id=f"{n}") for n, item in enumerate(items))
        return {s.name: s for s in signals(index(numbered), NOW, BEFORE).signals}

    whole = called(0)["risk/security"]
    assert whole.direction == direction
    without = called(30)["risk/security"]
    assert without.direction == direction
    assert {len(without.items), len(without.items_before)} == {60, 20}
    opposite = called(30, 20)["risk/security"]  # what says the opposite counts
    assert {len(opposite.items), len(opposite.items_before)} == {60, 20}
    assert "risk/security" not in called(70)
    # Without the learnt ones it would have changed the other way: that is no signal either.
    assert "risk/security" not in called(90)


def test_items_that_taught_the_model_count_for_terms(quiet: list[Noted]) -> None:
    found = signals(index([*quiet, *about("Zeppelin", NOW, 60, taught=True)]), NOW, BEFORE)
    assert named(found.signals) == {"Zeppelin": "first appearance"}


def test_one_busy_source_is_no_signal(quiet: list[Noted]) -> None:
    items = [*quiet, *about("Zeppelin", NOW, 60, sources=("one group",))]
    assert signals(index(items), NOW, BEFORE).signals == ()


def test_of_a_nested_family_one_is_called(quiet: list[Noted]) -> None:
    items = [
        *quiet,
        *about("desert locust swarm", NOW, 40), *about("desert locust swarm", BEFORE, 2),
        *about("deserts", BEFORE, 20), *about("deserts", NOW, 40),
    ]  # fmt: skip
    assert named(signals(index(items), NOW, BEFORE).signals) == {"desert locust swarm": "rise"}


def test_spellings_of_one_term_are_counted_together(quiet: list[Noted]) -> None:
    """Half of them written otherwise before would else be a rise and a decline."""
    together, apart = "The smartgrids of it", "A smart-grid of it"
    before = [*about(together, BEFORE, 20), *about(apart, BEFORE, 20)]
    items = [*quiet, *before, *about(apart, NOW, 40)]
    assert signals(index(items), NOW, BEFORE).signals == ()
    (rise,) = signals(index([*items, *about(together, NOW, 60)]), NOW, BEFORE).signals
    assert rise.name == "smartgrids"
    assert (len(rise.items), len(rise.items_before)) == (100, 40)


def test_twice_the_items_are_no_rise(quiet: list[Noted]) -> None:
    later = [i for i in quiet if i.date >= NOW.start]
    double = [*quiet, *(replace(item, id=f"again {item.id}") for item in later)]
    assert signals(index(double), NOW, BEFORE).signals == ()


def fields(random: np.random.Generator, robotics: int, n: int = 12_000) -> list[Noted]:
    """Items of two fields; of one every so many-th is left in the later quarter."""
    items = [
        replace(item, title=f"{item.title} of gripper", field="cs.RO", labels=("sdg/19",))
        if random.random() < 0.3
        else replace(item, field="cs.AI")
        for item in noise(random, n)
    ]
    return [
        item for i, item in enumerate(items)
        if item.field == "cs.AI" or item.date < NOW.start or i % robotics == 0
    ]  # fmt: skip


def test_a_field_of_which_a_tenth_was_harvested_gives_no_signals() -> None:
    """Its terms and labels are as frequent in it as they were."""
    items = fields(np.random.default_rng(6), 10)
    found = signals(index(items), NOW, BEFORE)
    assert (found.signals, found.fields) == ((), 2)
    together = signals(index(replace(item, field="") for item in items), NOW, BEFORE)
    assert {"gripper", "sdg/19"} <= set(named(together.signals))


def test_a_rise_within_a_field_of_which_a_tenth_was_harvested_is_found() -> None:
    items = fields(np.random.default_rng(6), 10)
    items += about("Crispr", BEFORE, 30, field="cs.RO") + about("Crispr", NOW, 30, field="cs.RO")
    (signal,) = signals(index(items), NOW, BEFORE).signals
    assert (signal.name, signal.direction) == ("Crispr", "rise")
    assert signal.ratio.low > 3


def test_a_field_that_one_period_lacks_tells_nothing(quiet: list[Noted]) -> None:
    gone = about("Crispr", BEFORE, 60, field="cs.RO")
    found = signals(index([*quiet, *gone]), NOW, BEFORE)
    assert found.signals == ()
    left = [*about("OpenClaw", NOW, 40), *about("OpenClaw", BEFORE, 20, field="cs.RO")]
    (signal,) = signals(index([*quiet, *gone, *left]), NOW, BEFORE).signals
    assert (signal.direction, signal.items_before) == ("first appearance", ())
    assert signal.exposure + signal.exposure_before == len(quiet) + 40
    assert signals(index(gone + about("Crispr", NOW, 9)), NOW, BEFORE).status == "no earlier period"


def test_a_field_that_was_absent_for_a_month_makes_no_rate_wobble() -> None:
    items = fields(np.random.default_rng(6), 1)
    december = date(2025, 12, 1)
    items = [i for i in items if i.field == "cs.AI" or not december <= i.date < NOW.start]
    assert signals(index(items), NOW, BEFORE).wobble == LEAST_WOBBLE


def test_without_an_earlier_period_it_says_so(quiet: list[Noted]) -> None:
    only_now = index(item for item in quiet if item.date >= NOW.start)
    assert signals(only_now, NOW, BEFORE).status == "no earlier period"
    assert signals(only_now, NOW, None).status == "no earlier period"
    assert signals(only_now, BEFORE, NOW).status == "no items"
    assert signals(index([]), NOW, BEFORE).status == "no items"


def test_items_outside_both_periods_count_for_nothing(quiet: list[Noted]) -> None:
    old = about("OpenClaw", Window(date(2024, 1, 1), date(2024, 4, 1)), 500)
    new = about("OpenClaw", NOW, 40)
    (signal,) = signals(index([*quiet, *old, *new]), NOW, BEFORE).signals
    assert (signal.direction, signal.items_before) == ("first appearance", ())


def test_a_week_can_be_held_against_the_weeks_before_it(quiet: list[Noted]) -> None:
    week = Window(date(2026, 3, 23), date(2026, 3, 30))
    weeks = Window(date(2026, 2, 9), date(2026, 3, 23))
    items = [*quiet, *about("Blackout", week, 25)]
    assert named(signals(index(items), week, weeks).signals) == {"Blackout": "first appearance"}


def test_the_order_of_the_items_makes_no_difference(quiet: list[Noted]) -> None:
    items = [*quiet, *about("Crispr", NOW, 60)]
    assert signals(index(items), NOW, BEFORE) == signals(index(items[::-1]), NOW, BEFORE)


@pytest.mark.parametrize("by_field", [False, True])
def test_shuffled_quarters_give_false_signals_in_less_than_a_tenth(by_field: bool) -> None:
    """Of terms or of labels: both are judged, each with false discoveries of its own."""
    random = np.random.default_rng(9)
    goal = {"labels": ("sdg/18",)}
    if by_field:
        items = fields(random, 10, 4_000)
        goal["field"] = "cs.AI"
    else:
        items = noise(random)
    real = [*about("Crispr", NOW, 120, **goal), *about("OpenClaw", BEFORE, 40, **goal)]
    found = index([*items, *real])
    assert {s.kind for s in signals(found, NOW, BEFORE).signals} == {"term", "label"}
    false = [bool(signals(shuffled(found, random), NOW, BEFORE).signals) for _ in range(60)]
    assert np.mean(false) < 0.1


def shuffled(found: Index, random: np.random.Generator) -> Index:
    """The dates dealt out anew within each field."""
    dates = found.dates.copy()
    for field in np.unique(found.fields):
        own = found.fields == field
        dates[own] = random.permutation(dates[own])
    return replace(found, dates=dates)
