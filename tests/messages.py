"""The messages that code and templates use, and whether a catalogue of translations is whole."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

Message = str | tuple[str, ...]
KEYWORDS = {"_": None, "gettext": None, "say": None, "N_": None, "ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"%\(\w+\)s|%%|\{\w+\}")
OPTIONS = {"extensions": "jinja2.ext.i18n", "silent": "false", "newstyle_gettext": "true"}


def used(code: Path, templates: Path, **options: str) -> set[Message]:
    """The messages of a folder of code and a folder of templates; ``options`` are Jinja's."""
    python = extract_from_dir(str(code), [("**.py", "python")], keywords=KEYWORDS)
    jinja = extract_from_dir(
        str(templates), [("**.j2", "jinja2.ext:babel_extract")],
        options_map={"**.j2": OPTIONS | options}, keywords=KEYWORDS,
    )  # fmt: skip
    return {found[2] for source in (python, jinja) for found in source}


def catalogue(path: Path) -> Catalog:
    """A catalogue of translations, named by its language."""
    with path.open("rb") as file:
        return read_po(file, locale=path.stem, abort_invalid=True)


def require_exactly(messages: set[Message], read: Catalog) -> None:
    """A catalogue has the messages that are used, and no others."""
    known = {message.id for message in read if message.id}
    assert messages - known == set(), "not translated"
    assert known - messages == set(), "no longer used"


def require_whole(read: Catalog) -> None:
    """Each translation has all its forms, and the placeholders of its original."""
    for message in read:
        if not message.id:
            continue
        original, forms = forms_of(message.id), forms_of(message.string)
        assert all(forms), message.id
        assert not message.fuzzy, message.id
        if len(original) > 1:
            assert len(forms) == read.num_plurals, message.id
        for form in forms:
            expected = sorted(PLACEHOLDER.findall(original[-1]))
            assert sorted(PLACEHOLDER.findall(form)) == expected, (message.id, form)


def forms_of(message: object) -> tuple[str, ...]:
    return message if isinstance(message, tuple) else (str(message),)
