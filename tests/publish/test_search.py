from __future__ import annotations

import pytest

from digest.publish.search import WHOLE, folded, ready
from digest.quarter import Quarter


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "<p>Educación y género, educación &amp; energía</p>",
            "Educacion genero educacion energia",
        ),
        ("e\u0301nergie, équité", "energie equite"),
        ("الأمن والإنسان", "الامن والانسان"),
        ("آخر تصنيفٍ", "اخر تصنيف"),
        ("ещё мой", "еще"),  # but «й» is a letter
        ("Zero hunger 零饥饿 नमस्ते が", ""),
    ],
)
def test_words_are_found_without_their_accents(text: str, found: str) -> None:
    assert folded(text) == found


def test_only_pages_of_an_edition_name_a_quarter_and_older_ones_weigh_less() -> None:
    places = ["", "2025Q3/", "2025Q4/goals/", "2026Q1/goals/", "2026Q1/goals/#goal-2", "2026Q1-x/"]
    docs = ready({"location": place, "title": "T", "text": ""} for place in places)
    assert [(doc["title"], doc.get("boost")) for doc in docs] == [
        ("T", None), ("T (2025Q3)", 1 / 3), ("T (2025Q4)", 1 / 2), ("T (2026Q1)", 1), ("T", 1),
        ("T", None),
    ]  # fmt: skip


def test_of_old_quarters_pages_are_found_by_their_titles_alone() -> None:
    quarters = [str(quarter) for quarter in (Quarter(2024 + n // 4, n % 4 + 1) for n in range(7))]
    docs = ready(
        {"location": f"{quarter}/goals/{part}", "title": "Goals", "text": "<p>Educación</p>"}
        for quarter in quarters for part in ("", "#goal-2")
    )  # fmt: skip
    texts = {doc["location"]: (doc["text"], doc["text_folded"]) for doc in docs}
    old, new = quarters[:-WHOLE], quarters[-WHOLE:]
    assert texts == {f"{quarter}/goals/": ("", "") for quarter in old} | {
        f"{quarter}/goals/{part}": ("<p>Educación</p>", "Educacion")
        for quarter in new for part in ("", "#goal-2")
    }  # fmt: skip
    assert {doc["title"] for doc in docs if "#" not in doc["location"]} == {
        f"Goals ({quarter})" for quarter in quarters
    }
