from __future__ import annotations

import pytest

from digest.classify.language import recognise

TEXTS = {
    "en": "Wells ran dry in the north of the country, and the ministry sent tankers to schools.",
    "fr": "Les puits se sont taris dans le nord du pays et le ministère a envoyé des citernes.",
    "es": "Los pozos se secaron en el norte del país y el ministerio envió camiones cisterna.",
    "ru": "На севере страны пересохли колодцы, и министерство отправило в школы цистерны с водой.",
    "zh": "该国北部的水井干涸，水利部向学校派出了运水车。",
    "ar": "جفت الآبار في شمال البلاد وأرسلت الوزارة صهاريج المياه إلى المدارس.",
    "de": "Im Norden des Landes sind die Brunnen versiegt, und das Ministerium schickte Tankwagen.",
    "pt": "Os poços secaram no norte do país e o ministério enviou caminhões-pipa às escolas.",
}


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("declared", ["", "en", "fr", "zh-Hans", "nonsense"])
def test_a_text_is_known_whatever_its_source_declares(language: str, declared: str) -> None:
    assert recognise(TEXTS[language], declared) == language


@pytest.mark.parametrize(
    ("title", "declared", "language"),
    [
        ("GPT-4o mini", "", "en"),
        ("GPT-4o mini", "fr", "fr"),
        ("Water", "", "en"),
        ("Climate", "en-GB", "en"),
        ("BERT", "", "en"),
        ("SDG 6", "", "en"),
        ("UNESCO", "", "en"),
        ("UNESCO", "es", "es"),
        ("Deep Residual Learning", "", "en"),
        ("Mamba: Linear-Time Sequence Modeling", "", "en"),
        ("On the poverty of the stimulus", "fr", "en"),
        ("Sobre la pobreza", "", "es"),
        ("Sobre la pobreza", "en", "es"),
        ("Lucha contra el hambre", "en", "es"),
        ("La pauvreté en Afrique", "en", "fr"),
        ("Eau potable", "fr", "fr"),
        ("Desigualdad", "es", "es"),
        ("Изменение климата", "ru", "ru"),
        ("气候变化", "", "zh"),
        ("人工智能与可持续发展", "en", "zh"),
        ("الذكاء الاصطناعي", "", "ar"),
        ("기후 변화", "en", "ko"),
    ],
)
def test_a_short_title(title: str, declared: str, language: str) -> None:
    assert recognise(title, declared) == language


@pytest.mark.parametrize("title", ["Изменение климата", "貧困", "人工知能", "विकास", "Ꮳꮃꭹ ꭶꮼꮒꭿꮝꮧ"])
@pytest.mark.parametrize("declared", ["", "en", "English"])
def test_another_script_is_never_english(title: str, declared: str) -> None:
    assert recognise(title, declared) not in ("en", "")


@pytest.mark.parametrize("text", ["", " \n", "😀😀", "12 345", "\ufeff\u200b", "—…!?", "\ud800"])
def test_a_text_without_letters_has_no_language(text: str) -> None:
    assert recognise(text, "en") == ""


def test_letters_count_wherever_they_begin() -> None:
    assert recognise("1 2 3 " * 1_000 + TEXTS["en"]) == "en"
    assert recognise("😀 " * 3_000 + TEXTS["ar"]) == "ar"
