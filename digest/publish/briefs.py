"""The site of drafted briefs, for the panel: a list, and a page for each."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml
from markupsafe import Markup

from digest.edition import rates
from digest.edition.brief import Brief, BriefItem
from digest.publish import words
from digest.publish.charts import Bar, bar_chart
from digest.publish.mkdocs import HOOKS, REPOSITORY, SETTINGS, run_mkdocs
from digest.publish.pages import SAMPLE
from digest.publish.render import environment, write
from digest.store.archive import replace_folder, storage_errors
from digest.taxonomy import Codebook
from digest.text import web_address

TITLE, VOICE, SENTENCE = 300, 100, 600  # characters


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item in the words of a brief's page."""

    title: str
    url: str
    lang: str
    date: str
    date_words: str
    voice: str
    confidence: str
    quote: str


@dataclass(frozen=True, slots=True)
class BriefView:
    """A brief in the words of its page."""

    title: str
    href: str
    brief: Brief
    weeks: tuple[tuple[str, str, str], ...]
    chart: Markup
    items: tuple[ItemView, ...]


def build_briefs(briefs: Sequence[Brief], codebook: Codebook, out: Path) -> Path:
    """Build the site of all ``briefs`` and put it in the place of ``out``; returns ``out``.

    Raises:
        DigestError: MkDocs refused, with what it said.
        StorageFull: no space, or no right to write.
    """
    scratch = out.with_name(f".{out.name}.building")
    views = [_view(one, codebook) for one in briefs]
    with storage_errors(scratch):
        shutil.rmtree(scratch, ignore_errors=True)
        docs = scratch / "docs"
        shutil.copytree(REPOSITORY / "site" / "pages" / "assets", docs / "assets")
        write(docs / "robots.txt", b"User-agent: *\nDisallow: /\n")
        env = environment()
        listing = env.get_template("briefs.md.j2").render(briefs=views, banners=_banners(briefs))
        write(docs / "index.md", listing.encode())
        page = env.get_template("brief.md.j2")
        for view in views:
            values = {"view": view, "brief": view.brief, "level": words.percent(rates.LEVEL)}
            text = page.render(values, banners=_banners([view.brief]))
            write(docs / f"{view.brief.slug}.md", text.encode())
            write(docs / f"{view.brief.slug}.json", view.brief.canonical())
        run_mkdocs(_config(scratch), _moment(briefs))
        replace_folder(scratch / "site", out)
        shutil.rmtree(scratch, ignore_errors=True)
    return out


def _banners(briefs: Sequence[Brief]) -> list[str]:
    return [SAMPLE] if any(one.sample for one in briefs) else []


def _config(scratch: Path) -> Path:
    config = {
        "INHERIT": str(SETTINGS),
        "hooks": HOOKS,
        "docs_dir": str(scratch.resolve() / "docs"),
        "site_dir": str(scratch.resolve() / "site"),
        "theme": {"custom_dir": str(REPOSITORY / "site" / "theme")},
        "extra": {"draft": True},
        "nav": [{"Briefs": "index.md"}],
        "not_in_nav": "*.md",
    }
    return write(scratch / "mkdocs.yml", yaml.safe_dump(config, allow_unicode=True).encode())


def _moment(briefs: Sequence[Brief]) -> int:
    """A second that no clock tells: the end of the newest week that a brief speaks of."""
    days = [item.date for one in briefs for item in one.items]
    newest = datetime.fromisoformat(max(days, default="2000-01-01")).replace(tzinfo=UTC)
    return int((newest + timedelta(days=1)).timestamp())


def _view(brief: Brief, codebook: Codebook) -> BriefView:
    name = codebook.label("risk", brief.label).name if brief.label else "An incident"
    title = f"{name}: {'an unusual week' if brief.label else 'many outlets report'}"
    bars = [Bar(words.day(str(week.start)), week.count, 0) for week in brief.weeks]
    return BriefView(
        title=title,
        href=f"{brief.slug}/",
        brief=brief,
        weeks=tuple(
            (words.day(str(w.start)), words.number(w.count), words.number(w.exposure))
            for w in brief.weeks
        ),
        chart=bar_chart("weeks", f"{name}, items a week", bars) if bars else Markup(""),
        items=tuple(map(_item, brief.items)),
    )


def _item(item: BriefItem) -> ItemView:
    return ItemView(
        title=words.clip(item.title, TITLE) or item.id,
        url=web_address(item.url),
        lang=words.lang_attribute(item.language),
        date=item.date,
        date_words=words.day(item.date),
        voice=words.clip(item.voice, VOICE),
        confidence="" if item.probability is None else words.percent(item.probability),
        quote=words.clip(item.sentence, SENTENCE),
    )
