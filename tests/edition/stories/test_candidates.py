"""Which pairs become candidates, with what score and for what reasons."""

from __future__ import annotations

from random import Random

import pytest

from digest.edition.stories import Pair, StoryItem, candidates
from digest.edition.stories.cluster import THRESHOLD
from digest.items import keys_of
from tests.edition.stories.told import ABSTRACT, CROWD, paper, report, towards
from tests.examples import news


def pair_of(*items: StoryItem) -> Pair | None:
    """What is said of two items among the crowd."""
    found = candidates([*CROWD, *items])
    ids = tuple(sorted(item.item_id for item in items))
    return next((pair for pair in found if (pair.one, pair.other) == ids), None)


def score_of(*items: StoryItem) -> float:
    pair = pair_of(*items)
    return pair.score if pair else 0.0


FLOODS = "FloodCast: Forecasting floods in ungauged basins"
COURT = "Court halts the SyRI fraud algorithm in the Netherlands"


def test_the_same_paper_twice_is_one_work() -> None:
    again = paper(2, FLOODS.upper(), ABSTRACT, ("Ames, Ada", "Bell, Bo", "Cy Cole"))
    pair = pair_of(paper(1, FLOODS, ABSTRACT), again)
    assert pair
    assert pair.score >= THRESHOLD
    assert "same title" in pair.reasons
    assert "100 % of the authors" in pair.reasons


