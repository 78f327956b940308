"""Classify a quarter: label the texts that the shipped model has not labelled yet."""

from __future__ import annotations

from prefect import get_run_logger, task

from digest.classify.model import Model
from digest.config import Workers, Workplace, utc_now
from digest.quarter import Quarter
from digest.steps.classify import classify
from digest.store.database import writing
from flows.cluster import reading_texts
from flows.progress import following


@task(name="classify")
def classify_quarter(place: Workplace, quarter: Quarter, workers: Workers) -> int:
    """How many texts were labelled."""
    done = 0
    model = Model.load(place.model_in_use)
    with (
        following("classify", "texts") as progress,
        writing(place.database) as connection,
        reading_texts(workers, place, model) as executor,
    ):
        for step in classify(connection, quarter, model, utc_now, executor):
            done = step.done
            progress.at(step.done, step.total)
            get_run_logger().info("labelled %s of %s texts", step.done, step.total)
        connection.execute("CHECKPOINT")
    return done
