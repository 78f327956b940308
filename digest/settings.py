"""The settings of ``digest serve``: a TOML file in the working folder, checked before it is used.

``digest serve --print-settings`` prints ``DEFAULT``, which says what there is. A wrong value is
refused with its line.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, NoReturn

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from digest import sample
from digest.alerts.channels import Channels
from digest.config import Inputs, Workers, Workplace, problem_of_contact
from digest.errors import ConfigError
from digest.sources import catalogue

NAME = "serve.toml"
DEFAULT = """\
# Settings of digest serve. Every line that begins with # shows a default.

# Mail or web address that is told to the sources asked; needed.
contact = ""

# Source list (TOML) instead of the one supplied.
# sources = "sources.toml"

# When sources are asked, in UTC: minute, hour, day of the month, month, day of the week.
# harvest = "0 5 * * *"

# For how many days after a quarter's end late arrivals still go into its draft.
# look_back_days = 14

# For how many days the history of runs and events is kept.
# keep_days = 90

# Who reads texts: "" is one process, "4" are four, "dask://host:port" is a Dask cluster.
# workers = ""

# [alerts]
# Prefect notification blocks, as type/name; set them up on the page of digest serve.
# blocks = ["slack-webhook/editors"]
# Address that gets every alert as JSON.
# webhook = "https://chat.example.org/hooks/editors"

# [alerts.smtp]
# host = "mail.example.org"
# port = 587
# tls = "starttls"  # or "none", for a server on this machine
# user = ""         # its password is taken from DIGEST_SMTP_PASSWORD
# sender = "digest@example.org"
# to = ["editors@example.org"]
"""


def _is_contact(text: str) -> str:
    if problem := problem_of_contact(text):
        raise ValueError(f"give a mail or web address that is told to the sources asked; {problem}")
    return text


def _is_cron(text: str) -> str:
    if len(text.split()) != 5:
        raise ValueError("give five fields: minute, hour, day of the month, month, day of the week")
    return text


def _is_workers(text: str) -> str:
    try:
        Workers.parse(text)
    except ConfigError as error:
        raise ValueError(str(error)) from None
    return text


class _Checked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Sample(_Checked):
    """The embedded sample quarter instead of real sources, served at ``base``."""

    base: Annotated[str, Field(pattern=r"^http://127\.0\.0\.1:\d+$")]


class Settings(_Checked):
    """What ``digest serve`` is told."""

    contact: Annotated[str, AfterValidator(_is_contact)]
    sources: str = ""
    harvest: Annotated[str, AfterValidator(_is_cron)] = "0 5 * * *"
    look_back_days: int = Field(default=14, ge=0, le=366)
    keep_days: int = Field(default=90, ge=1, le=3660)
    workers: Annotated[str, AfterValidator(_is_workers)] = ""
    alerts: Channels = Channels()
    sample: Sample | None = None

    def inputs(self) -> Inputs:
        """Whom to ask."""
        if self.sample:
            host = self.sample.base.removeprefix("http://")
            return Inputs(
                sources=sample.SOURCES, base=self.sample.base, contact=self.contact,
                private_hosts=frozenset({host}), sample=True,
            )  # fmt: skip
        listed = Path(self.sources) if self.sources else catalogue.default_path()
        return Inputs(sources=listed, contact=self.contact)


def settings_path(place: Workplace) -> Path:
    """Where the settings of a working folder lie."""
    return place.folder / NAME


def load(path: Path) -> Settings:
    """The settings in a file; a relative ``sources`` is meant from there.

    Raises:
        ConfigError: there is no such file, or it is wrong; names the line.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise ConfigError(
            f"cannot read the settings {path} ({reason}): write them (mkdir -p {path.parent} && "
            f"digest serve --print-settings > {path}) and say whom sources can write to"
        ) from None
    try:
        settings = Settings.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        _refuse(path, int(line[1]) if line else text.count("\n") + 1, f"not TOML: {error}")
    except ValidationError as error:
        first = error.errors()[0]
        keys = [key for key in first["loc"] if isinstance(key, str)]
        _refuse(path, _line_of(text, keys), _sentence(keys, first["type"], first["msg"]))
    if settings.sources:
        settings = settings.model_copy(update={"sources": str(path.parent / settings.sources)})
        catalogue.load(Path(settings.sources))
    return settings


def _sentence(keys: list[str], kind: str, message: str) -> str:
    name = ".".join(keys)
    if kind == "missing":
        return f"'{name}' is missing"
    if kind == "extra_forbidden":
        return f"there is no setting '{name}' (digest serve --print-settings shows what there is)"
    return f"'{name}': {message.removeprefix('Value error, ')}"


def _line_of(text: str, keys: list[str]) -> int:
    """The line of a key, or of its table, or the first one when it is not there."""
    table, found = "", 1
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[([\w.]+)\]", line):
            table = header[1]
            found = number if table == ".".join(keys[:-1]) or table == ".".join(keys) else found
        elif re.match(rf"\s*{re.escape(keys[-1])}\s*=", line) and table == ".".join(keys[:-1]):
            return number
    return found


def _refuse(path: Path, line: int, what: str) -> NoReturn:
    raise ConfigError(f"{path}, line {line}: {what}")
