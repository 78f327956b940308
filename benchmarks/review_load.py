"""How fast the review answers while fifty members work in it at once and the pipeline writes.

    python -m benchmarks.review_load [--var FOLDER] [--members 50] [--seconds 120]

Everything is real: ``digest review serve`` in a process of its own; a process that writes the
pipeline's database without a pause and takes in what was decided once a minute, which replaces the
packet under the application; and members, each with a session, who read an item, think for 3 to 6
seconds before each label, decide, now and then relabel or undo, and go on. Then the same for
``--rush`` seconds by members who do not think: how much it can do. FOLDER is a working folder with
an open review (it is copied, and nobody of its members is asked); without one the embedded sample
is reviewed.

Prints latencies as a member's browser has them, and compares what was answered "saved" with the
book: each form is there once. Exit status 1 when the 95th percentile is above ``--limit``
milliseconds, a request failed, the pipeline could not write, or a decision is lost or doubled.
"""

from __future__ import annotations

import argparse
import asyncio
import html
import multiprocessing
import os
import random
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event as Flag
from pathlib import Path
from uuid import uuid4

import httpx
import numpy as np

from digest.classify.model import Model
from digest.config import Workplace, utc_now
from digest.events import Event, HarvestDue
from digest.review.book import Book
from digest.review.packet import Packet
from digest.review.people import People
from digest.review.persons import Person
from digest.review.web.forms import batch_of
from digest.steps.opening import Wish
from digest.steps.taking import take_in
from digest.store.database import transaction, writing
from digest.store.outbox import raise_event
from tests.examples import Q1
from tests.flows.world import World
from tests.review import quarter
from tests.review.web.process import ReviewProcess

EVERY = 60.0  # seconds between two times that the pipeline takes in what was decided
SIZES = (50, 95, 99)
_LABEL = re.compile(r'data-label="([^"]+)" data-mine=""')
_ITEM = re.compile(r'data-item="([^"]+)"')
_CSRF = re.compile(r'(?:name="csrf" value|data-csrf)="(\w+)"')
_BATCH = re.compile(r'name="batch" value="([\w-]+)"')


