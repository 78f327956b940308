"""The site of each language under ``/zh/`` and so on: one MkDocs run for all quarters.

Each language has its own search, whose words are those of its pages. Chinese is cut into words by
jieba while MkDocs runs: without it a query in Chinese finds nothing, and nothing says so.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml

from digest.items import digest_of
from digest.publish import machine, mkdocs
from digest.publish.languages.pages import PAGES, banners, language_environment
from digest.publish.languages.search import separator
from digest.publish.languages.tongue import N_, OTHERS, Tongue, tongue_of
from digest.publish.render import write
from digest.publish.search import finish_index
from digest.store.archive import replace_folder

COLOURS = (
    ("default", "light", "material/weather-night", N_("Use dark colours")),
    ("slate", "dark", "material/weather-sunny", N_("Use light colours")),
)


def build_languages(
    summaries: Sequence[dict[str, Any]],
    pages: Sequence[Path],
    scratch: Path,
    moment: int,
    keep: Path,
    made_with: str,
) -> dict[str, Path]:
    """Build the sites of the other languages that changed; returns where each lies.

    Finished ones are kept under ``keep``, each with a stamp of what it was made from: its pages,
    its configuration, the ``moment``, and ``made_with``, which names code and theme.

    ``summaries`` are of the newest version of each quarter, newest first, as the front pages read
    them, and ``pages`` the folders with their Markdown (``<language>/*.md``), in the same order.

    Raises:
        ConfigError: ``site/`` or ``mkdocs.yml`` is not there.
        DigestError: MkDocs refused, with what it said.
    """

    def build(tag: str) -> tuple[str, Path]:
        tongue, folder = tongue_of(tag), scratch / tag
        _write_docs(summaries, pages, tongue, folder / "docs")
        quarters = [summary["edition"]["quarter"] for summary in summaries]
        text = yaml.safe_dump(configuration(tongue, quarters, folder), allow_unicode=True)
        kept = keep / f"language-{tag}"
        stamp = digest_of(text, moment, made_with, _content(folder / "docs"), prefix="l1-")
        stamp_path = kept / "stamp.txt"
        if not stamp_path.exists() or stamp_path.read_text("utf-8") != stamp:
            mkdocs.run_mkdocs(write(folder / "mkdocs.yml", text.encode()), moment)
            finish_index(folder / "site" / "search" / "search_index.json")
            for of_whole_site in ("404.html", "sitemap.xml", "sitemap.xml.gz"):
                (folder / "site" / of_whole_site).unlink()
            stamp_path.unlink(missing_ok=True)
            kept.mkdir(parents=True, exist_ok=True)
            replace_folder(folder / "site", kept / "pages")
            write(stamp_path, stamp.encode())
        return tag, kept / "pages"

    with ThreadPoolExecutor(min(len(OTHERS), os.cpu_count() or 1)) as pool:
        return dict(pool.map(build, OTHERS))


def _content(folder: Path) -> str:
    """A hash of all files of a folder."""
    found = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        found.update(f"{path.relative_to(folder)}\0".encode())
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def _write_docs(
    summaries: Sequence[dict[str, Any]], pages: Sequence[Path], tongue: Tongue, docs: Path
) -> None:
    shutil.copytree(mkdocs.human_part() / "pages" / "assets", docs / "assets")
    editions = []
    for summary, folder in zip(summaries, pages, strict=True):
        quarter = summary["edition"]["quarter"]
        shutil.copytree(folder / tongue.tag, docs / quarter)
        editions.append(summary["edition"] | {"months": tongue.months(quarter)})
    text = (
        language_environment(tongue)
        .get_template("languages/home.md.j2")
        .render(
            banners=banners(tongue, sample=summaries[0]["sample"]),
            newest=editions[0],
            quarters=editions,
            pages=[(f"{page}/" if page else "", tongue.gettext(n)) for page, n in PAGES.items()],
        )
    )
    write(docs / "index.md", text.encode())
    names = {one["quarter"]: f"{one['quarter']} {one['version']}" for one in editions}
    for page in docs.rglob("*.md"):
        write(page, _with_head(page, docs, tongue, names).encode())


def _with_head(file: Path, docs: Path, tongue: Tongue, editions: Mapping[str, str]) -> str:
    """The page with its head; it has the address of the same page in English, under its tag."""
    inside = file.relative_to(docs).with_suffix("").as_posix()
    inside = "" if inside == "index" else f"{inside.removesuffix('/index')}/"
    quarter, _, below = inside.partition("/")
    is_shared = below in machine.IN_EVERY_LANGUAGE
    markdown = file.read_text("utf-8")
    title, description = machine.described(markdown)
    path = f"{tongue.tag}/{inside}"
    page = machine.Page(
        path=path,
        title=title,
        description=description,
        canonical=path,
        language=tongue.tag,
        languages=machine.in_languages(inside) if is_shared else {},
        edition=editions.get(quarter, ""),
    )
    return machine.with_head(markdown, page, mkdocs.the_site())


def configuration(tongue: Tongue, quarters: Sequence[str], folder: Path) -> dict[str, Any]:
    """MkDocs' configuration for one language, on top of that of the English site."""
    english, site = mkdocs.settings(), mkdocs.the_site()
    say = tongue.gettext
    owners = say(
        "Titles and quoted sentences belong to their authors and publishers, who are named and "
        "linked. This site sets no cookies and loads nothing from other hosts."
    )
    search = {
        "lang": ["en"],
        "separator": separator(tongue.tag, _separator(english["plugins"])),
        "pipeline": [],
    }
    return {
        "INHERIT": str(mkdocs.SETTINGS),
        "hooks": mkdocs.HOOKS,
        "site_name": say("Quarterly Research Digest on AI"),
        "site_description": say(
            "Research and events on artificial intelligence by Sustainable Development Goal and by "
            "risk."
        ),
        "site_url": site.address and site.url(f"{tongue.tag}/"),
        "copyright": mkdocs.footer(
            site, owners, say("Counts, labels and words of this site: {licence}.")
        ),
        "docs_dir": str(folder.resolve() / "docs"),
        "site_dir": str(folder.resolve() / "site"),
        "theme": {
            "custom_dir": str(mkdocs.REPOSITORY / "site" / "theme"),
            "language": tongue.tag,
            "palette": [
                {
                    "media": f"(prefers-color-scheme: {scheme})",
                    "scheme": name,
                    "primary": "custom",
                    "accent": "custom",
                    "toggle": {"icon": icon, "name": say(words)},
                }
                for name, scheme, icon, words in COLOURS
            ],
        },
        "extra_css": [*english["extra_css"], "assets/languages.css"],
        "plugins": [{"search": search}],
        "extra": {"draft": "", "language": tongue.tag, "letter": _letter(tongue)},
        "nav": _nav(tongue, quarters),
    }


def _letter(tongue: Tongue) -> dict[str, str]:
    """The letter of a reader who reports a problem, and the link to it."""
    say = tongue.gettext
    return {
        "link": say("Report a problem with this page"),
        "subject": say("Problem with a page of the digest"),
        "page": say("Page"),
        "edition": say("Edition"),
        "problem": say("What is wrong, and what shows it:"),
    }


def _separator(plugins: Sequence[Any]) -> str:
    """The English site's: it knows the punctuation of all six languages."""
    found = [p["search"]["separator"] for p in plugins if isinstance(p, dict) and "search" in p]
    return str(found[0])


def _nav(tongue: Tongue, quarters: Sequence[str]) -> list[Any]:
    newest, *earlier = ({tongue.months(q): _pages_of(tongue, q)} for q in quarters)
    nav: list[Any] = [{tongue.gettext("Home"): "index.md"}, newest]
    return [*nav, {tongue.gettext("Earlier editions"): earlier}] if earlier else nav


def _pages_of(tongue: Tongue, quarter: str) -> list[dict[str, str]]:
    return [
        {tongue.gettext(name): f"{quarter}/{page or 'index'}.md"} for page, name in PAGES.items()
    ]
