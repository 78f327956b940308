"""Classify a quarter: label the texts that the shipped model has not labelled yet."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, get_run_logger, task

from digest.classify.model import Model
from digest.config import Workplace, utc_now
from digest.quarter import Quarter
from digest.steps.classify import classify
from digest.store.database import writing
from flows.progress import following


@task(name="classify")
def classify_quarter(place: Workplace, quarter: Quarter) -> int:
    """How many texts were labelled."""
    done = 0
    with following("classify", "texts") as progress, writing(place.database) as connection:
        for step in classify(connection, quarter, Model.load(place.model_in_use), utc_now):
            done = step.done
            progress.at(step.done, step.total)
            get_run_logger().info("labelled %s of %s texts", step.done, step.total)
        connection.execute("CHECKPOINT")
    return done


@flow(name="classify", flow_run_name="classify {quarter}", validate_parameters=False)
def run_classify(quarter: str, folder: Path) -> int:
    """Label one quarter's texts in a working folder."""
    return classify_quarter(Workplace(folder), Quarter.parse(quarter))