@dataclass
class Seen:
    """What the members saw: seconds by kind of request, and how many events each form made."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {"read": [], "save": []})
    wrong: Counter[str] = field(default_factory=Counter)
    saved: dict[str, int] = field(default_factory=dict)
    unanswered: set[str] = field(default_factory=set)


@dataclass
class Member:
    """One member at work in a queue; ``think`` is the least and the most seconds per action."""

    client: httpx.AsyncClient
    queue: str
    think: tuple[float, float]
    seen: Seen
    chance: random.Random
    csrf: str = ""

    async def work(self, until: float) -> None:
        """Item after item until a moment of the monotonic clock."""
        await asyncio.sleep(self.chance.uniform(0, self.think[1]))
        await self.read(f"/{Q1}/")
        path = f"/{Q1}/item?queue={self.queue}"
        while time.monotonic() < until:
            text = await self.read(path)
            found = _ITEM.search(text)
            if not found:  # through with this queue
                self.queue = "unsure" if self.queue == "selected" else "selected"
                path = f"/{Q1}/item?queue={self.queue}"
                await self.read(f"/{Q1}/")
                continue
            item = html.unescape(found[1])
            for label in _LABEL.findall(text):
                await self.wait()
                if time.monotonic() >= until:
                    return
                await self.decide(item, html.unescape(label))
            await self.wait()
            path = f"/{Q1}/item?{httpx.QueryParams({'queue': self.queue, 'after': item})}"

    async def wait(self) -> None:
        """Think."""
        if self.think[1]:
            await asyncio.sleep(self.chance.uniform(*self.think))

    async def read(self, path: str) -> str:
        """A page; where it leads on, that one, too."""
        while True:
            answer = await self.timed("read", "GET", path)
            if answer is None:
                return ""
            if answer.status_code != 303:
                if found := _CSRF.search(answer.text):
                    self.csrf = found[1]
                return answer.text
            path = answer.headers["location"]

    async def decide(self, item: str, label: str) -> None:
        """Decide on a label; one in twenty gives another label, one in thirty takes it back."""
        fields = {"item": item, "label": label}
        if self.chance.random() < 0.05 and label != "sdg/4":
            text = await self.save("decide", 2, fields | {"verdict": "relabel", "instead": "sdg/4"})
        else:
            (verdict,) = self.chance.choices(("accept", "reject", "unsure"), (6, 3, 1))
            text = await self.save("decide", 1, fields | {"verdict": verdict})
            if text and self.chance.random() < 0.03 and (found := _BATCH.search(text)):
                await self.wait()
                await self.save("undo", 1, {"item": item, "batch": found[1]})

    async def save(self, what: str, events: int, fields: dict[str, str]) -> str:
        """Post a form of so many events; the status line of the answer, "" if it failed."""
        form = uuid4().hex
        sent = fields | {"id": form, "csrf": self.csrf, "queue": self.queue}
        answer = await self.timed("save", "POST", f"/{Q1}/{what}", sent)
        if answer is None:
            self.seen.unanswered.add(form)
            return ""
        self.seen.saved[form] = events
        return str(answer.json()["status"])

    async def timed(
        self, kind: str, method: str, path: str, sent: dict[str, str] | None = None
    ) -> httpx.Response | None:
        """One request, timed; None when it was not answered as it should."""
        accept = {"Accept": "application/json" if sent else "text/html"}
        begun = time.perf_counter()
        try:
            answer = await self.client.request(method, path, data=sent, headers=accept)
        except httpx.HTTPError as error:
            self.seen.wrong[f"{kind}: {type(error).__name__}"] += 1
            return None
        self.seen.seconds[kind].append(time.perf_counter() - begun)
        if answer.status_code not in ((200,) if sent else (200, 303)):
            self.seen.wrong[f"{kind}: {answer.status_code} {answer.text[:80]}"] += 1
            return None
        return answer


def pipeline(folder: Path, stop: Flag, told: SimpleQueue[str]) -> None:
    """Write the database without a pause, and take in what was decided once a minute."""
    place, model = Workplace(folder), Model.load(Workplace(folder).model_in_use)
    written, slowest, taken, due = 0, 0.0, [], time.monotonic() + EVERY / 4
    with writing(place.database) as connection:
        while not stop.wait(0.01):
            begun = time.perf_counter()
            if time.monotonic() >= due:
                take_in(connection, place, Q1, model, utc_now)
                taken.append(f"{time.perf_counter() - begun:.1f}")
                due = time.monotonic() + EVERY
                continue
            with transaction(connection):
                raise_event(connection, Event(Q1, HarvestDue("load"), f"load {written}"), utc_now())
            written, slowest = written + 1, max(slowest, time.perf_counter() - begun)
    told.put(
        f"the pipeline wrote {written:,} transactions meanwhile, the slowest {1000 * slowest:.0f} "
        f"ms, and took decisions in {len(taken)} times ({', '.join(taken)} s)"
    )


def members_of(place: Workplace, number: int) -> list[str]:
    """Members are added to the review; a link for each."""
    with closing(People(place.book, utc_now)) as people:
        for n in range(number):
            people.add(Person(f"load-{n}", f"Member {n}", "University of Load"))
        return [people.link(f"load-{n}") for n in range(number)]


async def entered(base: str, link: str) -> httpx.AsyncClient:
    """A member's browser, with a session."""
    client = httpx.AsyncClient(base_url=base, timeout=30)
    answer = await client.post("/enter", data={"token": link})
    assert answer.status_code == 303, answer.text
    return client


async def phase(
    clients: list[httpx.AsyncClient], queues: list[str], think: tuple[float, float], seconds: float
) -> Seen:
    """All members at work for so long."""
    seen, until = Seen(), time.monotonic() + seconds
    members = [
        Member(client, queues[n % len(queues)], think, seen, random.Random(n))
        for n, client in enumerate(clients)
    ]
    await asyncio.gather(*(member.work(until) for member in members))
    return seen


def figures(seen: Seen, seconds: float) -> Iterator[str]:
    """The phase in lines."""
    every = [one for ones in seen.seconds.values() for one in ones]
    yield f"  {len(every):,} requests, {len(every) / seconds:.1f} a second"
    for kind, took in (*seen.seconds.items(), ("all", every)):
        told = ", ".join(f"p{s} {ms(took, s):.0f} ms" for s in SIZES)
        yield f"  {kind:5} {len(took):6,}: {told}, most {1000 * max(took, default=0):.0f} ms"
    for what, times in seen.wrong.items():
        yield f"  WRONG {times} x {what}"


def ms(took: list[float], size: int) -> float:
    """A percentile in milliseconds."""
    return float(np.percentile(took, size)) * 1000 if took else float("nan")


