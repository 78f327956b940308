"""Generated files before MkDocs: what each page must say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from lxml import html

from digest.edition.difference import difference
from digest.edition.manifest import Assigned, Manifest
from digest.edition.select import UNSURE, sections
from digest.publish import write_pages
from digest.publish.languages.tongue import tongue_of
from digest.publish.languages.views import EditionWords
from digest.publish.mkdocs import edition_nav
from digest.publish.render import markdown_text
from digest.publish.sections import EditionView
from tests.publish.full_edition import two_quarters
from tests.publish.invented_edition import (
    codebook,
    hostile,
    manifest,
    placements,
    published,
)
from tests.publish.written import Write, written_in


def _first(edition: Manifest, label: str, **changes: object) -> tuple[Manifest, str]:
    """The edition with the first item shown under a goal changed, and that item's id."""
    chosen = next(s.chosen[0] for s in edition.sections if (s.scheme, s.label) == ("sdg", label))
    items = tuple(replace(i, **changes) if i.id == chosen else i for i in edition.items)  # type: ignore[arg-type]
    return replace(edition, items=items), chosen


def test_every_page_of_an_edition_is_a_file(write: Write) -> None:
    names = set(write(published(manifest(items=40))))
    assert {f"sdg/{n}.md" for n in range(1, 18)} < names
    assert {f"risk/{x.id}.md" for x in codebook().scheme("risk")} < names
    assert {
        "index.md", "goals.md", "risks.md", "matrix.md", "explore.md", "changes.md", "sources.md",
        "method.md", "data.md",
    } < names  # fmt: skip


def test_rulings_name_categories_as_readers_know_them(tmp_path: Path) -> None:
    book = codebook()
    security = next(label for label in book.scheme("risk") if label.id == "security")
    ruled = replace(security, borderline=(("A worm.", "security; add values-norms."),))
    labels = tuple(ruled if label == security else label for label in book.labels)
    pages = written_in(published(manifest(items=5)), tmp_path, replace(book, labels=labels))
    said = "A worm → “International and national security”; add “Values and norms”."
    assert said in pages["risk/security.md"]


def test_a_page_says_what_waits_for_a_person_and_the_method_why(write: Write) -> None:
    edition, of_page = manifest(), ("sdg", "2")
    items = tuple(
        replace(i, labels=tuple(
            replace(a, unsure=(a.scheme, a.label) == of_page) for a in i.labels
        ))
        for i in edition.items
    )  # fmt: skip
    before = replace(edition, items=items)
    assert (
        "Items of whose label the machine is unsure are among them"
        in (write(published(before))["method.md"])
    )
    (page,) = sections(items, [of_page])
    others = (s for s in edition.sections if (s.scheme, s.label) != of_page)
    written = write(published(replace(before, sections=(page, *others))))
    assert "is shown only once a person has confirmed it" in written["method.md"]
    text = " ".join(html.fromstring(written["sdg/2.md"]).text_content().split())
    count = len(page.passed)
    assert f"{count} items of which the machine is unsure are not shown until a person" in text
    assert "None was chosen to be shown." in text
    assert text.count(UNSURE) == count > 1


def test_an_item_shows_source_date_evidence_and_what_labelled_it(write: Write) -> None:
    edition, chosen = _first(
        manifest(), "1", late=True, date="2026-02-14", date_inferred=True, title="The title",
        url="https://a.example/",
    )  # fmt: skip
    shown = next(s for s in edition.shown if s.id == chosen)
    shown = replace(shown, authors=tuple(f"Author {n}" for n in range(9)))
    edition = replace(edition, shown=tuple(shown if s.id == chosen else s for s in edition.shown))
    item = write(published(edition))["sdg/1.md"].split("<article")[1]
    assert '<a href="https://a.example/" rel="noreferrer">The title</a>' in item
    assert "<bdi>Author 5</bdi> and 3 more" in item
    assert '<time datetime="2026-02-14">first seen 14 February 2026</time>' in item
    assert "late arrival" in item
    assert "Labelled by machine" in item
    assert 'title="given from 50%">' in item
    assert "high confidence, " in item
    assert f'<blockquote lang="en" dir="auto">{shown.evidence[0].sentence}</blockquote>' in item
    titled = tuple(
        replace(item, title=shown.evidence[0].sentence) if item.id == chosen else item
        for item in edition.items
    )
    item = write(published(replace(edition, items=titled)))["sdg/1.md"].split("<article")[1]
    assert "<blockquote" not in item  # the title stands there already


