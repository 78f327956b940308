"""Where alerts go: the settings, and a sender for each channel that needs no Prefect."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from digest.alerts.mail import send_mail
from digest.alerts.message import Message
from digest.alerts.webhook import post

PASSWORD = "DIGEST_SMTP_PASSWORD"  # noqa: S105 - the name of the variable that holds it
Send = Callable[[Message], None]
Address = Annotated[str, Field(pattern=r"^[^\s@<>,]+@[^\s@<>,]+$")]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9-]+/[a-z0-9-]+$")]


class Smtp(BaseModel):
    """A mail server. ``tls`` is ``none`` only for one on this machine or in a trusted network."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(min_length=1)
    port: int = Field(default=587, ge=1, le=65535)
    tls: Literal["starttls", "none"] = "starttls"
    user: str = ""
    sender: Address
    to: tuple[Address, ...] = Field(min_length=1)


class Channels(BaseModel):
    """All ways out, none by default; ``blocks`` are Prefect's, by slug: ``slack-webhook/us``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    blocks: tuple[Slug, ...] = ()
    webhook: str = Field(default="", pattern=r"^(https?://\S+)?$")
    smtp: Smtp | None = None


def senders(channels: Channels, password: str) -> dict[str, Send]:
    """The senders by a name that says where a message goes; a webhook's address stays unsaid."""
    found: dict[str, Send] = {}
    if smtp := channels.smtp:
        found[f"mail to {', '.join(smtp.to)}"] = lambda message: send_mail(message, smtp, password)
    if url := channels.webhook:
        found["webhook"] = lambda message: post(message, url)
    return found
