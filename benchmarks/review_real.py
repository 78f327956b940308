"""A real quarter from its draft to a corrected edition: how long each part takes, and what it is.

    python -m benchmarks.review_real --var FOLDER [--keep FOLDER]

FOLDER is a working folder with the draft of 2026Q1; it is copied (to ``--keep``, if that is to be
looked at afterwards), and what was published of the quarter is left out. A real ``digest serve``
and a real ``digest review serve`` run over the copy. The review is opened by the freeze flow; two
members decide over HTTP on everything that is shown, rejecting one label in fifty, not always the
same; a chair decides where they differ and signs. Nobody publishes: the relay, the review flow and
the publish flow do. Then ``digest correct`` takes a paper out, and the chair signs again. Sources
are not asked.
"""

from __future__ import annotations

import argparse
import hashlib
import html
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx

from digest.config import Workplace, utc_now
from digest.edition.shelf import Shelf
from digest.review.book import Book
from digest.review.events import kind_of
from digest.review.packet import Packet
from digest.review.people import People
from digest.review.persons import Person
from digest.settings import settings_path
from tests.command import digest
from tests.examples import Q1
from tests.flows.serving import Serving, started, until
from tests.review.quarter import take_part
from tests.review.web.process import ReviewProcess

PANEL = (
    Person("ada", "Ada Lovelace", "A University"),
    Person("ben", "Ben Okri", "B Institute"),
    Person("dina", "Dina Chair", "D Academy", "chair"),
)
ONE_IN = 50  # labels are rejected
SETTINGS = 'contact = "mailto:editor@example.org"\nsources = "nobody.toml"\nharvest = "0 5 1 1 *"\n'
# A list without arXiv's search API: nobody is asked about the cited papers.
NOBODY = """[[source]]
id = "nobody"
kind = "feed"
url = "https://nobody.invalid/feed"
publisher = "Nobody"
group = "journals"
country = "INT"
region = "global"
language = "en"
home = "https://nobody.invalid/"
verified = false
"""
_OPEN = re.compile(r'data-label="([^"]+)" data-mine=""')
_ITEM = re.compile(r'data-item="([^"]+)"')
_CSRF = re.compile(r'(?:name="csrf" value|data-csrf)="(\w+)"')
_DRAFT = re.compile(r'name="sha256" value="(\w+)"')


@contextmanager
def told(what: str) -> Iterator[None]:
    """Say how long a part took."""
    begun = time.monotonic()
    yield
    print(f"{time.monotonic() - begun:7.1f} s  {what}", flush=True)


@dataclass
class Member:
    """Somebody who entered, and uses the application without a browser."""

    name: str
    client: httpx.Client

    @classmethod
    def enters(cls, base: str, place: Workplace, person: Person) -> Member:
        """By a link."""
        client = httpx.Client(base_url=base, timeout=60, headers={"Accept": "text/html"})
        with closing(People(place.book, utc_now)) as people:
            link = people.link(person.id)
        assert client.post("/enter", data={"token": link}).status_code == 303
        return cls(person.id, client)

    def page(self, path: str) -> str:
        """A page."""
        answer = self.client.get(f"/{Q1}/{path}", follow_redirects=True)
        return answer.raise_for_status().text

    def post(self, path: str, text: str, **fields: str) -> httpx.Response:
        """A form of a page whose text is given."""
        found = _CSRF.search(text)
        assert found
        sent = {"csrf": found[1], "id": uuid4().hex, "queue": "selected"} | fields
        accept = {"Accept": "application/json"}
        answer = self.client.post(f"/{Q1}/{path}", data=sent, headers=accept)
        assert answer.status_code in (200, 303), answer.text
        return answer

    def review(self, queue: str) -> int:
        """Decide on all that a queue asks for; how many labels."""
        made, path = 0, f"item?queue={queue}"
        while found := _ITEM.search(text := self.page(path)):
            item = html.unescape(found[1])
            asked, _, _ = text.partition('<details id="optional">')
            for label in map(html.unescape, _OPEN.findall(asked)):
                verdict = self.verdict(item, label, queue)
                self.post("decide", text, item=item, label=label, verdict=verdict)
                made += 1
            path = f"item?{httpx.QueryParams({'queue': queue, 'after': item})}"
        return made

    def verdict(self, item: str, label: str, queue: str) -> str:
        """Mostly accept; half of what one member rejects the other accepts."""
        chance = hashlib.sha256(f"{item} {label}".encode()).digest()
        if chance[0] % ONE_IN == 0 and (queue == "disagree" or chance[1] % 2 or self.name == "ben"):
            return "reject"
        return "accept"


