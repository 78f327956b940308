"""Kill the review application with SIGKILL in mid-save, start it again, and count the book.

    python -m benchmarks.review_kill [--kills 100] [--clients 6] [--seed 1]

Clients of three members save without a pause: decisions, and other labels instead, which are two
events of one form. At a random moment the process of ``digest
review serve`` is killed, while several of them wait for an answer, and then started again. A client
that got no answer sends the same form again, with its id, until it is answered, as a browser does
that kept it. After each kill, and at the end, the book is read: every form that was answered
"saved" is there, once, no form is there in part, and at the end every form is. Exit status 1 when
one is lost or doubled.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import httpx

from digest.config import Workplace, utc_now
from digest.review.book import Book
from digest.review.people import People
from digest.review.web.forms import batch_of
from tests.examples import Q1
from tests.review.web.desk import ITEMS, open_review
from tests.review.web.process import ReviewProcess

MEMBERS = ("ada", "cho", "chair")
LABELS = ("sdg/3", "sdg/10", "risk/group-discrimination", "ai/relevant")
LONGEST = 0.8  # seconds that the application has between its first answer and its end
AGAIN = 0.05  # seconds before a client tries again
_CSRF = re.compile(r'name="csrf" value="(\w+)"')


@dataclass
class Ledger:
    """What the clients know: how many events each form is to make, and which forms were answered
    "saved", wait for that, or had to be sent again."""

    events: dict[str, int] = field(default_factory=dict)
    saved: set[str] = field(default_factory=set)
    waiting: set[str] = field(default_factory=set)
    again: set[str] = field(default_factory=set)
    done: bool = False


async def save(client: httpx.AsyncClient, ledger: Ledger, chance: random.Random) -> None:
    """Decide without a pause; what is not answered is sent again until it is."""
    csrf = await token(client)
    while not ledger.done:
        form, (label, instead) = uuid4().hex, chance.sample(LABELS, 2)
        verdict = chance.choice(("accept", "reject", "relabel"))
        sent = {
            "id": form, "csrf": csrf, "queue": "selected", "item": chance.choice(ITEMS).id,
            "label": label, "instead": instead, "verdict": verdict,
        }  # fmt: skip
        ledger.events[form] = 2 if verdict == "relabel" else 1
        ledger.waiting.add(form)
        while not await is_answered(client, sent):
            ledger.again.add(form)
            await asyncio.sleep(AGAIN)
        ledger.waiting.remove(form)
        ledger.saved.add(form)


async def is_answered(client: httpx.AsyncClient, sent: dict[str, str]) -> bool:
    """Whether the application said that a form is saved."""
    try:
        answer = await client.post(
            f"/{Q1}/decide", data=sent, headers={"Accept": "application/json"}
        )
    except httpx.TransportError:
        return False
    assert answer.status_code == 200, answer.text
    assert 'class="said"' in answer.json()["status"], answer.text
    return True


async def token(client: httpx.AsyncClient) -> str:
    """What this session's forms carry."""
    found = _CSRF.search((await client.get("/account")).text)
    assert found
    return found[1]


async def entered(base: str, place: Workplace, person: str) -> httpx.AsyncClient:
    """A browser in which somebody entered."""
    client = httpx.AsyncClient(base_url=base, timeout=60)
    with closing(People(place.book, utc_now)) as people:
        link = people.link(person)
    assert (await client.post("/enter", data={"token": link})).status_code == 303
    return client


def in_book(place: Workplace) -> Counter[str]:
    """How many events of each form the book has."""
    with closing(Book(place.book, utc_now)) as book:
        return Counter(batch_of(event.event_id) for event in book.events(Q1))


def faults(there: Counter[str], events: dict[str, int], saved: set[str]) -> Iterator[str]:
    """What the book has not as it was answered."""
    yield from (f"lost: {form}" for form in saved if not there[form])
    for form, number in there.items():
        if number != events.get(form):
            yield f"{number} events of {events.get(form)}: {form}"


async def rounds(place: Workplace, options: argparse.Namespace) -> list[str]:
    """Kill, count, start again, so often; what was wrong."""
    chance, ledger, wrong = random.Random(options.seed), Ledger(), []
    flying = kept = 0
    with ReviewProcess(place) as review:
        clients = [
            await entered(review.base, place, MEMBERS[n % len(MEMBERS)])
            for n in range(options.clients)
        ]
        saving = [asyncio.create_task(save(one, ledger, chance)) for one in clients]
        for number in range(1, options.kills + 1):
            await next_answer(ledger, saving)
            await asyncio.sleep(chance.uniform(0, LONGEST))
            saved, waiting = set(ledger.saved), set(ledger.waiting)
            review.kill()
            there = in_book(place)
            wrong += [f"kill {number}, {fault}" for fault in faults(there, ledger.events, saved)]
            flying, kept = flying + len(waiting), kept + len(waiting & there.keys())
            await asyncio.to_thread(review.start)
        await next_answer(ledger, saving)
        ledger.done = True
        await asyncio.gather(*saving)
        for client in clients:
            await client.aclose()
    there = in_book(place)
    wrong += faults(there, ledger.events, ledger.saved)
    print(
        f"{options.kills} kills; {len(ledger.saved):,} forms were answered, {len(ledger.again):,} "
        f"of them when they were sent again; the book has {there.total():,} events of them"
    )
    print(f"at the kills {flying} forms waited for their answer, of which {kept} were in the book")
    return wrong


async def next_answer(ledger: Ledger, saving: Sequence[asyncio.Task[None]]) -> None:
    """Wait until somebody was answered; what stopped a client is raised."""
    before = len(ledger.saved)
    while len(ledger.saved) == before:
        for client in saving:
            if client.done():
                client.result()
        await asyncio.sleep(0.005)


def main(arguments: list[str] | None = None) -> int:
    """Kill, count and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--clients", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="review-kill-") as folder:
        place = Workplace(Path(folder))
        open_review(place, utc_now)
        wrong = asyncio.run(rounds(place, options))
    for fault in wrong:
        print(f"WRONG {fault}")
    ending = f"{len(wrong)} faults" if wrong else "every form that was answered is there, once"
    print(f"{ending} ({time.monotonic() - begun:.0f} s)")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