def test_a_label_that_a_person_decided_is_not_called_a_machine_s(write: Write) -> None:
    label = Assigned("sdg", "1", 0.52, 0.5, maker="reviewer-7")
    edition, _ = _first(manifest(), "1", labels=(label,))
    item = write(published(edition))["sdg/1.md"].split("<article")[1]
    assert "decided by reviewer-7" in item
    assert "Labelled by machine" not in item


def test_a_label_near_its_threshold_is_marked(write: Write) -> None:
    label = Assigned("sdg", "1", 0.52, 0.5, unsure=True)
    edition, _ = _first(manifest(), "1", labels=(label,))
    assert "unsure: near the threshold" in write(published(edition))["sdg/1.md"]


def test_a_withdrawn_item_is_listed_as_such_and_never_chosen(write: Write) -> None:
    edition, chosen = _first(manifest(), "1", withdrawn=True)
    title, url = next((i.title, i.url) for i in edition.items if i.id == chosen)
    written = write(published(edition))
    assert url not in written["sdg/1.md"]
    assert title in written["changes.md"].split("## Withdrawn")[1]


def test_a_withdrawn_paper_without_details_is_named_and_linked(write: Write) -> None:
    edition, _ = _first(manifest(), "1", withdrawn=True, id="arxiv:2601.00001", title="", url="")
    late = write(published(replace(edition, shown=())))["changes.md"]
    assert (
        '<a href="https://arxiv.org/abs/2601.00001" rel="noreferrer">arxiv:2601.00001</a>' in late
    )


def test_empty_states_are_said_in_words(write: Write) -> None:
    full = manifest(items=3)
    edition = replace(
        full, items=(), shown=(), sections=(), sources=(), thresholds={}, rejections=(), records=0
    )
    written = write(published(edition))
    assert "No item of this quarter carries this goal." in written["sdg/1.md"]
    assert "No item of this quarter carries this category." in written["risk/democracy.md"]
    assert "No item of this quarter carries a goal." in written["index.md"]
    assert "No item arrived late." in written["changes.md"]
    assert "No item of this quarter was withdrawn." in written["changes.md"]
    assert "No source is listed" in written["sources.md"]
    assert "This edition states no thresholds." in written["method.md"]


def test_failed_sources_come_first_with_their_reason(write: Write) -> None:
    text = write(published(manifest(items=5)))["sources.md"]
    places = [text.index(f"## {name}") for name in ("Failed", "Empty", "Not asked", "Answered")]
    assert places == sorted(places)
    assert '<td colspan="4">HTTP 503 after five tries; try again tomorrow</td>' in text
    assert "<td>Kenya</td><td>English</td>" in text


def test_a_source_that_had_nothing_of_the_quarter_is_told_apart(write: Write) -> None:
    edition = manifest(items=5)
    answered = replace(edition.sources[0], outcome="answered", items=3, detail="")
    edition = replace(
        edition,
        sources=(
            answered,
            replace(answered, id="elsewhere", items=0),
            replace(answered, id="nothing", outcome="empty", items=0, detail="is this right?"),
        ),
    )
    found = write(published(edition))
    text = found["sources.md"]
    assert r"## Answered, nothing of this quarter \(1\)" in text
    assert r"## Answered \(1\)" in text
    assert "Sources that answered without a single entry, which often means" in text
    assert "is this right?" not in text
    assert "1 empty, 1 answered, 1 answered with nothing of this quarter." in found["index.md"]
    told = EditionWords(EditionView(edition, codebook()), tongue_of("fr")).outcomes()
    assert ("Ont répondu, sans rien de ce trimestre", "1") in told