def prepared(there: Workplace, folder: Path) -> Workplace:
    """The folder's copy, with a draft and nothing published, and the panel."""
    place = Workplace(folder)
    place.editions.joinpath(str(Q1)).mkdir(parents=True)
    shutil.copy(there.database, place.database)
    shutil.copy(there.editions / str(Q1) / "draft.json", place.editions / str(Q1))
    settings_path(place).write_text(SETTINGS)
    (folder / "nobody.toml").write_text(NOBODY)
    take_part(place, PANEL, utc_now)
    return place


def freeze(serve: Serving) -> None:
    """As an editor would on the page of digest serve, who does not wait for the clock."""
    number = serve.deployments()["freeze"]
    serve.ask(f"deployments/{number}/create_flow_run")


def decided(members: list[Member], chair: Member) -> str:
    """The panel decides until a chair may sign; the draft that is to be signed."""
    while True:
        with told("two members decide on what is shown"), ThreadPoolExecutor(2) as threads:
            made = list(threads.map(lambda one: one.review("selected"), members))
        with told("the chair decides where they differ"):
            ties = chair.review("disagree")
        print(f"           {made[0]:,}, {made[1]:,} and {ties:,} decisions", flush=True)
        with told("until the draft holds them"):
            text = until(lambda: taken(chair))
        found = _DRAFT.search(text)
        if found:
            return found[1]


def taken(chair: Member) -> str:
    """The edition's page, once the draft holds all that was decided."""
    text = chair.page("edition")
    return "" if "that the draft does not hold yet" in text or _waits(text) else text


def _waits(text: str) -> bool:
    """Whether all is decided and only the papers are to be looked up."""
    return "looked up again" in text and "has not decided" not in text


def signed(chair: Member, serve: Serving, sha256: str, version: str) -> None:
    """The chair signs; the flows publish."""
    shelf = Shelf(serve.place.editions)
    with told(f"from the sign-off to {version} on the site"):
        chair.post("sign", chair.page("edition"), sha256=sha256, note="")
        until(lambda: version in {edition.version for edition in shelf.editions(Q1)})
        until(lambda: serve.raised("digest.edition.published")[-1:])
        until((serve.place.public / str(Q1) / version / "index.html").exists)
        until(serve.is_at_rest, every=0.5)


def corrected(place: Workplace) -> None:
    """A paper is taken out of what is published."""
    published = Shelf(place.editions).manifest(Shelf(place.editions).editions(Q1)[-1])
    paper = next(i for s in published.sections for i in s.chosen if i.startswith("arxiv:"))
    done = digest(
        "correct", str(Q1), "--kind", "amendment", "--remove", paper, "--by", "Dina Chair",
        "--reason", "Its authors told us that the data were mixed up.", "--var", place.folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    print("           " + done.stdout.decode().replace("\n", "\n           "))


def figures(place: Workplace) -> Iterator[str]:
    """What it came to."""
    with closing(Book(place.book, utc_now)) as book:
        kinds = Counter(kind_of(event.payload) for event in book.events(Q1))
    yield "the book: " + ", ".join(f"{number:,} {kind}" for kind, number in sorted(kinds.items()))
    shelf = Shelf(place.editions)
    for edition in shelf.editions(Q1):
        manifest = shelf.manifest(edition)
        panel = manifest.panel
        assert panel
        shown = sum(len(section.chosen) for section in manifest.sections)
        yield (
            f"{edition.version}: {len(manifest.items):,} items, {shown:,} places on pages; "
            f"{panel.labels:,} labels of {panel.items:,} items decided, {len(panel.rejected)} "
            f"rejected, members agree in {panel.agreement:.1%}; {manifest.review}"
        )


def main() -> int:
    """Do it and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--var", type=Path, required=True)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="review-real-") as scratch:
        place = prepared(Workplace(options.var), options.keep or Path(scratch) / "var")
        with started(place) as serve, ReviewProcess(place) as review:
            whole(place, serve, review)
            serve.stop()
        for line in figures(place):
            print(line)
    return 0


def whole(place: Workplace, serve: Serving, review: ReviewProcess) -> None:
    """From the draft to v1.1."""
    with told("digest serve is up"):
        until(lambda: serve.deployments().get("freeze"))
    with told("the freeze flow opens the review"):
        freeze(serve)
        until(place.packet(Q1).exists)
        until(serve.is_at_rest, every=0.5)
    with closing(Packet(place.packet(Q1))) as packet:
        print(f"           {len(packet.ids()):,} items in {len(packet.queues())} queues, "
              f"{len(packet.queue('selected')):,} of them selected")  # fmt: skip
    ada, ben, chair = (Member.enters(review.base, place, person) for person in PANEL)
    with told("the whole review"):
        sha256 = decided([ada, ben], chair)
    signed(chair, serve, sha256, "v1.0")
    with told("digest correct"):
        corrected(place)
    signed(chair, serve, decided([ada, ben], chair), "v1.1")


if __name__ == "__main__":
    sys.exit(main())
