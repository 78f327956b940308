"""The wire: every format parsed by the client that a live run would use, over real HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from urllib.parse import quote

import arxiv
import feedparser
import httpx
import pytest
from lxml import etree

from digest.sample import data
from digest.sample.server import answer, sample_server

NS = {"o": "http://www.openarchives.org/OAI/2.0/", "r": "http://arxiv.org/OAI/arXivRaw/"}
FEEDS = list(data.feeds().values())
QUARTER = "submittedDate:[202601010000 TO 202603312359]"


def oai(client: httpx.Client, base_url: str, **arguments: str) -> etree._Element:
    query = {("from" if name == "from_" else name): value for name, value in arguments.items()}
    response = client.get(f"{base_url}/oai", params=query)
    assert response.status_code == 200
    return etree.fromstring(response.content)


def harvest(client: httpx.Client, base_url: str, **arguments: str) -> list[etree._Element]:
    page = oai(client, base_url, verb="ListRecords", metadataPrefix="arXivRaw", **arguments)
    records: list[etree._Element] = []
    while True:
        assert not page.findall(".//o:error", NS)
        records += page.findall(".//o:record", NS)
        token = page.findtext(".//o:resumptionToken", namespaces=NS)
        if not token:
            return records
        page = oai(client, base_url, verb="ListRecords", resumptionToken=token)


def ids(records: list[etree._Element]) -> list[str]:
    return [str(record.findtext(".//r:id", namespaces=NS)) for record in records]


def entries(content: bytes, dialect: str) -> list[Mapping[str, object]]:
    if dialect == "json":
        return list(json.loads(content)["items"])
    return list(feedparser.parse(content).entries)


def test_identify_and_sets(client: httpx.Client, base_url: str) -> None:
    page = oai(client, base_url, verb="Identify")
    assert page.findtext(".//o:granularity", namespaces=NS) == "YYYY-MM-DD"
    listed = oai(client, base_url, verb="ListSets").findall(".//o:setSpec", NS)
    sets = {str(element.text) for element in listed}
    assert {"cs", "cs:cs", "cs:cs:AI", "stat:stat:ML", "physics:physics:soc-ph"} <= sets
    assert "physics:quant-ph" in sets


def test_resumption_gives_every_record_once(client: httpx.Client, base_url: str) -> None:
    first = oai(client, base_url, verb="ListRecords", metadataPrefix="arXivRaw")
    assert len(first.findall(".//o:record", NS)) == 40
    found = ids(harvest(client, base_url))
    assert found == [paper.id for paper in data.papers(1)]


def test_an_arxiv_raw_record_reads_back(client: httpx.Client, base_url: str) -> None:
    known = {paper.id: paper for paper in data.papers(1)}
    for record in harvest(client, base_url):
        raw = record.find(".//r:arXivRaw", NS)
        assert raw is not None
        field = {etree.QName(child).localname: child.text or "" for child in raw}
        paper = known[field["id"]]
        assert " ".join(field["title"].split()) == paper.title
        assert " ".join(field["abstract"].split()) == paper.abstract
        assert data.MARK in field["comments"]
        assert field.get("doi") == paper.doi
        stamps = [str(element.text) for element in raw.findall("r:version/r:date", NS)]
        dates = [parsedate_to_datetime(stamp) for stamp in stamps]
        assert dates == [version.submitted for version in paper.versions]
        assert record.findtext(".//o:datestamp", namespaces=NS) == str(paper.modified)


def test_a_harvest_from_the_first_day_meets_an_old_paper(
    client: httpx.Client, base_url: str
) -> None:
    """Datestamps are modification dates, so a December paper with a new version comes along."""
    found = ids(harvest(client, base_url, from_="2026-01-01"))
    assert [name for name in found if name.startswith("2512")] == ["2512.90001"]
    until = ids(harvest(client, base_url, until="2025-12-31"))
    assert until == ["2512.90002"]


def test_sets_overlap(client: httpx.Client, base_url: str) -> None:
    specs = [row["set"] for row in data.sources() if row["kind"] == "arxiv-oai"]
    found = {spec: ids(harvest(client, base_url, set=spec)) for spec in specs}
    assert all(found.values())
    listed = sum(len(names) for names in found.values())
    assert listed >= len(set().union(*found.values())) + 4
    assert set(found["cs:cs:AI"]) < set(ids(harvest(client, base_url, set="cs")))


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("verb=ListRecords", "badArgument"),
        ("verb=ListRecords&metadataPrefix=arXivRaw&from=2026-01", "badArgument"),
        (
            "verb=ListRecords&metadataPrefix=arXivRaw&from=2026-02-01&until=2026-01-01",
            "badArgument",
        ),
        ("verb=ListRecords&metadataPrefix=arXivRaw&colour=red", "badArgument"),
        ("verb=ListRecords&metadataPrefix=arXivRaw&set=cs&set=stat", "badArgument"),
        ("verb=ListRecords&metadataPrefix=marc21", "cannotDisseminateFormat"),
        ("verb=ListRecords&metadataPrefix=arXivRaw&from=2027-01-01", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=arXivRaw&set=cs:cs:XX", "noRecordsMatch"),
        ("verb=ListRecords&resumptionToken=expired", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=verb%3DListRecords%26skip%3D9999", "badResumptionToken"),
        ("verb=ListRecords&metadataPrefix=arXivRaw&resumptionToken=x", "badArgument"),
        ("verb=Identify&set=cs", "badArgument"),
        ("verb=Dance", "badVerb"),
    ],
)
def test_oai_errors_are_documents(
    client: httpx.Client, base_url: str, query: str, code: str
) -> None:
    response = client.get(f"{base_url}/oai?{query}")
    assert response.status_code == 200
    page = etree.fromstring(response.content)
    assert [error.get("code") for error in page.findall(".//o:error", NS)] == [code]


def arxiv_client(base_url: str) -> arxiv.Client:
    found = arxiv.Client(page_size=25, delay_seconds=0, num_retries=0)
    found.query_url_format = base_url + "/api/query?{}"
    return found


def test_the_arxiv_package_reads_the_search_api(base_url: str) -> None:
    search = arxiv.Search(
        query=f"(cat:cs.HC OR cat:econ.GN) AND {QUARTER}",
        max_results=None,
        sort_by=arxiv.SortCriterion.SubmittedDate,
        sort_order=arxiv.SortOrder.Ascending,
    )
    found = list(arxiv_client(base_url).results(search))
    expected = [p for p in data.papers(1) if {"cs.HC", "econ.GN"} & set(p.categories)]
    expected.sort(key=lambda p: p.submitted)
    assert [r.get_short_id().split("v")[0] for r in found] == [p.id for p in expected]
    assert len(found) > 25
    for result, paper in zip(found, expected, strict=True):
        assert result.entry_id == f"http://arxiv.org/abs/{paper.id}v{len(paper.versions)}"
        assert (result.published, result.updated) == (paper.submitted, paper.updated)
        assert (result.title, result.summary) == (paper.title, paper.abstract)
        assert (result.doi, result.journal_ref) == (paper.doi, paper.journal_ref)
        assert result.categories == list(paper.categories)
        assert result.primary_category == paper.categories[0]
        assert data.MARK in (result.comment or "")
        assert {tuple(a.affiliation) for a in result.authors} == {(data.MARK,)}
        assert result.pdf_url is not None


def test_one_day_slices_add_up_to_the_quarter(base_url: str) -> None:
    def total(query: str) -> int:
        reply = answer(f"/api/query?search_query={quote(query)}&max_results=0", {}, 1)
        page = etree.fromstring(reply.body)
        return int(page.findtext("{http://a9.com/-/spec/opensearch/1.1/}totalResults") or "")

    days = sorted({p.submitted.date() for p in data.papers(1) if p.submitted.year == 2026})
    slices = [f"submittedDate:[{day:%Y%m%d}0000 TO {day:%Y%m%d}2359]" for day in days]
    assert sum(map(total, slices)) == total("submittedDate:[202601010000 TO 202604302359]")
    assert total(QUARTER) == 164
    assert total(f"{QUARTER} ANDNOT cat:cs.*") < 10
    assert total('ti:"cassava mosaic" AND abs:farmers') == 1


@pytest.mark.parametrize(
    "query",
    [
        "search_query=",
        "search_query=cat:cs.AI+OR",
        "search_query=(cat:cs.AI",
        "search_query=shoe:42",
        "search_query=submittedDate:[202613010000+TO+202613312359]",
        "search_query=cat:cs.AI&start=-1",
        "search_query=cat:cs.AI&sortBy=beauty",
    ],
)
def test_search_errors_are_entries(client: httpx.Client, base_url: str, query: str) -> None:
    response = client.get(f"{base_url}/api/query?{query}")
    assert response.status_code == 400
    assert [e.title for e in feedparser.parse(response.content).entries] == ["Error"]


@pytest.mark.parametrize("feed", FEEDS, ids=lambda f: f.id)
def test_a_feed_reads_back_in_its_dialect(
    client: httpx.Client, base_url: str, feed: data.Feed
) -> None:
    response = client.get(base_url + feed.path)
    assert response.status_code == 200
    found = entries(response.content, feed.dialect)
    items = [item for item in data.news(1) if item.feed == feed.id]
    if feed.truncated:
        assert feedparser.parse(response.content).bozo
        items, found = items[:-1], found[: len(items) - 1]
    assert [entry["title"] for entry in found] == [item.title for item in items]
    for entry, item in zip(found, items, strict=True):
        assert entry.get("url", entry.get("link")) == item.link
        assert item.summary in str(entry.get("summary", entry.get("content_text")))
        assert data.MARK in str(entry.get("author", entry.get("authors")))


def test_the_feeds_use_every_dialect_encoding_and_flaw(client: httpx.Client, base_url: str) -> None:
    assert {feed.dialect for feed in FEEDS} == {"rss", "atom", "rdf", "json"}
    assert {feed.encoding for feed in FEEDS} == {"utf-8", "windows-1251", "gb18030"}
    zipped = client.get(base_url + data.feeds()["sample-incidents"].path)
    assert zipped.headers["Content-Encoding"] == "gzip"
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(client.get(base_url + data.feeds()["sample-broken"].path).content)
    chinese = client.get(base_url + data.feeds()["sample-agency-zh"].path).content
    assert "2026年2月18日" in chinese.decode("gb18030")


def test_a_conditional_get_answers_304(client: httpx.Client, base_url: str) -> None:
    for feed in FEEDS:
        url = base_url + feed.path
        first = client.get(url)
        tag, moment = first.headers["ETag"], first.headers["Last-Modified"]
        for headers in ({"If-None-Match": tag}, {"If-Modified-Since": moment}):
            again = client.get(url, headers=headers)
            assert (again.status_code, again.content) == (304, b"")
        both = {"If-None-Match": '"other"', "If-Modified-Since": moment}
        assert client.get(url, headers=both).status_code == 200
    assert client.get(url, headers={"If-Modified-Since": "yesterday"}).status_code == 200


def test_two_servers_give_the_same_bytes(client: httpx.Client, base_url: str) -> None:
    paths = [feed.path for feed in FEEDS]
    paths += ["/oai?verb=ListRecords&metadataPrefix=arXivRaw", "/api/query?search_query=cat:cs.AI"]
    with sample_server(stage=1) as other:
        assert other != base_url
        for path in paths:
            one, two = client.get(base_url + path), client.get(other + path)
            assert one.content == two.content
            assert one.headers.multi_items() == two.headers.multi_items()


def test_stage_two_adds_exactly_the_late_arrivals(
    client: httpx.Client, base_url: str, later_url: str
) -> None:
    before, after = ids(harvest(client, base_url)), ids(harvest(client, later_url))
    assert after[: len(before)] == before
    assert len(after) == len(before) + 3
    changed = {}
    for feed in FEEDS:
        one, two = (client.get(url + feed.path) for url in (base_url, later_url))
        if one.headers["ETag"] != two.headers["ETag"]:
            assert one.headers["Last-Modified"] != two.headers["Last-Modified"]
            old = {e["title"] for e in entries(one.content, feed.dialect)}
            new = {e["title"] for e in entries(two.content, feed.dialect)}
            changed[feed.id] = (len(new - old), len(old - new))
    assert changed == {"sample-civil-society": (1, 0), "sample-agency-es": (1, 0)}


def test_an_unknown_path_and_stage_are_refused(client: httpx.Client, base_url: str) -> None:
    assert client.get(f"{base_url}/feeds/none.xml").status_code == 404
    with pytest.raises(ValueError, match="stage must be"), sample_server(stage=3):
        pass


def test_the_module_can_be_started_by_hand(client: httpx.Client) -> None:
    command = [sys.executable, "-m", "digest.sample.server", "--stage", "2", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        status = client.get(f"{url}/oai?verb=Identify").status_code
        process.terminate()
    assert status == 200
