from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from digest.edition.difference import difference
from digest.edition.manifest import Manifest
from digest.edition.shelf import Correction
from digest.publish import Listed, PublishedEdition, build_site
from tests.once import made_once
from tests.publish.full_edition import reviewed, two_quarters
from tests.publish.invented_edition import codebook, hostile, published, results_on
from tests.publish.written import Write, written, written_in

HOSTILE_TITLE = (
    '</h3></article></div><script>window.broken = "title"</script>'
    "<img src=x onerror=\"window.broken='img'\"> # heading\n\n```\nfence\n```\n\n"
    "{{ 7 * 7 }} {% raw %} [link](javascript:alert(1)) **bold** \\(x^2\\) $\\frac{1}{2}$ "
    '\u202egnp.exe\u202c <!-- comment --8<-- "mkdocs.yml" wzxhzdk:0 &lt;b&gt; ' + "A" * 10_000
)


def editions() -> list[PublishedEdition]:
    """Two quarters; the newer one has two versions, the second with a panel and a hostile item."""
    before, first = two_quarters()
    second = reviewed(hostile(first, HOSTILE_TITLE, "javascript:alert(1)"))
    why = Correction("amendment", "A news item was <missing> under Goal 1.", "Amina Okafor")
    changes = difference(first, second)
    tests = results_on("2025Q4")
    corrected = PublishedEdition(second, "v1.1", "2026-05-20", changes, tests, correction=why)
    return [published(before), published(first), corrected]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A public site of these editions, to look at: built once for all processes of a test run."""
    return made_once(tmp_path_factory, "public", _build) / "site"


def _build(folder: Path) -> None:
    listed = [Listed.of(edition) for edition in editions()]
    out, scratch, parts = folder / "site", folder / "scratch", folder / "parts"
    build_site(listed, codebook(), out, draft=False, scratch=scratch, parts=parts)


@pytest.fixture(scope="session")
def hostile_title() -> str:
    return HOSTILE_TITLE


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    handler = functools.partial(_Quiet, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="session")
def quarters() -> tuple[Manifest, Manifest]:
    return two_quarters()


@pytest.fixture(scope="session")
def pages(
    quarters: tuple[Manifest, Manifest], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """The pages of the newer quarter by name."""
    return written(quarters[1], tmp_path_factory.mktemp("pages"))


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write an edition and read its pages back by name."""
    return functools.partial(written_in, folder=tmp_path)
