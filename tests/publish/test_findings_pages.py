"""What pages say beyond items: moves, shares, signals, counts, trends, stories, and why."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html

from digest.edition import prevalence
from digest.edition.findings import goal_shares
from digest.edition.manifest import Assigned, EditionSignal, LabelCount, Manifest, Signals
from digest.edition.prevalence import Estimate
from digest.edition.rates import Ratio
from digest.edition.select import SAME_STORY
from digest.edition.shares import Share
from digest.publish import write_pages
from digest.publish.figures import Figure, figures
from digest.publish.languages import write_language_pages
from digest.publish.languages.figures import figures as french_figures
from digest.publish.languages.tongue import tongue_of
from digest.publish.share_chart import share_chart, ticks
from digest.publish.words import percent, precise_percent
from digest.taxonomy import load
from tests.publish.full_edition import GOALS, full, of_another_model, two_quarters
from tests.publish.invented_edition import codebook, manifest, placements, published


def written(edition: Manifest, folder: Path) -> dict[str, str]:
    """The pages of an edition by name."""
    place = next(placements([published(edition)]))
    paths = write_pages(place, codebook(), folder, draft=False, sha256="0" * 64)
    return {str(p.relative_to(folder)): p.read_text("utf-8") for p in paths}


@pytest.fixture(scope="module")
def quarters() -> tuple[Manifest, Manifest]:
    return two_quarters()


@pytest.fixture(scope="module")
def pages(
    quarters: tuple[Manifest, Manifest], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    return written(quarters[1], tmp_path_factory.mktemp("pages"))


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


def test_a_term_that_rose_is_named_with_its_interval_and_the_items_behind_it(
    pages: dict[str, str],
) -> None:
    signals = pages["index.md"].split("## Emerging signals")[1].split("## Sustainable")[0]
    assert "<bdi>flood maps</bdi>" in signals
    assert "In no compared title of 2025Q4 (" in signals
    first = r"in no title of 2025Q4 that was compared; at least \d+(\.\d)? times the earlier rate"
    assert re.search(first, signals)
    assert re.search(r"> *\d+ papers now; 0 before; \d+ groups of authors<", signals)
    assert "with flood maps" in signals.split("<details>")[1]


def test_without_an_earlier_quarter_it_says_so(tmp_path: Path) -> None:
    page = written(full(items=100), tmp_path)["index.md"]
    assert page.count("No earlier quarter is published, so nothing can be compared yet.") == 2


@pytest.mark.parametrize("same_model", [True, False])
def test_the_number_of_rates_compared_says_what_it_counts(
    quarters: tuple[Manifest, Manifest], tmp_path: Path, *, same_model: bool
) -> None:
    before, new = quarters
    model = before.model if same_model else "m1-another"
    edition = replace(new, past=tuple(replace(one, model=model) for one in new.past))
    said = written(edition, tmp_path)["index.md"].split("## Emerging signals")[1]
    tested = sum(found.tested for found in new.signals.values())
    labels = ", those of goals and risk categories among them" if same_model else ""
    assert f"In all {tested} rates of papers and of news were compared{labels}; of the" in said
    assert "Terms of titles, and stories, whose rate among papers or among news changed" in said


def test_goals_that_moved_are_listed_with_their_ratio(
    quarters: tuple[Manifest, Manifest], tmp_path: Path
) -> None:
    new = quarters[1]
    found = EditionSignal(
        "label", "sdg/2", "decline", 20, 400, 60, 350, 18, Ratio(0.29, 0.2, 0.45), 0.001,
        (new.items[0].id,),
    )  # fmt: skip
    signals = {"paper": Signals("compared", 300, 0.1, (found,)), "news": Signals("no items")}
    page = written(replace(new, signals=signals), tmp_path)["index.md"]
    moved = page.split("## Goals and risks that moved")[1].split("## Under-served")[0]
    assert "Goal 2: Zero hunger</bdi></strong> 0.3 times the earlier rate (0.2 to 0.5)" in moved
    assert '<a href="sdg/2/">Goal 2: Zero hunger</a>' in moved
    # 0.29 times the earlier rate, so 69 papers at that rate, however many were looked at.
    assert "20 papers now, where the earlier rate gives 69; 60 before; 18 groups" in moved
    assert "18 groups of authors behind the earlier ones" in moved
    assert "Risk categories</h3>" not in moved
    assert "No risk category changed beyond chance." in moved
    assert "No goal changed" not in moved
    assert "same field" not in page


def test_rates_that_were_compared_within_fields_say_so(
    quarters: tuple[Manifest, Manifest], tmp_path: Path
) -> None:
    """Never beside the numbers of all papers, whose ratio may say the opposite."""
    found = EditionSignal(
        "label", "risk/security", "rise", 30, 4000, 40, 4100, 18, Ratio(2.0, 1.5, 2.6), 0.001, ()
    )
    papers = Signals("compared", 300, 0.1, (found,), 12)
    edition = replace(quarters[1], signals={"paper": papers, "news": Signals("compared", 9, 0.1)})
    pages = written(edition, tmp_path)
    moved, terms = (pages["index.md"].split(f"## {name}")[1].split("\n## ")[0]
                    for name in ("Goals and risks that moved", "Emerging signals"))  # fmt: skip
    assert "2.0 times the earlier rate in the same fields (1.5 to 2.6)" in moved
    assert "30 papers now, where the earlier rate gives 15; 40 before" in moved
    assert "behind the earlier ones" not in moved
    assert "No goal changed beyond chance." in moved
    assert all("Papers are compared with those of the same field" in s for s in (moved, terms))
    assert "Papers are compared with those of the same field" in pages["method.md"]
    assert 'Papers</th><td>compared</td><td class="n">12</td>' in pages["method.md"]
    assert 'News items</th><td>compared</td><td class="n">–</td>' in pages["method.md"]


def test_where_nothing_moved_it_says_what_that_was_held_against(
    quarters: tuple[Manifest, Manifest], tmp_path: Path
) -> None:
    page = written(replace(quarters[1], signals={"paper": Signals("compared", 300, 0.1)}), tmp_path)
    more = "changed by more than chance and the usual variation between months explain."
    assert f"no goal and no risk category {more}" in page["index.md"]
    assert f"no term and no story {more}" in page["index.md"]


def test_labels_of_another_model_are_not_compared_and_their_quarter_is_marked(
    tmp_path: Path,
) -> None:
    before = of_another_model(full("2025Q4", items=200, seed=2))
    pages = written(full(before=[before], items=200), tmp_path)
    assert "2025Q4 was labelled by another model or codebook" in pages["index.md"]
    goal = pages["sdg/1.md"]
    assert '2025Q4 <span class="mark">another model</span>' in goal
    assert "does not compare: 2025Q4." in goal
    assert 'class="trend-papers trend-other"' in goal
    assert '<line class="trend-papers"' not in goal


def test_under_served_goals_are_said_in_words_chart_and_numbers(
    pages: dict[str, str], quarters: tuple[Manifest, Manifest]
) -> None:
    called = [s.goal for s in quarters[1].shares if s.verdict == "under-served"]
    assert "14" in called
    shares = pages["index.md"].split("## Under-served goals")[1].split("## Emerging")[0]
    words = shares.split("<p>")[1]
    assert "Goal 14: Life below water" in words
    assert f"{len(called)} goals of 17 are under-served</strong>" in words
    assert "The whole 90% interval of their share" in words
    assert shares.count('class="chart-end">under-served') == len(called)
    assert shares.count("<td>under-served</td>") == len(called)
    assert "data/#shares" in shares


def _with_shares(edition: Manifest, shares: Iterable[Share], folder: Path) -> dict[str, str]:
    """What an edition with other shares says: English, French, and the English method."""
    edition = replace(edition, shares=tuple(shares))
    pages = written(edition, folder / "en")
    write_language_pages(published(edition), load(), tongue_of("fr"), folder / "fr", draft=False)
    index = pages["index.md"].split("## Under-served goals")[1].split("## Emerging")[0]
    french = (folder / "fr" / "index.md").read_text("utf-8").split("{: #shares }")[1]
    return {"en": index, "fr": french.split("{: #goals }")[0], "method": pages["method.md"]}


def test_shares_that_cannot_be_corrected_are_not_called_corrected(
    quarters: tuple[Manifest, Manifest], tmp_path: Path
) -> None:
    none = goal_shares(quarters[1].items, GOALS, None)
    pages = _with_shares(quarters[1], none, tmp_path)
    why = "not corrected: too few items drawn at random were read, and there is no test of the"
    assert f"The shares are {why} model" in pages["en"]
    assert f"The shares of this edition are {why} model" in pages["method"]
    assert "Les parts ne sont pas corrigées : trop peu d’articles tirés au hasard" in pages["fr"]
    for page in pages.values():
        assert "corrected not corrected" not in page
    for said in ("No goal", "Too little was read", "So few papers"):
        assert said not in pages["en"]
    assert "There is too little data to say of any goal whether it is" in pages["en"]
    assert "Il y a trop peu de données pour dire d’un objectif" in pages["fr"]
    assert "Aucun objectif ne peut" not in pages["fr"]
    assert "Si peu d’articles" not in pages["fr"]


def test_too_few_papers_are_not_called_too_few_readings(
    quarters: tuple[Manifest, Manifest], tmp_path: Path
) -> None:
    few = [replace(one, verdict="too little data") for one in quarters[1].shares]
    pages = _with_shares(quarters[1], few, tmp_path)
    assert "So few papers carry a goal that one with the share of the reference" in pages["en"]
    assert "Si peu d’articles portent un objectif" in pages["fr"]
    assert "There is too little data to say of any goal whether it is" in pages["en"]
    for said in ("No goal", "was read", "were read, and"):
        assert said not in pages["en"]
    assert "Aucun objectif ne peut" not in pages["fr"]
    assert "The shares are corrected by the machine" in pages["en"]


def test_what_is_said_of_the_other_goals_leaves_out_those_with_too_little_data(
    quarters: tuple[Manifest, Manifest], tmp_path: Path
) -> None:
    some = [
        replace(one, verdict="too little data" if one.goal == "1" else "not distinguishable")
        for one in quarters[1].shares
    ]
    pages = _with_shares(quarters[1], some, tmp_path)
    assert "No goal on which there is enough data can be called under-served" in pages["en"]
    assert "too little data to say anything of Goal 1: No poverty." in pages["en"]
    assert "Parmi les objectifs pour lesquels il y a assez de données, aucun" in pages["fr"]


def test_the_chart_of_shares_names_the_level_of_its_intervals(
    pages: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ">Share, 90% interval</text>" in pages["index.md"]
    monkeypatch.setattr(prevalence, "LEVEL", 0.8)
    assert ">Share, 80% interval</text>" in share_chart("c", "t", [])


def test_the_chart_of_shares_has_a_scale_and_the_number_of_its_reference(
    pages: dict[str, str], quarters: tuple[Manifest, Manifest]
) -> None:
    chart = pages["index.md"].split("<svg", 2)[1].split("</svg>")[0]
    assert "shares-chart" in chart
    assert f">Reference, {precise_percent(quarters[1].shares[0].reference)}</text>" in chart
    scale = re.findall(r'class="chart-scale(?: chart-middle)?">(\d+%)</text>', chart)
    assert scale[0] == "0%"
    assert scale == scale[: len(scale) // 2] * 2  # above and below
    assert len(scale) > 4
    lines = chart.count('<line class="share-grid"')
    assert lines == 17 * len(scale) // 2


@pytest.mark.parametrize(
    ("longest", "marks"),
    [(0.06, ["0%", "2%", "4%", "6%"]), (0.62, ["0%", "20%", "40%", "60%"]), (1.0, ["0%", "100%"]),
     (0.013, ["0%", "1%"]), (0.24, ["0%", "5%", "10%", "15%", "20%"])],
)  # fmt: skip
def test_a_scale_has_round_numbers_and_room_for_them(longest: float, marks: list[str]) -> None:
    found = [percent(at) for at in ticks(longest)]
    assert found[:1] + found[-1:] == marks[:1] + marks[-1:]
    assert set(marks) <= set(found)
    assert len(found) <= 6


def test_goals_with_references_of_their_own_have_them_in_the_table(
    quarters: tuple[Manifest, Manifest], tmp_path: Path
) -> None:
    first, *others = quarters[1].shares
    found = _with_shares(quarters[1], [replace(first, reference=0.12), *others], tmp_path)
    assert ">Reference</text>" in found["en"]
    assert '<th scope="col" class="n">Reference</th>' in found["en"]
    assert '<td class="n">12.0%</td>' in found["en"]


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