def compared(place: Workplace, phases: list[Seen]) -> list[str]:
    """What differs between what was answered "saved" and what the book has."""
    with closing(Book(place.book, utc_now)) as book:
        events = [event for event in book.events(Q1) if event.person.startswith("load-")]
    there = Counter(batch_of(event.event_id) for event in events)
    saved = {form: number for seen in phases for form, number in seen.saved.items()}
    unanswered = {form for seen in phases for form in seen.unanswered}
    print(f'the book has {there.total():,} events of {len(there):,} forms; {len(saved):,} forms of '
          f'{sum(saved.values()):,} events were answered "saved"')  # fmt: skip
    lost = [form for form, number in saved.items() if there[form] < number]
    doubled = [form for form, number in saved.items() if there[form] > number]
    strange = [form for form in there if form not in saved and form not in unanswered]
    named = {"lost": lost, "doubled": doubled, "sent by nobody": strange}
    return [f"{len(forms)} forms {what}" for what, forms in named.items() if forms]


def prepared(given: Path | None, folder: Path) -> Workplace:
    """A working folder of our own with an open review."""
    place = Workplace(folder / "var")
    if given is None:
        quarter.take_part(place, [Person("chair", "Chair", role="chair")], utc_now)
        with World(place).at_stage(1) as inputs:
            quarter.drafted(place, inputs, utc_now)
            quarter.opened(place, inputs, Wish("benchmark"), utc_now)
        return place
    there = Workplace(given)
    shutil.copytree(there.editions, place.editions)
    shutil.copytree(there.reviews, place.reviews)
    shutil.copy(there.database, place.database)
    return place


async def run(options: argparse.Namespace, place: Workplace, base: str) -> list[Seen]:
    """The phases, one after the other; prints what each came to."""
    with closing(Packet(place.packet(Q1))) as packet:
        named = {name: size for name, size in packet.queues() if size >= 5}
        print(f"{len(packet.ids()):,} items in {len(named)} queues, {named['selected']} selected")
    clients = [await entered(base, link) for link in members_of(place, options.members)]
    phases = []
    for words, think, seconds in (
        ("who think for {} to {} s".format(*options.think), tuple(options.think), options.seconds),
        ("who do not think", (0.0, 0.0), options.rush),
    ):
        print(f"{options.members} members {words}, for {seconds:.0f} s:", flush=True)
        phases.append(await phase(clients, list(named), think, seconds))
        for line in figures(phases[-1], seconds):
            print(line)
        print(f"  load average {', '.join(f'{one:.1f}' for one in os.getloadavg())}, "
              f"{os.cpu_count()} cores", flush=True)  # fmt: skip
    for client in clients:
        await client.aclose()
    return phases


def measured(options: argparse.Namespace, place: Workplace) -> tuple[list[Seen], list[str]]:
    """The phases, and what was wrong: with the pipeline, or with the book."""
    context = multiprocessing.get_context("spawn")
    stop, told = context.Event(), context.SimpleQueue()
    print(f"load average before: {', '.join(f'{one:.1f}' for one in os.getloadavg())}")
    writer = context.Process(target=pipeline, args=(place.folder, stop, told))
    writer.start()
    try:
        with ReviewProcess(place) as review:
            phases = asyncio.run(run(options, place, review.base))
    finally:
        stop.set()
        writer.join()
    if writer.exitcode:
        return phases, ["the pipeline failed", *compared(place, phases)]
    print(told.get())
    return phases, compared(place, phases)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--var", type=Path)
    parser.add_argument("--members", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--rush", type=float, default=20, help="seconds without thinking")
    parser.add_argument("--think", type=float, nargs=2, default=(3.0, 6.0))
    parser.add_argument("--limit", type=float, default=200, help="milliseconds")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="review-load-") as folder:
        phases, wrong = measured(options, prepared(options.var, Path(folder)))
    took = [one for ones in phases[0].seconds.values() for one in ones]
    if ms(took, 95) >= options.limit:
        wrong.append(f"p95 is {ms(took, 95):.0f} ms, the limit {options.limit:.0f}")
    wrong += [f"{seen.wrong.total()} requests failed" for seen in phases if seen.wrong]
    for fault in wrong:
        print(f"WRONG {fault}")
    print("nothing was lost or doubled, and it was fast enough" if not wrong else "not good enough")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
