from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from digest.errors import SourceListError
from digest.sources.catalogue import GROUPS, REGIONS, Source, default_path, load, select

ENTRY = """
[[source]]
id = "un-news-fr"
kind = "feed"
url = "https://news.un.org/feed/fr.xml"
publisher = "ONU Info"
group = "un-system"
country = "INT"
region = "global"
language = "fr"
home = "https://news.un.org/fr/"
verified = true
"""  # 12 lines, of which the first is empty

OAI = ENTRY.replace('"un-news-fr"', '"arxiv-cs-ai"').replace(
    'kind = "feed"', 'kind = "arxiv-oai"\nset = "cs:cs:AI"'
)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "my-sources.toml"
        path.write_text(text, "utf-8")
        return path

    return write


def test_an_entry_is_read_with_its_defaults(write: Callable[[str], Path]) -> None:
    feed, oai = load(write("# ours\n" + ENTRY + 'checked = "site"\n' + OAI + "enabled = false\n"))
    assert (feed.id, feed.kind, feed.language, feed.verified) == ("un-news-fr", "feed", "fr", True)
    assert (feed.checked, feed.enabled, feed.set, feed.categories) == ("site", True, "", ())
    assert (oai.set, oai.enabled) == ("cs:cs:AI", False)
    with pytest.raises(FrozenInstanceError):
        feed.id = "x"  # type: ignore[misc]


def test_categories_are_a_tuple(write: Callable[[str], Path]) -> None:
    kind = 'kind = "arxiv-api"\ncategories = ["cs.AI", "q-bio.QM", "quant-ph"]'
    (source,) = load(write(ENTRY.replace('kind = "feed"', kind)))
    assert source.categories == ("cs.AI", "q-bio.QM", "quant-ph")


def test_base_is_put_into_the_addresses(write: Callable[[str], Path]) -> None:
    text = ENTRY.replace("https://news.un.org", "{base}")
    (source,) = load(write(text), base="http://127.0.0.1:8123/")
    assert source.url == "http://127.0.0.1:8123/feed/fr.xml"
    assert source.home == "http://127.0.0.1:8123/fr/"
    with pytest.raises(SourceListError, match=r"line 5: .*'url' holds \{base\}"):
        load(write(text))


# What is right, what is wrong instead, in which line of the entry, and what is said of it.
WRONG = [
    ("language", "langauge", 9, "unknown key 'langauge'; did you mean 'language'?"),
    ('"un-system"', '"un-sytem"', 6, "'group' must be one of un-system, standards,"),
    ('"un-system"', '"un-sytem"', 6, "did you mean 'un-system'?"),
    ('"global"', '"Africa"', 8, "'region' must be one of global, africa, .* not 'Africa'; did you"),
    ('"feed"', '"rss"', 3, "'kind' must be one of arxiv-oai, arxiv-api, feed, not 'rss'"),
    ('"INT"', '"UK"', 7, "'country' must be an ISO 3166-1 code"),
    ('"fr"', '"cn"', 9, "'language' must be an ISO 639-1 code .* not 'cn'"),
    ('"un-news-fr"', '"UN News"', 2, "'id' must be 2 to 40 of the characters a-z, 0-9 and -"),
    ('"un-news-fr"', f'"{"a" * 41}"', 2, "'id' must be 2 to 40"),
    ('publisher = "ONU Info"\n', "", 1, "'publisher' is missing"),
    ('"ONU Info"', "7", 5, "'publisher' must be 1 to 300 characters of text in quotes, not 7"),
    ('"ONU Info"', '" "', 5, "'publisher' must be 1 to 300"),
    ("verified = true", 'verified = "yes"', 11, "'verified' must be true or false, without quotes"),
    ("https://news.un.org/feed", "news.un.org/feed", 4, "'url' must be a whole http or https"),
    ("https://news.un.org/fr/", "javascript:x", 10, "'home' must be a whole http or https"),
    ('"feed"', '"arxiv-oai"', 3, "'set' is missing: a source of kind arxiv-oai names it"),
    ('"feed"', '"arxiv-api"', 3, "'categories' is missing"),
    ("verified", 'set = "cs"\nverified', 11, "'set' is for sources of kind arxiv-oai, and this"),
    ("verified", 'categories = "cs.AI"\nverified', 11, "'categories' must be a list of arXiv"),
    ('"fr"', "", 9, "not TOML: Invalid value"),
    ("verified = true", 'verified = true\nid = "twice"', 12, "not TOML: Cannot overwrite a value"),
]