def test_a_revised_title_with_the_same_abstract_and_authors_is_one_work() -> None:
    revised = paper(2, "RiverCast: Forecasting floods in ungauged river basins", ABSTRACT)
    assert score_of(paper(1, FLOODS, ABSTRACT), revised) >= THRESHOLD


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("Flow in porous media I: Methods", "Flow in porous media II: Results"),
        ("Near field refraction in layered media", "Far field refraction in layered media"),
        ("Harbour Survey Year 6: Weak lensing", "Harbour Survey Year 6: Galaxy clusters"),
        ("Gaps of operators in dimension 2", "Gaps of operators in dimension 3"),
    ],
)
def test_parts_of_a_series_are_works_of_their_own(title: str, other: str) -> None:
    half = ABSTRACT[: len(ABSTRACT) // 2]
    assert (
        score_of(paper(1, title, ABSTRACT), paper(2, other, half + " Other results.")) < THRESHOLD
    )


def test_papers_of_one_topic_are_not_one_work() -> None:
    other = paper(2, "Forecasting floods with transformers", ABSTRACT.replace("radar", "satellite"),
                  ("Di Dorn", "Ed Eck"))  # fmt: skip
    assert pair_of(paper(1, FLOODS, ABSTRACT), other) is None


def test_a_paper_that_cites_another_is_not_it() -> None:
    citing = paper(2, "Floods revisited", "We refute arXiv:2602.00001.", ("Di Dorn",))
    assert pair_of(paper(1, FLOODS, ABSTRACT), citing) is None


def test_a_paper_says_that_it_is_a_version_of_another() -> None:
    plain = paper(2, "Learning to forecast floods in ungauged basins of Asia")
    said = paper(2, plain.title, comments="Extended version of arXiv:2602.00001")
    assert score_of(paper(1, FLOODS), plain) < THRESHOLD <= score_of(paper(1, FLOODS), said)


def test_one_event_in_several_outlets() -> None:
    other = report("b", "SyRI fraud algorithm halted by Netherlands court", days=1)
    pair = pair_of(report("a", COURT), other)
    assert pair
    assert pair.score >= THRESHOLD
    assert pair.reasons == ("similar title", "near in meaning")


def test_the_same_words_weeks_later_are_another_event() -> None:
    later = report("b", "SyRI fraud algorithm halted by Netherlands court", days=20)
    assert score_of(report("a", COURT), later) < THRESHOLD


def test_versions_are_events_of_their_own() -> None:
    titles = "Introducing Parrot 4.5 for schools", "Introducing Parrot 4.6 for schools"
    assert score_of(report("a", titles[0]), report("b", titles[1])) < THRESHOLD


def test_what_an_outlet_writes_by_template_is_not_one_event() -> None:
    titles = "Salesforce ships faster with Parrot", "Mozilla ships faster with Parrot"
    same = report("b", titles[1], outlets=("a",))
    assert score_of(report("a", titles[0]), same) < THRESHOLD


def test_a_press_release_is_known_by_its_wording() -> None:
    other = report("b", "Rivers: what comes next", ABSTRACT, days=1, vector=towards(0, 0, 1))
    pair = pair_of(report("a", "New forecast announced", ABSTRACT), other)
    assert pair
    assert pair.score == 1
    assert pair.reasons == ("same wording",)


def test_a_short_phrase_that_all_share_is_no_wording() -> None:
    fixes = "Various bug fixes and improvements"
    assert score_of(report("a", "Parrot 1.2", fixes), report("b", "Magpie 7", fixes, 1)) < THRESHOLD


def test_news_that_links_to_a_paper_is_about_it() -> None:
    post = report("a", "Our new work on rivers", "Read https://arxiv.org/pdf/2602.00001v2")
    pair = pair_of(post, paper(1, FLOODS, ABSTRACT))
    assert pair
    assert pair.score >= THRESHOLD
    assert pair.reasons == ("links to the paper",)


def test_news_that_links_to_the_journal_s_version() -> None:
    post = report("a", "Our new work on rivers", "Read https://doi.org/10.1000/R.5")
    published = paper(1, FLOODS, ABSTRACT, keys=("arxiv:2602.00001", "doi:10.1000/r.5"))
    assert score_of(post, published) >= THRESHOLD


def test_news_that_calls_a_paper_by_its_title_is_about_it() -> None:
    titled = paper(1, "The tidal axis: steadying river models", vector=towards(1, 1))
    pair = pair_of(report("a", "The tidal axis: steadying the models of rivers"), titled)
    assert pair
    assert pair.score >= THRESHOLD
    assert pair.reasons == ("calls the work by its title",)


def test_a_name_of_one_word_is_no_title() -> None:
    post = report("a", "Opus is now available in the harbour")
    assert score_of(post, paper(1, "OPUS: selecting data for training")) < THRESHOLD


def test_a_round_up_is_about_none_of_its_topics() -> None:
    works = [paper(n, f"The tidal axis {n}: rivers", ABSTRACT) for n in range(1, 5)]
    post = report("a", "What we read", " ".join(f"arXiv:2602.0000{n}" for n in range(1, 5)))
    listing = report("b", "The tidal axis, Agents Shop, Chips Rise, Books Talk")
    found = {end for p in candidates([*CROWD, *works, post, listing]) for end in (p.one, p.other)}
    assert not found & {"url:a", "url:b"}


def test_two_posts_that_link_to_one_paper() -> None:
    posts = [
        report("a", "Floods are forecast at last", "arXiv:2501.00009", vector=towards(1, 0.5)),
        report("b", "A forecast for rivers without gauges", "arXiv:2501.00009 says so.", 2),
    ]
    pair = pair_of(*posts)
    assert pair
    assert "both name arxiv:2501.00009" in pair.reasons
    apart = [report(i.item_id, i.title, days=2 * n) for n, i in enumerate(posts)]
    assert score_of(*apart) < score_of(*posts)


def test_news_that_links_to_news() -> None:
    first = report("a", COURT, keys=keys_of(news("x")))
    linking = report("b", "Fraud algorithm: Netherlands told to stop", "https://news.example/x", 1)
    pair = pair_of(first, linking)
    assert pair
    assert pair.score >= THRESHOLD
    assert "one links to the other" in pair.reasons


OTHER_LANGUAGES = [
    ("zh", "荷兰法院叫停 SyRI 系统", "2026年2月，Amnesty 称 26,000 人受影响，Rotterdam 已停用。"),
    ("ru", "Суд в Нидерландах остановил SyRI", "Amnesty: 26,000 человек, Rotterdam."),
    ("ar", "محكمة هولندية توقف SyRI", "قالت Amnesty إن 26,000 شخص تضرروا في Rotterdam."),
    ("fr", "La justice suspend SyRI", "Selon Amnesty, 26,000 personnes à Rotterdam."),
]


@pytest.mark.parametrize(("language", "title", "text"), OTHER_LANGUAGES)
def test_press_in_several_languages_shares_names_and_numbers(
    language: str, title: str, text: str
) -> None:
    english = report("a", COURT, "Amnesty counts 26,000 people in Rotterdam.")
    foreign = report("b", title, text, days=1, language=language, vector=None)
    pair = pair_of(english, foreign)
    assert pair
    assert pair.score >= THRESHOLD
    assert pair.reasons == ("share 26000, amnesty, rotterdam, syri",)


def test_two_names_are_not_an_event() -> None:
    foreign = report("b", "OpenAI 与 Google 发布财报", language="zh", vector=None)
    assert pair_of(report("a", "OpenAI sues Google over music"), foreign) is None


def test_one_language_that_the_encoder_does_not_read() -> None:
    titles = (
        "La justice néerlandaise suspend l'algorithme SyRI",
        "L'algorithme SyRI suspendu par la justice néerlandaise",
    )
    one, other = (
        report(name, title, language="fr", vector=None)
        for name, title in zip("ab", titles, strict=True)
    )
    assert score_of(one, other) >= THRESHOLD


def test_the_order_of_the_items_makes_no_difference() -> None:
    items = [
        *CROWD, paper(1, FLOODS, ABSTRACT), paper(2, FLOODS, ABSTRACT), report("a", COURT),
        report("b", "SyRI fraud algorithm halted", "arXiv:2602.00001", 1),
        report("c", "Court halts SyRI", ABSTRACT, 2), report("d", "Rivers", ABSTRACT, 2),
    ]  # fmt: skip
    expected = candidates(items)
    assert len(expected) >= 4
    for seed in range(5):
        Random(seed).shuffle(items)
        assert candidates(items) == expected


@pytest.mark.parametrize(
    "items", [[], [report("a", "")], [paper(1, "")], [paper(1, "", authors=()), paper(2, "")],
              [report("a", "", vector=None), report("b", "", "…", vector=None)]],
)  # fmt: skip
def test_nothing_to_say(items: list[StoryItem]) -> None:
    assert candidates(items) == []


def test_hostile_titles_are_words_like_others() -> None:
    title = "<script>alert(1)</script> \u202e" + "x" * 10_000 + " \\input{a} 0"
    pair = pair_of(report("a", title), report("b", title))
    assert pair
    assert pair.score >= 0.9
