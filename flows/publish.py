"""Publish a quarter: its draft becomes the next version, and the public site shows it."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, get_run_logger, task

from digest.config import Workplace, utc_now
from digest.quarter import Quarter
from digest.steps.publish import Published, publish
from digest.taxonomy import load
from flows.progress import LOGGER


@task(name="publish")
def publish_quarter(place: Workplace, quarter: Quarter) -> Published:
    """The edition that the site shows now, and whether it is new."""
    LOGGER.info("publish: building the site")
    published = publish(place, quarter, load(), utc_now)
    get_run_logger().info("%s %s at %s", quarter, published.edition.version, published.site)
    return published


@flow(name="publish", flow_run_name="publish {quarter}", validate_parameters=False)
def run_publish(quarter: str, folder: Path) -> Published:
    """Publish one quarter's draft from a working folder."""
    return publish_quarter(Workplace(folder), Quarter.parse(quarter))
