"""Flows: what runs when. Prefect lives here and nowhere else; the work is in ``digest.steps``.

    quarter = harvest | classify | draft | publish

Each step is a task that handles its whole batch: one task a paper would cost more than the paper.
"""