@pytest.mark.parametrize(("right", "wrong", "line", "message"), WRONG)
def test_a_wrong_entry_is_refused_with_its_line(
    write: Callable[[str], Path], right: str, wrong: str, line: int, message: str
) -> None:
    path = write(OAI + ENTRY.replace(right, wrong, 1))
    header = OAI.count("\n") + 2
    with pytest.raises(SourceListError) as caught:
        load(path)
    text = str(caught.value)
    assert text.startswith(f"{path}, line {header - 1 + line}: "), text
    assert re.search(message, text), text
    assert "\n" not in text


def test_two_entries_with_one_id_or_one_address_are_refused(write: Callable[[str], Path]) -> None:
    with pytest.raises(SourceListError, match=r"line 15: .* the same 'id' .* in line 3$"):
        load(write(ENTRY + ENTRY))
    other = ENTRY.replace("un-news-fr", "un-news-2")
    with pytest.raises(SourceListError, match=r"line 17: .* the same 'url' as source 'un-news-fr'"):
        load(write(ENTRY + other))
    sets = [OAI.replace("arxiv-cs-ai", f"a{n}").replace("cs:AI", f"cs:A{n}") for n in range(2)]
    assert len(load(write("".join(sets)))) == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "source = 3",
        "source = [1]",
        '[source]\nid = "x"',
        "[[sources]]\n",
        '"sour\\u0063es" = 1\n' + ENTRY,
        'title = "x"\n' + ENTRY,
    ],
)
def test_a_file_of_another_shape_is_refused(write: Callable[[str], Path], text: str) -> None:
    with pytest.raises(SourceListError, match=r"line 1: .*every entry begins with \[\[source\]\]"):
        load(write(text))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceListError, match=r"none\.toml' cannot be read: No such file"):
        load(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b"# caf\xe9\n")
    with pytest.raises(SourceListError, match="is not UTF-8 text"):
        load(tmp_path / "latin.toml")


def test_a_name_that_no_file_can_have_is_refused() -> None:
    with pytest.raises(SourceListError, match=r"'a\\x00b' cannot be read: embedded null byte"):
        load(Path("a\0b"))


def test_the_mark_that_windows_editors_write_is_no_part_of_the_list(
    write: Callable[[str], Path],
) -> None:
    assert load(write("\ufeff" + ENTRY)) == load(write(ENTRY))


def test_select_by_id_or_what_is_enabled(source: Callable[..., Source]) -> None:
    url = "https://x.example/"
    sources = [source(url, id="one"), source(url, id="two", enabled=False), source(url, id="three")]
    assert [s.id for s in select(sources, [])] == ["one", "three"]
    assert [s.id for s in select(sources, ["three", "two"])] == ["two", "three"]
    with pytest.raises(
        SourceListError, match=r"no source 'tree' in the list; did you mean 'three'\?"
    ):
        select(sources, ["tree"])


def test_the_list_that_comes_with_the_package_is_good_and_wide() -> None:
    """At least 60 real sources, of every group and region, in the six UN languages."""
    sources = load(default_path())
    assert len(sources) >= 60
    assert {source.group for source in sources} == set(GROUPS)
    assert {source.region for source in sources} == set(REGIONS)
    assert {"ar", "en", "es", "fr", "ru", "zh"} <= {source.language for source in sources}
    assert {source.kind for source in sources} == {"arxiv-oai", "arxiv-api", "feed"}
    assert all(source.checked for source in sources if source.verified)
