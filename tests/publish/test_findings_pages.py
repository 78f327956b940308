"""What pages say beyond items: figures, counts, trends, stories, the matrix, and why."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from lxml import html

from digest.edition.manifest import Assigned, LabelCount, Manifest, Signals
from digest.edition.prevalence import Estimate
from digest.edition.select import SAME_STORY
from digest.publish.figures import Figure, figures
from digest.publish.languages.figures import figures as french_figures
from digest.publish.languages.tongue import tongue_of
from digest.publish.words import precise_percent
from tests.publish.invented_edition import manifest
from tests.publish.written import written


def test_ten_figures_stand_beside_those_of_the_quarter_before(
    pages: dict[str, str], quarters: tuple[Manifest, Manifest]
) -> None:
    page = pages["index.md"]
    assert page.count('<dd class="value">') == 10
    papers = sum(item.kind == "paper" for item in quarters[0].items)
    assert f"<dd>{papers} in 2025Q4</dd>" in page


def test_counts_of_labels_stand_beside_those_of_another_model_only_for_items(
    quarters: tuple[Manifest, Manifest],
) -> None:
    def remarks(edition: Manifest) -> list[bool]:
        return ["in 2025Q4" in figure.remark for figure in figures(edition)[:5]]

    assert remarks(quarters[1]) == [True, True, False, True, True]
    assert remarks(replace(quarters[1], model="another")) == [True, True, False, False, False]


def test_the_share_about_ai_is_of_the_items_that_were_labelled() -> None:
    edition = manifest(items=40)
    readable, unread = edition.items[:30], edition.items[30:]
    ai = Assigned("ai", "relevant", 0.9, 0.5)
    items = (
        *(
            replace(item, status="labelled", labels=(ai,), withdrawn=False)
            for item in readable[:15]
        ),
        *(replace(item, status="labelled", labels=()) for item in readable[15:]),
        *(replace(item, status="not labelled: language", labels=()) for item in unread),
    )
    edition = replace(edition, items=items)
    assert Figure("50%", "about AI", "15 of 30 items that were labelled") in figures(edition)
    assert ("50\u00a0%", "15 sur 30") in {
        (figure.value, figure.remark) for figure in french_figures(edition, tongue_of("fr"))
    }


def test_the_figures_say_whose_papers_and_whose_news_they_count() -> None:
    """Papers of one archive are not all research, and some feeds are not all news."""
    edition = manifest(items=9)
    a_source = edition.sources[0]
    publishers = {"s-1": "arXiv", "s-2": "arXiv", "s-3": "Anna", "s-4": "Ben", "s-5": "Cleo"}
    said = [("paper", ("s-1", "s-2")), ("news", ("s-3",)), ("news", ("s-4", "s-5"))]
    items = tuple(
        replace(item, kind=kind, sources=sources)
        for item, (kind, sources) in zip(edition.items, said, strict=False)
    )
    edition = replace(
        edition,
        items=items,
        sources=tuple(replace(a_source, id=i, publisher=p) for i, p in publishers.items()),
    )
    assert [one.what for one in figures(edition)[:2]] == [
        "papers of arXiv", "news items of 3 publishers",
    ]  # fmt: skip
    assert [one.what for one in figures(replace(edition, items=items[:2]))[1:2]] == [
        "news items of Anna"
    ]
    assert [one.what for one in french_figures(edition, tongue_of("fr"))[:2]] == [
        "Articles (arXiv)", "Actualités (éditeurs : 3)",
    ]  # fmt: skip
    assert figures(replace(edition, items=()))[0].what == "papers"


def test_the_figure_of_sources_tells_those_that_had_nothing_of_the_quarter() -> None:
    edition = manifest(items=9)
    source = replace(edition.sources[0], outcome="answered", items=3)
    found = figures(replace(edition, sources=(source, replace(source, id="s", items=0))))
    assert Figure("2 of 2", "sources answered", "1 with nothing of this quarter") in found


def test_a_page_tells_the_corrected_count_its_interval_and_what_it_rests_on(
    pages: dict[str, str], quarters: tuple[Manifest, Manifest]
) -> None:
    count = next(c.count for c in quarters[1].counts if (c.label, c.kind) == ("1", "paper"))
    page = pages["sdg/1.md"]
    assert (
        f"About {count.estimate} papers truly concern it (90% interval: {count.low} to "
        f"{count.high}); {count.raw} papers carry the label." in page
    )
    assert "too little was read to say how many truly concern it." in page
    assert "Papers: corrected by the machine&#39;s errors in its test on abstracts. " in page
    assert "Only the machine says so: no person has confirmed" in page


def test_an_interval_that_is_too_wide_names_no_number(
    quarters: tuple[Manifest, Manifest], tmp_path: Path
) -> None:
    wide = LabelCount("sdg", "1", "paper", Estimate(0, 67, 5, 291, 0, "model's test"))
    counts = tuple(
        wide if (c.scheme, c.label, c.kind) == ("sdg", "1", "paper") else c
        for c in quarters[1].counts
    )
    sections = tuple(
        replace(s, papers=0, chosen=()) if (s.scheme, s.label) == ("sdg", "1") else s
        for s in quarters[1].sections
    )
    pages = written(replace(quarters[1], counts=counts, sections=sections), tmp_path)
    page = pages["sdg/1.md"]
    assert '<td class="n">– <small>(5 to 291)</small></td>' in pages["index.md"]
    assert "Papers: corrected by the machine" in page
    assert (
        "Between 5 and 291 papers truly concern it (90% interval): too wide to name one number; "
        "no papers carry the label." in page
    )
    assert "67" not in page.split("## How many")[1].split("## Over the quarters")[0]
    assert not Estimate(100, 110, 80, 150, 0, "model's test").is_vague


def test_what_people_decided_is_told_apart_from_what_only_the_machine_said(
    quarters: tuple[Manifest, Manifest], tmp_path: Path
) -> None:
    new = quarters[1]
    chosen = next(s.chosen[0] for s in new.sections if (s.scheme, s.label) == ("sdg", "1"))
    items = tuple(
        replace(i, labels=tuple(replace(a, maker="panel:r-7") for a in i.labels))
        if i.id == chosen
        else i
        for i in new.items
    )
    page = written(replace(new, items=items), tmp_path)["sdg/1.md"]
    assert "People confirmed 1 of these" in page
    assert "items; of the others only the machine says so." in page
    assert "decided by panel:r-7" in page


def test_a_trend_has_a_row_for_each_quarter_and_a_chart(
    pages: dict[str, str], quarters: tuple[Manifest, Manifest]
) -> None:
    trend = pages["risk/democracy.md"].split("## Over the quarters")[1].split("## Papers")[0]
    section = next(s for s in quarters[0].sections if s.label == "democracy")
    assert f'2025Q4</th><td class="n">{section.papers}</td>' in trend
    assert "2026Q1 (this one)</th>" in trend
    assert '<line class="trend-papers"' in trend
    assert '<a href="../../data/#history">Data behind this chart</a>' in trend


def test_a_story_stands_once_with_all_its_sources(
    pages: dict[str, str], quarters: tuple[Manifest, Manifest]
) -> None:
    new = quarters[1]
    told = {*new.stories[0].items}
    section = next(s for s in new.sections if told & {*s.chosen} and s.scheme == "sdg")
    assert len(told & {*section.chosen}) == 1
    page = pages[f"sdg/{section.label}.md"]
    assert '<span class="mark">12 outlets</span> told this: all 14 items' in page
    assert "<bdi>Outlet &lt;11&gt; &amp; Sons</bdi>" in page
    assert "Joined by the same address, nearly alike texts." in page


def test_what_was_withdrawn_is_marked_in_the_story_and_does_not_speak_for_it(
    quarters: tuple[Manifest, Manifest], tmp_path: Path
) -> None:
    new = quarters[1]
    many, two = new.stories
    shown = next(i for s in new.sections for i in s.chosen if i in many.items)
    gone = next(i for i in many.items[1:] if i != shown)
    signal = replace(new.signals["paper"].signals[0], kind="story", name=many.id)
    edition = replace(
        new, stories=(replace(many, representative=gone), two),
        items=tuple(replace(i, withdrawn=i.id == gone) for i in new.items),
        signals={"news": Signals("compared", 9, 0.1, (signal,))},
    )  # fmt: skip
    found = written(edition, tmp_path)
    page = next(text for text in found.values() if "told this: all 14 items" in text)
    items = html.fromstring(f"<div>{page.split('## Papers')[1]}</div>")
    (told,) = [
        one for one in items.xpath("//details")
        if "told this: all 14 items; 1 item withdrawn" in one.text_content()
    ]  # fmt: skip
    (marked,) = told.xpath(".//li[span[@class='mark']]")
    assert marked.text_content().endswith("withdrawn")
    titles = {i.id: i.title for i in edition.items}
    assert f"<strong><bdi>{titles[many.items[0]]}</bdi></strong>" in found["index.md"]


def test_who_was_passed_over_is_listed_with_the_reason(
    pages: dict[str, str], quarters: tuple[Manifest, Manifest]
) -> None:
    new = quarters[1]
    passing = [s for s in new.sections if s.scheme == "sdg" and s.passed]
    assert passing
    for section in passing:
        document = html.fromstring(pages[f"sdg/{section.label}.md"])
        rows = document.xpath("//table[caption[starts-with(., 'Passed over')]]/tbody/tr/td/text()")
        assert rows == [reason for _, reason in section.passed]
    assert any(reason == SAME_STORY for s in passing for _, reason in s.passed)


def test_the_matrix_counts_items_of_both_and_leads_to_them(
    pages: dict[str, str], quarters: tuple[Manifest, Manifest]
) -> None:
    def carries(item: object, scheme: str, label: str) -> bool:
        return any((a.scheme, a.label) == (scheme, label) for a in item.labels)  # type: ignore[attr-defined]

    both = sum(
        carries(i, "sdg", "1") and carries(i, "risk", "systems-stability") and not i.withdrawn
        for i in quarters[1].items
    )
    assert both
    document = html.fromstring(pages["matrix.md"])
    cell = document.xpath("//a[@href='../explore/?goal=1&risk=systems-stability']")[0]
    assert cell.text == str(both)
    assert cell.get("aria-label").startswith(f"{both} items: Goal 1: No poverty, Stability of")
    assert len(document.xpath("//tbody/tr[not(@class)]/td")) == 17 * 21


def test_the_method_page_states_the_rule_the_corrections_and_the_comparison(
    pages: dict[str, str], quarters: tuple[Manifest, Manifest]
) -> None:
    text = " ".join(html.fromstring(pages["method.md"]).text_content().split())
    assert "at most 12 papers and 8 news items" in text
    assert "whose group of authors (known by the last author) has 2 papers there" in text
    assert "whose publisher has 3 items there" in text
    assert "This edition has 2 stories of several items, with 16 items." in text
    reference = quarters[1].shares[0].reference
    assert reference > 1 / 17  # some papers have two goals
    assert f"here {precise_percent(reference)}" in text
    assert "vary from month to month, taken as 10% where it is less" in text
    tested = quarters[1].signals["paper"].tested
    assert f'<td class="n">–</td><td class="n">{tested}</td>' in pages["method.md"]


def test_an_edition_of_the_old_format_has_all_pages_and_says_what_it_lacks(tmp_path: Path) -> None:
    pages = written(replace(manifest(items=60), format="edition/1"), tmp_path)
    assert "This edition states no shares of goals." in pages["index.md"]
    assert "No earlier quarter is published" in pages["sdg/1.md"]
    assert "This edition has no corrected counts." in pages["method.md"]
    assert "of this quarter carry the label." in pages["sdg/1.md"]
