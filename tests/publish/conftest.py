from __future__ import annotations

from pathlib import Path

import pytest

from digest.publish import build_site
from tests.publish.invented_edition import codebook, hostile, manifest, published

HOSTILE_TITLE = (
    '</h3></article></div><script>window.broken = "title"</script>'
    "<img src=x onerror=\"window.broken='img'\"> # heading\n\n```\nfence\n```\n\n"
    "{{ 7 * 7 }} {% raw %} [link](javascript:alert(1)) **bold** \\(x^2\\) $\\frac{1}{2}$ "
    '\u202egnp.exe\u202c <!-- comment --8<-- "mkdocs.yml" wzxhzdk:0 &lt;b&gt; ' + "A" * 10_000
)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A public site: one quarter with two versions, the newer with a hostile item, and another."""
    folder = tmp_path_factory.mktemp("public")
    first = manifest(items=150)
    editions = [
        published(first, "v1.0"),
        published(hostile(first, HOSTILE_TITLE, "javascript:alert(1)"), "v1.1"),
        published(manifest(seed=2, items=60, quarter="2025Q4")),
    ]
    return build_site(
        editions, codebook(), folder / "site", draft=False, scratch=folder / "scratch"
    )


@pytest.fixture(scope="session")
def hostile_title() -> str:
    return HOSTILE_TITLE