def test_changes_since_the_last_version_are_listed(write: Write) -> None:
    new = manifest(items=20)
    first = new.items[1]
    label = Assigned("sdg", "3", 0.9, 0.5)
    gone = replace(first, id="arxiv:gone", title="What left")
    was = replace(first, labels=(label,))
    outcome = replace(new.sources[0], outcome="failed")
    old = replace(
        new,
        items=(gone, was, *new.items[2:]),
        sources=(outcome, *new.sources[1:]),
        model="m1-another",
    )
    edition = replace(published(new), difference=difference(old, new))
    written = write(edition)
    for page in ("index.md", "changes.md"):
        assert "1 item entered, 1 item left, 1 item changed; 1 item changed its" in written[page]
        assert "Source source-00: failed → answered." in written[page]
        assert "Also changed: the model." in written[page]
    assert new.items[0].title in written["changes.md"]
    assert "What left" in written["changes.md"]
    assert "−sdg/3" in written["changes.md"]
    nothing = write(replace(edition, difference=difference(new, new)))
    assert "Nothing changed." in nothing["index.md"]
    assert "nothing was corrected" in write(published(new))["changes.md"]


def test_an_unreviewed_edition_says_so_and_a_reviewed_one_does_not(write: Write) -> None:
    edition = manifest(items=5)
    said = "Labelled by machine; not reviewed by the panel"
    assert all(
        said in text for name, text in write(published(edition)).items() if name.endswith(".md")
    )
    reviewed = replace(edition, review="Signed off by 7 of 9 members")
    text = write(published(reviewed))["sdg/1.md"]
    assert said not in text
    assert "Signed off by 7 of 9 members" in text


def test_the_same_edition_gives_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        written_in(published(two_quarters()[1]), tmp_path / folder)
    files = sorted(p.relative_to(tmp_path / "a") for p in (tmp_path / "a").rglob("*.*"))
    assert len(files) > 25
    assert all(
        (tmp_path / "a" / f).read_bytes() == (tmp_path / "b" / f).read_bytes() for f in files
    )


def test_hostile_text_is_escaped_clipped_and_not_linked(write: Write, hostile_title: str) -> None:
    edition = hostile(manifest(items=30), hostile_title, "javascript:alert(1)")
    # The head, which stands above, escapes in its own way: see the tests of the metadata.
    text = write(published(edition))["sdg/1.md"].split("\n---\n", 1)[1]
    assert "<script" not in text
    assert "<img" not in text
    assert 'href="javascript:' not in text
    assert "\u202e" not in text
    assert "\n```" not in text
    assert "A" * 1_000 not in text
    assert 'lang=""' in text


def test_a_heading_s_own_words_are_neither_html_nor_markdown() -> None:
    assert markdown_text("a_b <i> #1\n`c`") == r"a\_b &lt;i&gt; \#1 \`c\`"


def test_names_that_the_theme_prints_raw_are_escaped(tmp_path: Path) -> None:
    book = codebook()
    first = replace(book.labels[0], names={"en": 'Peace & "<b>justice'})
    book = replace(book, labels=(first, *book.labels[1:]))
    written_in(published(manifest(items=3)), tmp_path, book)
    front = (tmp_path / "sdg/1.md").read_text("utf-8").split("---")[1]
    assert "Peace &amp; &#34;&lt;b&gt;justice" in front
    assert "<b>" not in front
    assert "<b>" not in str(edition_nav(book, "2026Q1"))


def test_long_lists_are_cut_and_say_so(write: Write) -> None:
    edition = manifest(items=400)
    edition = replace(edition, items=tuple(replace(i, late=True) for i in edition.items))
    assert "And 100 more, all in the data files." in write(published(edition))["changes.md"]


def test_items_that_left_are_in_the_data_of_the_version_before(tmp_path: Path) -> None:
    first = manifest(items=400)
    second = replace(first, items=first.items[:50], sections=(), shown=())
    left = difference(first, second)
    versions = [published(first), replace(published(second, "v1.1"), difference=left)]
    texts = {}
    for place in placements(versions):
        folder = tmp_path / place.folder.replace("/", "-")
        write_pages(place, codebook(), folder, draft=False, sha256="0" * 64)
        texts[place.folder] = (folder / "changes.md").read_text("utf-8")
    said = 'And 50 more, all in <a href="../{}v1.0/data/#items">the data of v1.0</a>.'
    assert said.format("") in texts["2026Q1"]
    assert said.format("../") in texts["2026Q1/v1.1"]
    draft = replace(versions[1], version=None, published="")
    (place,) = placements([draft])
    write_pages(place, codebook(), tmp_path, draft=True, sha256="0" * 64)
    text = (tmp_path / "changes.md").read_text("utf-8")
    assert "And 50 more, all in the data of the published version." in text
