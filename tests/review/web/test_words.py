"""Every message is in every language, with the placeholders of its original; none is idle."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.edition import panel
from digest.review import web
from digest.review.web.tongue import CATALOGUE, OTHERS, Tongue, preferred
from digest.review.web.views.words import AGREEMENT, EVIDENCE
from tests.messages import Message, catalogue, require_exactly, require_whole, used
from tests.review.acts import Watch
from tests.review.web.desk import PAPER, STORY, Served

WEB = Path(web.__file__).parent


def _used() -> set[Message]:
    return used(WEB, WEB / "templates", trim_blocks="true", lstrip_blocks="true")


@pytest.mark.parametrize("tag", OTHERS)
def test_the_catalogue_has_exactly_the_messages_that_are_used(tag: str) -> None:
    messages = _used()
    assert len(messages) > 300
    require_exactly(messages, catalogue(CATALOGUE / f"{tag}.po"))


@pytest.mark.parametrize("tag", OTHERS)
def test_each_translation_is_whole_and_keeps_its_placeholders(tag: str) -> None:
    require_whole(catalogue(CATALOGUE / f"{tag}.po"))


def test_confidence_is_defined_in_the_words_that_the_edition_uses() -> None:
    for words, defined in ((EVIDENCE, panel.EVIDENCE), (AGREEMENT, panel.AGREEMENT)):
        assert {key: meaning for key, (_, meaning) in words.items()} == defined


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("fr-CH, fr;q=0.9, en;q=0.8", "fr"), ("pt, zh-TW;q=0.5", "zh"), ("de", "en"), ("", "en")],
)
def test_a_stranger_is_addressed_as_their_browser_asks(accepted: str, language: str) -> None:
    assert preferred(accepted) == language


def test_the_machine_s_confidence_is_a_word_by_the_percentage_beside_it() -> None:
    english = Tongue("en")
    assert [english.confidence(p) for p in (0.894, 0.9, 0.695, 0.69)] == [
        "medium", "high", "medium", "low",
    ]  # fmt: skip


def test_everybody_reads_in_their_language_and_can_choose_another(
    served: Served, watch: Watch
) -> None:
    assert 'lang="es"' in served.guest().get("/enter", headers={"Accept-Language": "es"}).text
    assert "Phrase de passe" in served.guest().get("/enter?lang=fr").text
    cho = served.visitor("cho")
    page = cho.item()
    assert '<html lang="ar" dir="rtl">' in page
    assert "الهدف 3: الصحة الجيدة والرفاه" in page
    assert "تعطي الآلة هذا التصنيف، ومستوى الثقة مرتفع: 94\u200e%\u200e" in page
    assert 'lang="en" dir="ltr">The text is about the health of people' in page
    cho.post("/account/language", language="ru")
    assert "Машина ставит эту метку" in cho.item()
    assert cho.post("/account/language", language="de").status_code == 400


def test_a_refusal_that_members_may_meet_is_said_in_their_language(served: Served) -> None:
    cho = served.visitor("cho")
    cho.post("/2026Q1/declare", item=PAPER.id)
    assert "<p>لك تضارب مصالح مع هذا العنصر.</p>" in cho.decide("accept").text
    cho.client.headers["Accept"] = "application/json"
    refusals = (cho.decide("accept"), cho.decide("accept", item=STORY[0].id, reason="x" * 4001))
    assert [answer.json()["english"] for answer in refusals] == [False, True]
