"""Compiled templates are shared, but not what a language says; without a folder nothing is lost."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

from digest.compiled import compiled
from digest.publish.languages.pages import language_environment
from digest.publish.languages.tongue import tongue_of
from digest.publish.render import new_environment


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's folder for temporary files, for this test."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_what_one_environment_compiled_is_there_for_the_next(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = new_environment().list_templates()
    for name in names:
        new_environment().get_template(name)
    assert len([*temporary.rglob("*.cache")]) == len(names)

    def compiles(*_: object, **__: object) -> None:
        pytest.fail("compiled again")

    monkeypatch.setattr(Environment, "compile", compiles)
    for name in names:
        new_environment().get_template(name)


@pytest.mark.usefixtures("temporary")
def test_each_language_writes_its_own_days(tmp_path: Path) -> None:
    (tmp_path / "day.html").write_text("{{ '2026-02-14' | day }}")
    said = {}
    for tag in ("fr", "es", "ar"):
        env = language_environment(tongue_of(tag))
        env.loader = FileSystemLoader(tmp_path)
        said[tag] = env.get_template("day.html").render()
    assert len(set(said.values())) == 3, said


def test_no_folder_to_keep_them_in_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.touch()
    monkeypatch.setattr(tempfile, "tempdir", str(file))
    assert compiled() is None
    assert new_environment().list_templates()


def test_a_folder_that_takes_no_more_costs_the_time_only(temporary: Path) -> None:
    env = new_environment()
    (folder,) = temporary.iterdir()
    folder.rmdir()  # nothing can be written into it any more, as root could into a locked one
    assert env.get_template(env.list_templates()[0])
    assert not folder.exists()
