"""A real quarter from its draft to a corrected edition, in real browsers: how long each part takes.

    python -m benchmarks.review_real --var FOLDER [--keep FOLDER]

FOLDER is a working folder with the draft of 2026Q1; it is copied (to ``--keep``, if that is to be
looked at afterwards), and what was published of the quarter is left out. A real ``digest serve``
and a real ``digest review serve`` run over the copy, and the evening of ``tests.flows.story`` is
played with it: an editor, three members and a chair decide, by keys, on everything that is shown,
with a conflict of interest, a disagreement, a dropped connection, an undo and a late arrival (an
invented story, from a server of this benchmark's own). Nobody publishes: the relay, the review
flow and the publish flow do. No source outside is asked.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from digest.config import Inputs, Workplace, utc_now
from digest.edition.shelf import Shelf
from digest.errors import StoreBusy
from digest.events import DRAFT
from digest.review.book import Book
from digest.review.events import kind_of
from digest.review.packet import Packet
from digest.settings import settings_path
from digest.sources import catalogue
from digest.store.turn import turn_holder
from tests.examples import Q1
from tests.flows.evening import MINUTE, seated
from tests.flows.serving import Serving, started, until
from tests.flows.story import an_evening
from tests.servers import FaultyServer, body

SETTINGS = 'contact = "mailto:editor@example.org"\nsources = "nobody.toml"\nharvest = "0 5 1 1 *"\n'
# Without arXiv's search API: nobody is asked about the cited papers.
SOURCE = """[[source]]
id = "{0}"
kind = "feed"
url = "{1}/feed"
publisher = "{0}"
group = "journals"
country = "INT"
region = "global"
language = "en"
home = "https://nobody.invalid/"
verified = false
"""
LATE = b"""<rss version="2.0"><channel><title>An invented publisher</title><item>
<title>Neural network finds cassava disease in photographs of 900 invented farms</title>
<link>https://nobody.invalid/cassava</link><guid>https://nobody.invalid/cassava</guid>
<pubDate>Mon, 30 Mar 2026 09:00:00 GMT</pubDate>
<description>Smallholders in a country that does not exist photographed leaves by telephone. A deep
learning model told mosaic disease from brown streak in 94 of 100 cases, and harvests of those who
uprooted early rose by a third. Farmers without a telephone gained nothing.</description>
</item></channel></rss>"""


@dataclass
class Served:
    """The flows of a ``digest serve``, which hears of events by itself."""

    serve: Serving

    def freeze(self) -> None:
        """As an editor would on the page of digest serve, who does not wait for the clock."""
        number = until(lambda: self.serve.deployments().get("freeze"))
        self.serve.ask(f"deployments/{number}/create_flow_run")
        until(self.serve.place.packet(Q1).exists)
        self._rests()
        with closing(Packet(self.serve.place.packet(Q1))) as packet:
            print(f"           {len(packet.ids()):,} items in {len(packet.queues())} queues, "
                  f"{len(packet.queue('selected')):,} of them selected", flush=True)  # fmt: skip

    def look(self) -> None:
        """Until the relay has looked, and what it raised is done."""
        time.sleep(MINUTE + 5)
        self._rests()

    def _rests(self) -> None:
        """What came late waits for a draft until the quarter is published: it is not waited for."""

        def nothing_runs() -> bool:
            if turn_holder(self.serve.place) or self.serve.has_runs_to_come():
                return False
            with suppress(StoreBusy):
                return {event.waiting_for for event in self.serve.open_events()} <= {(DRAFT,)}
            return False

        until(nothing_runs, every=0.5)


@contextmanager
def late(place: Workplace) -> Iterator[Inputs]:
    """The real sources and one more, the only one that is asked."""
    with FaultyServer({"/feed": body(LATE, "application/rss+xml")}) as server:
        host = server.host
        listed = place.folder / "late.toml"
        listed.write_text(
            catalogue.default_path().read_text() + SOURCE.format("late", f"http://{host}")
        )
        yield Inputs(
            sources=listed, only=("late",), contact="mailto:editor@example.org",
            private_hosts=frozenset({host}),
        )  # fmt: skip


def prepared(there: Workplace, folder: Path) -> Workplace:
    """The folder's copy, with a draft and nothing published."""
    place = Workplace(folder)
    place.editions.joinpath(str(Q1)).mkdir(parents=True)
    shutil.copy(there.database, place.database)
    shutil.copy(there.editions / str(Q1) / "draft.json", place.editions / str(Q1))
    settings_path(place).write_text(SETTINGS)
    (folder / "nobody.toml").write_text(SOURCE.format("nobody", "https://nobody.invalid"))
    return place


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
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="review-real-") as scratch:
        place = prepared(Workplace(options.var), options.keep or Path(scratch) / "var")
        with started(place) as serve, seated(place) as panel:
            for part in an_evening(panel, Served(serve), late(place)):
                print(f"{time.monotonic() - begun:7.1f} s  {part}", flush=True)
            serve.stop()
        for line in figures(place):
            print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
