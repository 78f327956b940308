"""Alarms: a category that rises beyond chance in a week, and an incident that many report."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from digest.edition.alarms import alarms
from digest.edition.manifest import Assigned, EditionItem, EditionStory
from tests.examples import edition

AI, SECURITY = Assigned("ai", "relevant", 0.9, 0.5), Assigned("risk", "security", 0.8, 0.5)
MONDAY = date(2026, 1, 5)


def papers(by_week: list[int], exposure: int = 200, kind: str = "paper") -> list[EditionItem]:
    """So many papers on security each week among ``exposure``, on all days of the week."""
    return [
        replace(
            edition().items[0], id=f"{kind}:{week}.{n:04}", kind=kind,
            date=str(MONDAY + timedelta(weeks=week, days=n % 7)),
            labels=(AI, SECURITY) if n < number else (AI,),
        )
        for week, number in enumerate(by_week) for n in range(exposure)
    ]  # fmt: skip


def test_a_week_far_above_the_weeks_before_is_an_alarm_with_its_items() -> None:
    (alarm,) = alarms(edition(items=tuple(papers([5, 6, 4, 7, 5, 30, 5]))))
    assert alarm.signal == "risk/security/paper/2026-02-09"
    assert alarm.sentence.startswith("30 papers in the week from 2026-02-09, where the weeks")
    assert len(alarm.items) == 30
    assert all(item.startswith("paper:5.") for item in alarm.items)
    assert [week.count for week in alarm.weeks] == [5, 6, 4, 7, 5, 30]


def test_an_alarm_stays_the_same_when_the_quarter_goes_on() -> None:
    first = alarms(edition(items=tuple(papers([5, 6, 4, 7, 5, 30]))))
    assert alarms(edition(items=tuple(papers([5, 6, 4, 7, 5, 30, 8, 3]))))[:1] == first


def test_more_of_everything_is_no_alarm() -> None:
    quiet = papers([5] * 5)
    busy = [replace(i, id=f"b{n}.{i.id}", date=str(MONDAY + timedelta(weeks=5, days=n % 7)))
            for n in range(6) for i in papers([5])]  # fmt: skip
    assert alarms(edition(items=(*quiet, *busy))) == []


def test_more_of_a_field_in_which_a_risk_is_frequent_is_no_alarm() -> None:
    others = [replace(item, field="cs.AI") for item in papers([2] * 6)]
    of_it = [
        replace(item, id=f"cr.{item.id}", field="cs.CR")
        for item in papers([40] * 6, 80)
        if item.date >= str(MONDAY + timedelta(weeks=5)) or int(item.id[-1]) == 0
    ]
    items = (*others, *of_it)
    assert [a.signal for a in alarms(edition(items=tuple(replace(i, field="") for i in items)))]
    assert alarms(edition(items=items)) == []


def test_a_week_that_has_not_ended_is_not_judged() -> None:
    begun = [i for i in papers([5, 6, 4, 7, 5, 30]) if i.date < "2026-02-12"]
    assert alarms(edition(items=tuple(begun))) == []


def test_chance_alone_raises_no_more_alarms_than_it_may() -> None:
    random = np.random.default_rng(4)
    raised = [
        len(alarms(edition(items=tuple(papers(list(random.poisson(8, 12)), 100)))))
        for _ in range(40)
    ]
    assert sum(raised) <= 3  # of 320 weeks, once in a thousand


def test_an_incident_in_five_outlets_is_an_alarm() -> None:
    items = papers([3], 5, kind="news")
    ids = tuple(item.id for item in items)
    outlets = ("A", "B", "C", "D", "E")
    story = EditionStory("s1-x", ids, ids[0], outlets, ("same title",))
    (alarm,) = alarms(edition(items=tuple(items), stories=(story,)))
    assert alarm.signal == "incident/s1-x"
    assert alarm.sentence == "5 outlets report: Paper 1"
    assert set(alarm.items) == set(ids)
    few = replace(story, outlets=outlets[:4])
    assert alarms(edition(items=tuple(items), stories=(few,))) == []
