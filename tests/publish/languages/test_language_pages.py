"""The pages of the other languages, as files: nothing English is left of the interface."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html

from digest.edition.manifest import EditionSignal, Manifest, Signals
from digest.edition.rates import Ratio
from digest.items import OTHER_LANGUAGE
from digest.publish import words
from digest.publish.languages import OTHERS, tongue_of, write_language_pages
from digest.publish.languages.pages import PAGES
from digest.publish.languages.views import OWN, EditionWords
from digest.publish.sections import EditionView
from digest.taxonomy import load
from tests.messages import forms_of
from tests.publish.full_edition import full, reviewed
from tests.publish.invented_edition import manifest, published
from tests.publish.languages.test_catalogue import _used
from tests.publish.machine.whole_edition import whole

# Words that are the same in English and in the language, or are names.
SAME = {"fr": {"Articles", "Sources", "Verdict", "Europe", "Description", "Page"}}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    folder, edition = tmp_path_factory.mktemp("pages"), published(manifest(items=80))
    return {
        tag: {
            path.name: path.read_text("utf-8")
            for path in write_language_pages(
                edition, load(), tongue_of(tag), Path(folder / tag), draft=False
            )
        }
        for tag in OTHERS
    }


@pytest.mark.parametrize("tag", OTHERS)
def test_no_message_is_left_in_english(tag: str, written: dict[str, dict[str, str]]) -> None:
    english = {form for message in _used() for form in forms_of(message) if len(form) > 3}
    for name, text in written[tag].items():
        page = html.fromstring("<div>" + text.split("---", 2)[2] + "</div>")
        for foreign in page.xpath("//*[@lang] | //bdi | //code"):
            foreign.drop_tree()
        said = {t.strip() for t in page.itertext()}
        said |= {str(v) for v in page.xpath("//@aria-label | //@title | //@data-none | //@label")}
        said |= {re.sub(r"^#+ | \{:.*", "", line) for t in said for line in t.splitlines()}
        assert said & english <= SAME.get(tag, set()), name


@pytest.mark.parametrize("tag", OTHERS)
def test_each_page_is_there_and_marks_the_language_of_its_items(
    tag: str, written: dict[str, dict[str, str]]
) -> None:
    assert set(written[tag]) == {f"{page or 'index'}.md" for page in PAGES}
    goals = html.fromstring("<div>" + written[tag]["goals.md"].split("---", 2)[2] + "</div>")
    titles = goals.xpath("//ul[@class='short-list']/li/span[@dir='auto']")
    assert len(titles) > 10
    assert {"en", tag} <= {title.get("lang") for title in titles} | {tag}
    own = html.fromstring("<div>" + written[tag]["items.md"].split("---", 2)[2] + "</div>")
    assert set(own.xpath("//article/h2/@lang")) == {tag}


def test_arabic_charts_begin_at_the_right(written: dict[str, dict[str, str]]) -> None:
    arabic = html.fromstring("<div>" + written["ar"]["index.md"].split("---", 2)[2] + "</div>")
    french = html.fromstring("<div>" + written["fr"]["index.md"].split("---", 2)[2] + "</div>")
    ends = {
        round(float(bar.get("x").rstrip("%")) + float(bar.get("width").rstrip("%")), 1)
        for bar in arabic.xpath("//rect[@class='bar-papers'][contains(@width, '%')]")
    }
    assert ends == {100.0}
    assert set(french.xpath("//rect[@class='bar-papers'][contains(@width, '%')]/@x")) == {"0.00%"}


def test_the_chart_of_shares_says_what_the_english_one_says(tmp_path: Path) -> None:
    """Verdicts, scale, reference, and the under-served goals from the smallest share on."""
    edition = full(items=200)
    small = {"3": 0.01, "1": 0.02, "2": 0.015}
    shares = tuple(
        replace(one, share=small[one.goal], low=0.001, high=0.03, verdict="under-served")
        if one.goal in small else replace(one, verdict="not under-served")
        for one in edition.shares
    )  # fmt: skip
    write_language_pages(
        published(replace(edition, shares=shares)), load(), tongue_of("ar"), tmp_path, draft=False
    )
    page = html.fromstring((tmp_path / "index.md").read_text("utf-8").split("---", 2)[2])
    tags = page.xpath("//*[local-name()='text'][@class='chart-end']")
    assert [tag.text for tag in tags] == ["ناقص الاهتمام"] * 3
    assert {tag.get("x") for tag in tags} == {"0.00%"}  # where lines end
    said = page.xpath("string(//div[@class='lead'])")
    assert re.findall(r"الهدف (\d+):", said) == ["3", "2", "1"]
    scale = page.xpath("//*[local-name()='text'][starts-with(@class, 'chart-scale')]/@x")
    assert scale[0] == "100.00%"
    assert "المرجع (" in page.text_content()


@pytest.mark.parametrize("tag", OTHERS)
def test_the_machine_is_no_surer_than_in_english(tag: str) -> None:
    tongue = tongue_of(tag)
    assert tongue.probability(0.9951) == tongue.gettext("over %(percent)s") % {
        "percent": tongue.whole_percent(0.99)
    }
    assert tongue.probability(0.9949) == tongue.whole_percent(0.99)
    assert tongue.probability(0.36) == tongue.whole_percent(0.36)
    for value in (0.9949, 0.995, 0.9951, 1.0):
        is_over = tongue.probability(value) != tongue.whole_percent(min(value, 0.99))
        assert is_over == words.probability(value).startswith("over")


def test_what_appears_first_is_said_of_the_quarter_that_it_was_compared_with() -> None:
    first = EditionSignal(
        "label", "sdg/2", "first appearance", 20, 400, 0, 350, 18, Ratio(None, 2.0, None), 0.001, ()
    )
    edition = replace(whole(items=20), signals={"paper": Signals("compared", 300, 0.1, (first,))})
    (move,) = EditionWords(EditionView(edition, load()), tongue_of("fr")).moves()
    assert move.direction == "aucun élément comparé en 2025Q4"


def test_goals_and_risks_that_moved_within_fields(tmp_path: Path) -> None:
    """No numbers that may say the opposite, and what did not move."""
    found = EditionSignal(
        "label", "sdg/2", "decline", 20, 400, 15, 350, 18, Ratio(0.5, 0.3, 0.8), 0.001, ()
    )
    signals = {"paper": Signals("compared", 300, 0.1, (found,), 12)}
    edition = published(replace(whole(items=20), signals=signals, past=()))
    write_language_pages(edition, load(), tongue_of("fr"), tmp_path, draft=False)
    page = html.fromstring((tmp_path / "index.md").read_text("utf-8").split("---", 2)[2])
    (row,) = page.xpath("//tr[contains(th, 'Faim')][count(td) = 5]")
    assert [cell.text for cell in row.iterfind("td")][2:] == ["20", "40", "15"]
    text = " ".join(page.text_content().split())
    assert "Aucune catégorie de risque n’a changé au-delà du hasard." in text
    assert "Aucun objectif n’a changé" not in text
    assert "Les articles sont comparés à ceux du même domaine" in text
    method = (tmp_path / "method.md").read_text("utf-8")
    assert "Les articles sont comparés à ceux du même domaine" in method


def _items_page(edition: Manifest, tag: str, folder: Path) -> html.HtmlElement:
    write_language_pages(published(edition), load(), tongue_of(tag), folder, draft=False)
    return html.fromstring((folder / "items.md").read_text("utf-8").split("---", 2)[2])


@pytest.mark.parametrize("tag", OTHERS)
def test_items_that_the_machine_does_not_read_are_listed_and_said_to_be_unread(
    tag: str, tmp_path: Path
) -> None:
    edition = manifest(items=80)
    unread = tuple(
        replace(item, status=OTHER_LANGUAGE, labels=()) if item.language == tag else item
        for item in edition.items
    )
    standing = [item for item in unread if item.status == OTHER_LANGUAGE and not item.withdrawn]
    assert standing
    page = _items_page(replace(edition, items=unread), tag, tmp_path)
    links = page.xpath("//ul[@class='short-list']//span[@lang=$tag]/a/@href", tag=tag)
    assert sorted(links) == sorted(item.url for item in standing)
    one, many = next(m for m in _used() if isinstance(m, tuple) and "does not read" in m[0])
    said = tongue_of(tag).ngettext(one, many, len(standing)) % {"n": len(standing)}
    assert said in page.text_content()
    assert not page.xpath("//a[contains(@href, 'explore/')]")
    assert not page.xpath("//article")


def test_the_way_to_explore_is_there_where_there_is_something_to_explore(tmp_path: Path) -> None:
    page = _items_page(manifest(items=80), "fr", tmp_path)
    assert page.xpath("//a/@href[contains(., 'explore/')]") == ["../explore/?language=fr"]
    assert "Non lus par la machine" not in page.text_content()
    empty = _items_page(replace(manifest(items=80), items=()), "fr", tmp_path / "empty")
    assert "Aucun élément étiqueté de ce trimestre" in empty.text_content()
    assert not empty.xpath("//a[contains(@href, 'explore/')]")


def test_of_many_unread_items_the_newest_are_listed_and_the_others_counted(tmp_path: Path) -> None:
    edition = manifest(items=80)
    unread = replace(edition.items[0], kind="news", language="fr", status=OTHER_LANGUAGE, labels=())
    items = tuple(
        replace(unread, id=f"guid:{n:03}", date=f"2026-01-{1 + n // 10:02}") for n in range(130)
    )
    page = _items_page(replace(edition, items=items), "fr", tmp_path)
    days = page.xpath("//ul[@class='short-list']//time/@datetime")
    assert (len(days), days[0], days[-1]) == (OWN, "2026-01-13", "2026-01-04")
    text = page.text_content()
    assert "130 éléments de ce trimestre" in text
    assert "au nombre de 100 ; tous sont dans les fichiers de données" in text


@pytest.mark.parametrize("tag", OTHERS)
def test_what_the_panel_decided_is_said_in_the_language(tag: str, tmp_path: Path) -> None:
    edition, tongue = published(reviewed(full(items=200))), tongue_of(tag)
    said = tongue.gettext("decided by the panel")
    paths = write_language_pages(edition, load(), tongue, tmp_path, draft=False)
    pages = {
        path.name: html.fromstring(path.read_text("utf-8").split("---", 2)[2]) for path in paths
    }
    goal = pages["goals.md"].text_content()
    assert goal.count(said) == 3
    assert pages["explore.md"].xpath("//ol/@data-panel") == [said]


def test_the_same_edition_gives_the_same_bytes(
    tmp_path: Path, written: dict[str, dict[str, str]]
) -> None:
    again = write_language_pages(
        published(manifest(items=80)), load(), tongue_of("ru"), tmp_path, draft=False
    )
    assert {path.name: path.read_text("utf-8") for path in again} == written["ru"]
