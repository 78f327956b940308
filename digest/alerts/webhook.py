"""A message as JSON to one address."""

from __future__ import annotations

import httpx

from digest.alerts.message import Message
from digest.errors import AlertError

SECONDS = 10.0


def post(message: Message, url: str, seconds: float = SECONDS) -> None:
    """POST ``{"subject", "text", "events"}``; ``text`` alone is what chat programs show.

    Raises:
        AlertError: no answer in time, or one that is no success. The address may hold a secret and
            is not in the message.
    """
    text = f"{message.subject}\n\n{message.text}"
    body = {"subject": message.subject, "text": text, "events": message.events}
    try:
        answer = httpx.post(url, json=body, timeout=seconds)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise AlertError(f"the webhook gives no answer ({type(error).__name__})") from None
    if not answer.is_success:
        raise AlertError(f"the webhook answers HTTP {answer.status_code}")
