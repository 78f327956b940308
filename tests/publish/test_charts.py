from __future__ import annotations

import re

from lxml import etree

from digest.publish.charts import Bar, bar_chart

SVG = "{http://www.w3.org/2000/svg}"
BARS = [
    Bar("Goal 1: No poverty", 30, 10, "goal-1"),
    Bar("Goal 2: <script>", 0, 0, heading="A & B"),
]


def _parsed(bars: list[Bar]) -> etree._Element:
    return etree.fromstring(str(bar_chart("c", "Items by goal", bars)).encode())


def test_a_chart_is_an_image_with_a_name_and_a_description() -> None:
    svg = _parsed(BARS)
    ids = {e.get("id"): e.text for e in svg if e.get("id")}
    assert svg.get("role") == "img"
    assert [ids[i] for i in svg.get("aria-labelledby", "").split()] == [
        "Items by goal",
        "2 bars. The longest is Goal 1: No poverty: 30 papers and 10 news items. "
        "Every number is in the table beside the chart.",
    ]


def test_bars_have_the_length_of_their_numbers_and_leave_room_for_them() -> None:
    svg = str(bar_chart("c", "t", BARS))
    papers = float(re.search(r'bar-papers" x="0" y="[\d.]+" width="([\d.]+)%', svg)[1])  # type: ignore[index]
    news = float(re.search(r'bar-news" x="[\d.]+%" y="[\d.]+" width="([\d.]+)%', svg)[1])  # type: ignore[index]
    assert papers == 3 * news
    assert papers + news < 90


def test_labels_are_text_and_groups_have_headings() -> None:
    texts = [e.text for e in _parsed(BARS) if e.tag == "text"]
    assert "Goal 2: <script>" in texts
    assert "A & B" in texts


def test_an_empty_chart_says_so() -> None:
    assert "nothing was labelled" in str(bar_chart("c", "t", [Bar("Goal 1", 0, 0)]))
    assert "nothing was labelled" in str(bar_chart("c", "t", []))
