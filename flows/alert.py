"""Tell people: alerts as events come, and once a day how the sources are."""

from __future__ import annotations

import os
from typing import Any

import prefect.blocks.notifications  # noqa: F401 - makes Prefect's own blocks known by name
from prefect import flow, get_run_logger
from prefect.blocks.core import Block

from digest.alerts.channels import PASSWORD, Send, senders
from digest.alerts.message import Message
from digest.config import utc_now
from digest.errors import AlertError
from digest.steps.alert import alert, tell_once
from digest.steps.harvest import listed_sources
from digest.steps.health import check_health, report
from digest.store.alerts import Attempt
from flows.served import Served, at_work


@flow(name="alert")
def run_alert() -> int:
    """Tell every channel what it has not heard yet; how many attempts failed.

    A channel that fails fails no flow: its events stay open, and ``digest status`` names it.
    """
    with at_work(get_run_logger().info) as me:
        tried = alert(me.place, _channels(me), utc_now)
    return _failures(tried)


@flow(name="health")
def run_health() -> int:
    """Judge the sources, and tell every channel once a day; how many attempts failed."""
    logger, today = get_run_logger(), utc_now().date()
    with at_work(logger.info) as me:
        sources = [source.id for source in listed_sources(me.settings.inputs())]
        said = report(check_health(me.place, sources, utc_now), today)
        logger.info("%s\n%s", said.subject, said.text)
        tried = tell_once(me.place, f"health-{today}", said, _channels(me), utc_now)
    return _failures(tried)


def _channels(me: Served) -> dict[str, Send]:
    alerts = me.settings.alerts
    blocks = {slug: _block(slug) for slug in alerts.blocks}
    return senders(alerts, os.environ.get(PASSWORD, "")) | blocks


def _block(slug: str) -> Send:
    """A sender for a saved notification block, loaded when it is used."""

    def send(message: Message) -> None:
        try:
            block: Any = Block.load(slug)
            with block.raise_on_failure():
                block.notify(message.text, message.subject)
        except Exception as error:  # whatever a service's client raises
            raise AlertError(f"the block {slug} passed nothing on ({error})") from error

    return send


def _failures(tried: list[Attempt]) -> int:
    logger = get_run_logger()
    failed = [attempt for attempt in tried if attempt.problem]
    for attempt in failed:
        logger.error("%s: %s", attempt.channel, attempt.problem)
    return len(failed)
