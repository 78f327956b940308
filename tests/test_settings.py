"""The settings of digest serve: what is right is taken, what is wrong is refused with its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from digest import sample
from digest.config import Workplace
from digest.errors import ConfigError, SourceListError
from digest.settings import DEFAULT, load, settings_path
from digest.sources import catalogue
from tests.command import digest, sentence

CONTACT = 'contact = "mailto:editor@panel.example"\n'


def written(tmp_path: Path, text: str) -> Path:
    path = settings_path(Workplace(tmp_path))
    path.write_text(text, "utf-8")
    return path


def test_the_printed_settings_show_the_defaults(tmp_path: Path) -> None:
    printed = digest("serve", "--print-settings")
    assert (printed.stdout.decode(), printed.returncode) == (DEFAULT, 0)
    with pytest.raises(ConfigError, match="line 4: 'contact': give a mail or web address"):
        load(written(tmp_path, DEFAULT))
    bare = load(written(tmp_path, CONTACT))
    shown = re.sub(r"^# (?=\[[a-z.]+\]|[a-z_]+ = )", "", DEFAULT, flags=re.MULTILINE)
    shown = shown.replace('contact = ""\n', CONTACT).replace('sources = "sources.toml"\n', "")
    full = load(written(tmp_path, shown))
    assert full.model_copy(update={"alerts": bare.alerts}) == bare
    assert full.alerts.smtp is not None
    assert full.alerts.smtp.port == 587


def test_inputs(tmp_path: Path) -> None:
    inputs = load(written(tmp_path, CONTACT)).inputs()
    assert inputs.sources == catalogue.default_path()
    assert inputs.contact == "mailto:editor@panel.example"
    there = load(written(tmp_path, CONTACT + '[sample]\nbase = "http://127.0.0.1:81"\n')).inputs()
    assert (there.sources, there.base, there.sample) == (
        sample.SOURCES,
        "http://127.0.0.1:81",
        True,
    )
    assert there.private_hosts == {"127.0.0.1:81"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "line 1: 'contact' is missing", id="missing"),
        pytest.param('contact = "mailto:jürgen@panel.example"', "line 1: 'contact': give a mail or "
                     "web address that is told to the sources asked; 'mailto:jürgen@panel.example' "
                     "is not ASCII", id="not ASCII"),
        pytest.param(CONTACT + "colour = 3", "line 2: there is no setting 'colour'", id="unknown"),
        pytest.param(CONTACT + "keep_days = 0", "line 2: 'keep_days': Input should be", id="value"),
        pytest.param(CONTACT + 'keep_days = "9"', "line 2: 'keep_days': Input should", id="type"),
        pytest.param(CONTACT + "keep_days = ", "line 2: not TOML", id="toml"),
        pytest.param(CONTACT + 'harvest = "daily"', "line 2: 'harvest': give five", id="cron"),
        pytest.param(CONTACT + 'workers = "x"', "line 2: 'workers': 'x' names no", id="workers"),
        pytest.param(
            CONTACT + "[alerts]\n\n[alerts.smtp]\nhost = 'a'\nport = 0\nsender = 'a@b'\nto = ['c']",
            "line 6: 'alerts.smtp.port'", id="nested",
        ),
        pytest.param(
            CONTACT + "[alerts.smtp]\nhost = 'a'\nsender = 'a@b'",
            "line 2: 'alerts.smtp.to' is missing", id="nested missing",
        ),
        pytest.param(CONTACT + "[alerts]\nblocks = ['x']", "line 3: 'alerts.blocks'", id="list"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}, {said}")


def test_the_mark_that_windows_editors_write_is_no_part_of_the_settings(tmp_path: Path) -> None:
    assert load(written(tmp_path, "\ufeff" + CONTACT)) == load(written(tmp_path, CONTACT))


def test_settings_and_source_lists_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="digest serve --print-settings"):
        load(tmp_path / "none.toml")
    with pytest.raises(SourceListError, match=r"gone\.toml"):
        load(written(tmp_path, CONTACT + 'sources = "gone.toml"\n'))
    with pytest.raises(SourceListError, match="embedded null byte"):
        load(written(tmp_path, CONTACT + 'sources = "a\\u0000b"\n'))
    assert "serve.toml" in sentence(digest("serve", "--var", tmp_path / "empty"))
