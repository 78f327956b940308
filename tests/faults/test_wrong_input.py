"""Wrong input: one clear sentence on standard error, exit 2, no traceback, nothing left behind."""

from __future__ import annotations

import gzip
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from digest.cli import main
from digest.cli.app import app
from digest.errors import InputError
from tests.command import digest, sentence
from tests.disks import read_only

Capture = pytest.CaptureFixture[str]
RSS = b'<rss version="2.0"><channel><title>T</title></channel></rss>'


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder with inputs of all kinds."""
    (tmp_path / "empty.jsonl").touch()
    (tmp_path / "noise.bin").write_bytes(os.urandom(3000).replace(b"{", b"x"))
    (tmp_path / "noise.gz").write_bytes(b"\x1f\x8b" + bytes(range(200)))
    (tmp_path / "empty.gz").write_bytes(gzip.compress(b""))
    paper = b'{"id": "1", "title": "", "abstract": ""}\n'
    (tmp_path / "cut.gz").write_bytes(gzip.compress(paper + os.urandom(999).hex().encode())[:-500])
    (tmp_path / "latin").mkdir()
    (tmp_path / "latin" / os.fsdecode(b"caf\xe9.xml")).write_bytes(RSS)
    (tmp_path / "feed.xml").write_bytes(RSS)
    (tmp_path / "empty-folder").mkdir()
    (tmp_path / "off.toml").write_text(_entry("aa", enabled="false"))
    (tmp_path / "wrong.toml").write_text(_entry("aa") + _entry("bb", language='"english"'))
    (tmp_path / "twins.toml").write_text(_entry("aa") + _entry("aa"))
    (tmp_path / "list.toml").write_text(_entry("who-news"))
    return tmp_path


def _entry(name: str, **changes: str) -> str:
    values = {
        "id": f'"{name}"', "kind": '"feed"', "url": f'"https://{name}.example/feed.xml"',
        "publisher": '"P"', "group": '"journals"', "country": '"KE"', "region": '"africa"',
        "language": '"en"', "home": '"https://p.example/"', "verified": "true",
    }  # fmt: skip
    return "[[source]]\n" + "".join(f"{k} = {v}\n" for k, v in (values | changes).items())


def run(
    line: str, here: Path, monkeypatch: pytest.MonkeyPatch, capfd: Capture
) -> tuple[object, str]:
    """The command's exit status, and all that it says; nothing was answered."""
    monkeypatch.chdir(here)
    monkeypatch.setattr(sys, "argv", ["digest", *line.split()])
    for name in ("DIGEST_VAR", "DIGEST_CONTACT"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SystemExit) as end:
        main()
    out, err = capfd.readouterr()
    return end.value.code, out + err


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("run 2026Q5", "'2026Q5' is not a quarter: write the year and Q1 to Q4, "
                     "such as 2026Q1", id="malformed-quarter"),
        pytest.param("run 2999Q1", "2999Q1 begins on 2999-01-01, which is in the future",
                     id="future-quarter"),
        pytest.param("status Q1", "'Q1' is not a quarter", id="malformed-quarter-of-status"),
        pytest.param("run 2026Q1", "give --contact mailto:you@example.org", id="no-contact"),
        pytest.param("run 2026Q1 --contact me", "'me' is no such address",
                     id="contact-that-nobody-can-use"),
        pytest.param("run 2026Q1 --contact a@\x7fb", "is no such address", id="control-character"),
        pytest.param("run 2026Q1 --contact mailto:jürgen@b.example",
                     "not ASCII: write its host in punycode", id="contact-that-no-header-holds"),
        pytest.param("explain \udcff", r"'\udcff' is not UTF-8", id="argument-not-UTF-8"),
        pytest.param("run 2026Q1 --feeds latin", r"'latin/caf\udce9.xml' is not UTF-8: rename it",
                     id="file-name-not-UTF-8"),
        pytest.param("evaluate noise.gz", "noise.gz breaks off after line 0",
                     id="evaluate-no-gzip"),
        pytest.param("evaluate --texts cut.gz", "cut.gz breaks off after line 1",
                     id="evaluate-cut-gzip"),
        pytest.param("train --texts cut.gz", "cut.gz breaks off after line 1", id="train-cut-gzip"),
        pytest.param("sources check", "give --contact", id="no-contact-for-a-check"),
        pytest.param("run 2026Q1 --contact a@b.example --source who-nws --sources list.toml",
                     "there is no source 'who-nws' in the list; did you mean 'who-news'?",
                     id="unknown-source"),
        pytest.param("run 2026Q1 --contact a@b.example --sources none.toml",
                     "the source list 'none.toml' cannot be read: No such file",
                     id="missing-list"),
        pytest.param("run 2026Q1 --contact a@b.example --sources wrong.toml",
                     "wrong.toml, line 20: source 'bb': 'language' ", id="wrong-entry"),
        pytest.param("sources list --sources twins.toml",
                     "twins.toml, line 13: source 'aa': the same 'id' as source 'aa' in line 2",
                     id="twins"),
        pytest.param("run 2026Q1 --contact a@b.example --sources off.toml",
                     "no source in off.toml is switched on", id="all-off"),
        pytest.param("run 2026Q1 --contact a@b.example --sources feed.xml",
                     "feed.xml, line 1: not TOML", id="list-that-is-no-list"),
        pytest.param("run 2026Q1 --feeds feed.xml --source who-news", "nobody is asked",
                     id="source-beside-local-files"),
        pytest.param("run 2026Q1 --snapshot none.gz", "there is no file or folder none.gz",
                     id="missing-snapshot"),
        pytest.param("run 2026Q1 --feeds none", "there is no file or folder none: check the path",
                     id="missing-feeds"),
        pytest.param("run 2026Q1 --feeds empty-folder",
                     "there is no feed document in the folder empty-folder", id="no-documents"),
        pytest.param("run 2026Q1 --snapshot empty-folder", "empty-folder is not a file",
                     id="snapshot-is-a-folder"),
        pytest.param("run 2026Q1 --snapshot empty.jsonl", "the snapshot empty.jsonl is empty",
                     id="empty-snapshot"),
        pytest.param("run 2026Q1 --snapshot empty.gz", "the snapshot empty.gz is empty",
                     id="empty-gzip"),
        pytest.param("run 2026Q1 --snapshot noise.bin",
                     "noise.bin is not arXiv's metadata snapshot", id="binary-snapshot"),
        pytest.param("run 2026Q1 --snapshot noise.gz", "the snapshot noise.gz cannot be read",
                     id="broken-gzip"),
        pytest.param("run 2026Q1 --snapshot feed.xml --feeds feed.xml",
                     "or give feed documents with --feeds", id="feed-as-snapshot"),
        pytest.param("run 2026Q1 --feeds feed.xml --var feed.xml/var",
                     "cannot write to feed.xml/var: a part of this path is a file",
                     id="folder-under-a-file"),
        pytest.param("run 2026Q1 --feeds feed.xml --var feed.xml", "cannot write to feed.xml: ",
                     id="folder-is-a-file"),
        pytest.param("label none.jsonl", "cannot read none.jsonl: No such file",
                     id="label-missing"),
        pytest.param("label empty-folder", "cannot read empty-folder: Is a directory",
                     id="label-a-folder"),
        pytest.param("status", "there is no database at var/digest.duckdb: harvest a quarter first",
                     id="status-of-nothing"),
        pytest.param("reparse", "var/raw holds no answers to build a database from",
                     id="reparse-of-nothing"),
    ],
)  # fmt: skip
def test_wrong_input_has_one_clear_sentence(
    here: Path, line: str, expected: str, monkeypatch: pytest.MonkeyPatch, capfd: Capture
) -> None:
    before = sorted(here.rglob("*"))
    status, said = run(line, here, monkeypatch, capfd)
    assert status == 2
    assert said.startswith("digest: ")
    assert said.count("\n") == 1
    assert expected in said
    assert sorted(here.rglob("*")) == before


def test_a_working_folder_named_in_the_environment_must_be_utf8(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DIGEST_VAR", "\udcff")
    failed = CliRunner().invoke(app, ["status"])
    assert isinstance(failed.exception, InputError)
    assert "is not UTF-8" in str(failed.exception)


@pytest.mark.parametrize("line", ["", "frobnicate", "run", "run 2026Q1 --colour red", "label"])
def test_a_wrong_command_is_explained(
    here: Path, line: str, monkeypatch: pytest.MonkeyPatch, capfd: Capture
) -> None:
    status, said = run(line, here, monkeypatch, capfd)
    assert status == 2
    assert re.search("Usage: .*digest", said)


@pytest.fixture
def unwritable(tmp_path: Path) -> Iterator[Path]:
    """A folder that this user cannot write."""
    folder = tmp_path / "unwritable"
    folder.mkdir()
    with read_only(folder):
        yield folder


@pytest.mark.parametrize("var", ["", "var"])
def test_an_unwritable_folder_is_named(here: Path, unwritable: Path, var: str) -> None:
    said = sentence(
        digest("run", "2026Q1", "--feeds", here / "feed.xml", "--var", unwritable / var)
    )
    assert said.startswith(f"cannot write to {unwritable / var}: ")
