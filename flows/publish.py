"""Publish a quarter: its draft becomes the next version, and the public site shows it."""

from __future__ import annotations

from prefect import get_run_logger, task

from digest.config import Workplace, utc_now
from digest.quarter import Quarter
from digest.steps.publish import Published, publish_and_tell
from flows.progress import LOGGER


@task(name="publish")
def publish_quarter(place: Workplace, quarter: Quarter) -> Published:
    """The edition that the site shows now, and whether it is new."""
    LOGGER.info("publish: building the site")
    published = publish_and_tell(place, quarter, utc_now)
    get_run_logger().info("%s %s at %s", quarter, published.edition.version, published.site)
    return published
