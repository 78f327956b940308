"""A review to try: a small packet, five people, and the application really served."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import uuid4

import httpx
import uvicorn

from digest.config import Clock, Workplace
from digest.review.book import Book
from digest.review.events import Decision, ReviewEvent, of_kind
from digest.review.packet import About, PacketItem, PacketLabel, write_packet
from digest.review.people import People, link_address
from digest.review.persons import Person
from digest.review.web.desk import Desk
from digest.review.web.serve import configured
from tests.examples import Q1

PANEL = (
    Person("ada", "Ada Lovelace", "A University", goals=("3",)),
    Person("ben", "Ben Okri", "B Institute", conflicts=("Acme Labs",)),
    Person("cho", "Cho <script>alert(1)</script>", "C", language="ar"),
    Person("chair", "Dina Chair", "D Academy", role="chair"),
    Person("ed", "Ed Itor", "Secretariat", role="editor"),
)
WORD = "four words for each"
TLS = httpx.create_ssl_context()  # one: a client by itself takes 30 ms to make its own
TEXT = "We study clinics. Phone images help nurses in Kenya find disease early. More is needed."
HELPS = "Phone images help nurses in Kenya find disease early."


def label(scheme: str, name: str, probability: float, **changes: object) -> PacketLabel:
    """A label that the machine gives; its evidence is the second sentence of the text."""
    at = TEXT.index(HELPS)
    made = PacketLabel(scheme, name, probability, 0.5, True, False, HELPS, at, at + len(HELPS))
    return replace(made, **changes)  # type: ignore[arg-type]


HEALTH, BIAS = label("sdg", "3", 0.94), label("risk", "group-discrimination", 0.71)
RELEVANT = label("ai", "relevant", 0.99, sentence="", start=-1, end=-1)
NEARLY = label("sdg", "10", 0.47, assigned=False, unsure=True)
PAPER = PacketItem(
    id="arxiv:2602.00001", kind="paper", date="2026-02-03", title="Phones for clinics",
    text=TEXT, url="https://arxiv.org/abs/2602.00001", language="en",
    authors=("A. Author", "B. Author"), outlets=("arXiv",), sources=("arxiv-cs-ai",),
    categories=("cs.AI",), withdrawn=False, late=False, story="",
    labels=(HEALTH, BIAS, NEARLY, RELEVANT),
    pages=(("sdg", "3"), ("risk", "group-discrimination")),
)  # fmt: skip
STORY = tuple(
    replace(
        PAPER, id=f"url:n{n}/a?b=ü", kind="news", title=f"Nurses & phones, told {n} times",
        url=f"https://news.example/{n}", outlets=(f"Outlet {n}",), authors=(), story="s1",
        labels=(HEALTH, RELEVANT), pages=(("sdg", "3"),) if n == 1 else (),
    )
    for n in (1, 2, 3)
)  # fmt: skip
ACME = replace(
    PAPER, id="arxiv:2602.00002", title="Acme measures itself", authors=("J. Doe (Acme Labs)",),
    labels=(BIAS, RELEVANT), pages=(("risk", "group-discrimination"),),
)  # fmt: skip
LATE = replace(PAPER, id="arxiv:2602.00003", title="A latecomer", late=True, pages=())
HOSTILE = replace(
    PAPER, id="url:<b>/../x", kind="news", title="<script>window.broken=1</script> & more",
    text="<img src=x onerror='window.broken=1'> text", labels=(RELEVANT,), pages=(),
    outlets=("<i>Out</i>",), authors=("<u>A</u>",), url="https://h.example/?a=1&b=2",
)  # fmt: skip
ITEMS = (PAPER, *STORY, ACME, LATE, HOSTILE)
QUEUES = {
    "selected": [PAPER.id, STORY[0].id, ACME.id],
    "late": [LATE.id],
    "unsure": [PAPER.id, LATE.id],
    "sample": [HOSTILE.id, PAPER.id],
    "goal/3": [PAPER.id, *(item.id for item in STORY)],
    "risk/group-discrimination": [PAPER.id, ACME.id],
}


def open_review(place: Workplace, clock: Clock, items: tuple[PacketItem, ...] = ITEMS) -> None:
    """The packet, the panel, and a passphrase for each."""
    write_packet(place.packet(Q1), "a" * 64, Q1, items, QUEUES, clock, About("a" * 64))
    with closing(People(place.book, clock)) as people:
        for person in PANEL:
            people.add(person)


@dataclass
class Served:
    """An application that is served at ``base``, with what lies behind it."""

    base: str
    place: Workplace
    clock: Clock
    clients: list[httpx.Client] = field(default_factory=list)

    @property
    def events(self) -> list[ReviewEvent]:
        """What is in the book."""
        with closing(Book(self.place.book, self.clock)) as book:
            return book.events(Q1)

    @property
    def decisions(self) -> list[tuple[str, str, str, str]]:
        """Who decided what: person, item, label, verdict."""
        return [
            (event.person, d.item, f"{d.scheme}/{d.label}", d.verdict)
            for event, d in of_kind(self.events, Decision)
        ]

    def link(self, person: str) -> str:
        """The path of a new personal link."""
        with closing(People(self.place.book, self.clock)) as people:
            return link_address("", people.link(person))

    def guest(self) -> httpx.Client:
        """A browser of somebody who did not enter."""
        client = httpx.Client(
            base_url=self.base, headers={"Accept": "text/html"}, timeout=10, verify=TLS
        )
        self.clients.append(client)
        return client

    def visitor(self, person: str) -> Visitor:
        """A browser in which somebody entered by a link."""
        client = self.guest()
        token = self.link(person).rpartition("=")[2]
        answer = client.post("/enter", data={"token": token})
        assert answer.status_code == 303, answer.text
        return Visitor(client)


@dataclass
class Visitor:
    """Somebody's browser without scripts: it follows a form's answer and knows its token."""

    client: httpx.Client

    def get(self, path: str) -> httpx.Response:
        return self.client.get(path, follow_redirects=True)

    @property
    def csrf(self) -> str:
        found = re.search(r'name="csrf" value="(\w+)"', self.get("/account").text)
        assert found
        return found[1]

    def post(self, path: str, follow: bool = True, **fields: str | list[str]) -> httpx.Response:
        sent = {"csrf": self.csrf, "id": uuid4().hex, "queue": "selected"} | fields
        return self.client.post(path, data=sent, follow_redirects=follow)

    def change(self, person: str, **fields: str) -> httpx.Response:
        """An editor changes a person, on a page as it is now."""
        seen = re.search(r'name="seen" value="(\w+)"', self.get(f"/people/person?id={person}").text)
        assert seen
        return self.post("/people/change", person=person, seen=seen[1], **fields)

    def decide(
        self, verdict: str, label: str = "sdg/3", item: str = PAPER.id, **fields: str
    ) -> httpx.Response:
        return self.post("/2026Q1/decide", item=item, label=label, verdict=verdict, **fields)

    def item(self, item: str = PAPER.id, queue: str = "selected") -> str:
        query = str(httpx.QueryParams({"queue": queue, "id": item}))
        return self.get(f"/2026Q1/item?{query}").text


@contextmanager
def serving(place: Workplace, clock: Clock, https: bool = False) -> Iterator[Served]:
    """The application in a thread, on a port of its own."""
    server = uvicorn.Server(configured(Desk(place, clock, https=https)))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        served = Served(f"http://127.0.0.1:{listener.getsockname()[1]}", place, clock)
        try:
            yield served
        finally:
            for client in served.clients:
                client.close()
            server.should_exit = True
            thread.join(10)


@contextmanager
def opened(folder: Path, clock: Clock, https: bool = False) -> Iterator[Served]:
    """The review of ``ITEMS``, served."""
    place = Workplace(folder)
    open_review(place, clock)
    with serving(place, clock, https) as served:
        yield served


def card_of(page: str, anchor: str) -> str:
    """The part of an item's page that is one label's."""
    return page.split(f'id="label-{anchor}"')[1].split("</section>", maxsplit=1)[0]
