from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from digest.classify.model import Model
from digest.config import SHIPPED_MODEL
from digest.errors import ModelError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped model's files under another name."""
    for path in SHIPPED_MODEL.iterdir():
        (tmp_path / path.name).symlink_to(path)
    return tmp_path


FILES = [
    "encoder.bin", "encoder.xml", "tokenizer.json", "config.json", "heads.npz", "taught.txt"
]  # fmt: skip


def test_the_model_loads_from_any_folder(folder: Path, model: Model) -> None:
    other = Model.load(folder)
    assert (other.id, other.encoder_id, other.codebook) == (
        model.id, model.encoder_id, model.codebook,
    )  # fmt: skip
    assert other.folder == folder
    assert "encoder" not in vars(other)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ModelError, match=rf"{folder / name} cannot be read \(No such file"):
        Model.load(folder)


def test_what_to_do_fits_the_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To install the package again mends the shipped model, and no other."""
    (folder / "heads.npz").unlink()
    with pytest.raises(ModelError, match="or delete it and train anew") as caught:
        Model.load(folder)
    assert "install" not in str(caught.value)
    monkeypatch.setattr("digest.classify.model.SHIPPED_MODEL", folder)
    with pytest.raises(ModelError, match=r": install the package again$"):
        Model.load(folder)
    with pytest.raises(ModelError, match=r"model\.json: No such file .*: check the path$"):
        Model.load(folder / "elsewhere")


@pytest.mark.parametrize("name", FILES)
def test_an_altered_file_is_named(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).unlink()
    (folder / name).write_bytes(content)
    with pytest.raises(ModelError, match=rf"{folder / name} was altered \(SHA-256 \w{{12}}…"):
        Model.load(folder)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "No such file"),
        (b"", "EOF"),
        (b"[]", "object"),
        (b"{", "EOF"),
        (b'{"id": "m"}', "encoder"),
        (b'{"id": 1, "encoder": "e", "codebook": "c", "languages": [], "files": {}}', "id"),
        (b'{"id": "m", "encoder": "e", "codebook": "c", "languages": [], "files": []}', "files"),
    ],
)
def test_a_description_that_cannot_be_read(
    folder: Path, content: bytes | None, problem: str
) -> None:
    (folder / "model.json").unlink()
    if content is not None:
        (folder / "model.json").write_bytes(content)
    with pytest.raises(ModelError, match=rf"no usable model in {folder}: model\.json: .*{problem}"):
        Model.load(folder)


def test_the_heads_must_be_listed_too(folder: Path) -> None:
    about = orjson.loads((folder / "model.json").read_bytes())
    del about["files"]["heads.npz"]
    (folder / "model.json").unlink()
    (folder / "model.json").write_bytes(orjson.dumps(about))
    with pytest.raises(ModelError, match=r"model\.json does not list heads\.npz"):
        Model.load(folder)
