"""The catalogue of events: its table is the documentation's, and who listens is there."""

from __future__ import annotations

from dataclasses import fields

from digest.events import CATALOGUE, Event, heard_by, resource_of, table
from digest.settings import Settings
from flows.deploy import deployments, described
from tests.command import REPOSITORY
from tests.examples import Q1

SETTINGS = Settings(contact="mailto:a@b.example")


def test_the_documentation_has_the_table() -> None:
    documented = (REPOSITORY / "docs" / "events.md").read_text("utf-8").splitlines()
    assert [line for line in documented if line.startswith("|")] == list(table())


def test_who_listens_is_a_deployment_that_hears_it() -> None:
    by_name = {one.name: one for one in deployments(SETTINGS)}
    for kind in CATALOGUE:
        for listener in kind.listeners:
            assert kind.name in by_name[listener].listens_to
            assert kind.name in heard_by(listener)


def test_every_deployment_says_what_starts_it() -> None:
    listed = deployments(SETTINGS)
    for one, line in zip(listed, described(listed), strict=True):
        assert one.name in line
        assert one.purpose in line
        assert all(name in line for name in one.listens_to)
        assert (one.cron or "by hand" if not one.listens_to else one.cron) in line


def test_events_are_data() -> None:
    for kind in CATALOGUE:
        values = {field.name: field.name for field in fields(kind.payload)}
        event = Event(Q1, kind.payload(**values), "cause")
        assert event.kind is kind
        assert event.data == values
    assert resource_of(Q1) == "digest.quarter.2026Q1"
