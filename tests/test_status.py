"""What ``digest status`` says, whatever is going on in the working folder."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from datetime import datetime, timedelta

import orjson
import pytest

from digest.classify.model import identity
from digest.config import Workplace
from digest.edition.manifest import Manifest
from digest.edition.shelf import Shelf
from digest.errors import QuarterError, StoreBusy, StoreError
from digest.events import Event, HarvestCompleted, SourceFailed
from digest.status import status_lines
from digest.store import history
from digest.store.alerts import Attempt, note_attempts
from digest.store.database import reading, snapshot_path, writing
from digest.store.ingest import Counts
from digest.store.outbox import note_handled, raise_event, unhandled
from digest.store.signoffs import SignOff, note_signoff
from digest.store.turn import own_turn
from tests.examples import NOON, Q1, another_writer, edition

NOW = NOON.replace(month=1, day=8)


def said(place: Workplace, quarter: str = "") -> tuple[bool, str]:
    complete, lines = status_lines(place, quarter, lambda: NOW)
    return complete, "\n".join(lines)


def test_status_names_what_failed_and_what_is_empty_with_the_reason(harvested: Workplace) -> None:
    complete, text = said(harvested)
    assert complete is False
    assert text.startswith("2026Q1: harvested last on 2026-01-07 at 00:00 UTC\n")
    assert "sources: 12 answered, 1 empty, 1 failed" in text
    assert re.search(r"\n  sample-broken failed: the document breaks off after 3 whole", text)
    assert re.search(r"\n  sample-empty empty: it answered without a single entry", text)


def test_status_counts_items_labels_and_rejections(harvested: Workplace) -> None:
    _, text = said(harvested)
    items = re.search(r"items: (\d+) \((\d+) papers, (\d+) news\)", text)
    assert items
    total, papers, stories = map(int, items.groups())
    assert total == papers + stories
    assert papers > 40
    labels = re.search(
        r"labels by m1-test with codebook c1-test \(not in use now\): "
        r"(\d+) labelled; (\d+) not labelled: language$",
        text, re.M,
    )  # fmt: skip
    assert labels
    assert int(labels[1]) + int(labels[2]) == total
    assert "rejected entries: 2\n" in text
    assert "\n  1: it is not JSON" in text


def test_status_counts_what_is_not_labelled_yet(harvested: Workplace) -> None:
    with writing(harvested.database) as connection:
        connection.execute("DELETE FROM labelling WHERE status <> 'labelled'")
    assert re.search(r"labels by m1-.* \d+ labelled; \d+ not labelled yet", said(harvested)[1])
    with writing(harvested.database) as connection:
        connection.execute("DELETE FROM labelling")
    model, codebook = identity(harvested.model_in_use)
    waits = rf"^labels by {model} with codebook {codebook}: \d+ not labelled yet$"
    assert re.search(waits, said(harvested)[1], re.M)


def test_status_shows_draft_versions_and_late_arrivals(harvested: Workplace) -> None:
    shelf = Shelf(harvested.editions)
    assert "draft: none" in said(harvested)[1]
    manifest = edition()
    shelf.put_draft(manifest)
    assert f"draft: sha256 {manifest.sha256} (not published)" in said(harvested)[1]
    shelf.publish(manifest, NOON)
    text = said(harvested)[1]
    assert f"draft: sha256 {manifest.sha256} (published as v1.0)" in text
    assert f"published: v1.0 on 2026-02-03, sha256 {manifest.sha256}" in text
    items = re.search(r"items: (\d+)", text)
    late = re.search(r"late arrivals: (\d+) items surfaced after v1.0", text)
    assert items
    assert late
    assert late[1] == items[1]


def test_status_says_that_a_published_manifest_was_altered(harvested: Workplace) -> None:
    Shelf(harvested.editions).publish(edition(), NOON)
    (harvested.editions / "2026Q1" / "v1.0.json").write_bytes(edition(records=9).canonical())
    assert "v1.0.json is missing or was altered: restore it from a backup" in said(harvested)[1]


def test_status_is_complete_when_every_source_answered(harvested: Workplace) -> None:
    with writing(harvested.database) as connection:
        connection.execute("DELETE FROM harvest WHERE outcome <> 'answered'")
    assert said(harvested)[0] is True


def test_the_last_outcome_of_a_source_counts(harvested: Workplace) -> None:
    with writing(harvested.database) as connection:
        connection.execute(
            "INSERT INTO harvest SELECT * REPLACE ('answered' AS outcome, '' AS detail, "
            "finished_at + INTERVAL 1 HOUR AS finished_at) FROM harvest"
        )
    complete, text = said(harvested)
    assert complete is True
    assert "harvested last on 2026-01-07 at 01:00 UTC" in text


def test_status_of_a_quarter_that_was_not_harvested_says_how_to(harvested: Workplace) -> None:
    complete, text = said(harvested, "2025Q4")
    assert complete is False
    assert text.startswith("2025Q4: no harvest of it was finished: digest run 2025Q4\n")


@pytest.mark.parametrize("quarter", ["2026Q1", "2026q1", "2026-Q1"])
def test_a_quarter_may_be_named(harvested: Workplace, quarter: str) -> None:
    assert said(harvested, quarter) == said(harvested)


def test_status_of_no_quarter_is_refused(place: Workplace) -> None:
    with pytest.raises(QuarterError, match="such as 2026Q1"):
        status_lines(place, "2026Q5")


def test_status_of_an_empty_folder_says_what_to_do(place: Workplace) -> None:
    with pytest.raises(StoreError, match=r"harvest a quarter first \(digest run 2026Q1\)"):
        status_lines(place, "")
    with writing(place.database):
        pass
    complete, text = said(place)
    assert (complete, text) == (
        False, "nothing was harvested yet: harvest a quarter (digest run 2026Q1)",
    )  # fmt: skip


def test_status_while_somebody_writes_is_the_snapshots_and_says_so(harvested: Workplace) -> None:
    before = said(harvested)[1]
    with another_writer(harvested.database):
        text = said(harvested)[1]
    note = "somebody is writing to the database right now; this is how it was on "
    assert [line for line in text.splitlines() if not line.startswith(note)] == before.splitlines()
    assert note in text
    assert note not in said(harvested)[1]


def test_status_without_a_snapshot_says_who_writes(harvested: Workplace) -> None:
    snapshot_path(harvested.database).unlink()
    with another_writer(harvested.database) as number:
        with pytest.raises(StoreBusy) as refusal:
            status_lines(harvested, "")
        assert f"number {number}" in str(refusal.value)


def use(place: Workplace, model: str, codebook: str) -> None:
    """A model of that name is in use; only its description is there."""
    about = {"id": model, "encoder": "e1", "codebook": codebook, "languages": [], "files": {}}
    place.model.mkdir()
    (place.model / "model.json").write_bytes(orjson.dumps(about))


def drafted(place: Workplace) -> Manifest:
    """A draft that says of the items what the store says."""
    (item,) = edition().items
    with reading(place.database) as connection:
        states = history.item_states(connection, Q1)
    items = tuple(
        replace(item, id=item_id, text_hash=text_hash, withdrawn=withdrawn)
        for item_id, (text_hash, withdrawn) in states.items()
    )
    return edition(items=items, model="m1-test", codebook="c1-test")


def test_a_draft_that_says_what_is_stored_is_up_to_date(harvested: Workplace) -> None:
    use(harvested, "m1-test", "c1-test")
    Shelf(harvested.editions).put_draft(drafted(harvested))
    assert "older than the store" not in said(harvested)[1]


def test_a_draft_that_is_older_than_the_store_is_named_with_what_it_lacks(
    harvested: Workplace,
) -> None:
    use(harvested, "m1-test", "c1-test")
    draft = drafted(harvested)
    first, second, third, *rest = draft.items
    changed = replace(second, text_hash="t1-old")
    waits = replace(third, status="not labelled")
    gone = replace(first, id="arxiv:9999.99999")
    Shelf(harvested.editions).put_draft(replace(draft, items=(gone, changed, waits, *rest)))
    assert (
        "  it is older than the store: 1 new items, 1 items that are gone, 1 changed items, "
        "1 new labels; digest rerun 2026Q1 renews it\n"
    ) in said(harvested)[1]
    Shelf(harvested.editions).put_draft(replace(draft, model="m0"))
    assert "older than the store: another model;" in said(harvested)[1]


def test_status_says_who_has_the_turn(harvested: Workplace) -> None:
    with own_turn(harvested):
        assert f"process number {os.getpid()} works in this folder right now" in said(harvested)[1]
    assert "works in this folder" not in said(harvested)[1]


def test_status_says_that_a_quarter_was_not_harvested_to_its_end(harvested: Workplace) -> None:
    shelf = Shelf(harvested.editions)
    shelf.put_draft(edition())

    def lacks(now: datetime) -> bool:
        _, lines = status_lines(harvested, "2026Q1", lambda: now)
        return any(line.startswith("  no source has answered since the quarter") for line in lines)

    assert not lacks(Q1.end - timedelta(seconds=1))
    assert lacks(Q1.end)
    with writing(harvested.database) as connection:
        answered = history.Outcome("who", history.ANSWERED, "", Counts())
        history.note_outcome(connection, Q1, answered, Q1.end)
    assert not lacks(Q1.end)


def test_status_says_what_is_frozen_and_who_signed_what(harvested: Workplace) -> None:
    shelf, draft = Shelf(harvested.editions), edition()
    shelf.put_draft(draft)
    shelf.freeze(draft, NOON)
    with writing(harvested.database) as connection:
        note_signoff(connection, SignOff(Q1, draft.sha256, "A. Reviewer", "", NOON))
        note_signoff(connection, SignOff(Q1, "abc", "B. Early", "", NOON - timedelta(days=1)))
    text = said(harvested)[1]
    assert "  it is frozen for review\n" in text
    assert "  signed off by A. Reviewer on 2026-02-03 at 12:00 UTC\n" in text
    assert "  another draft, abc, was signed off by B. Early on 2026-02-02 at 12:00 UTC\n" in text
    shelf.publish(draft, NOON)
    assert "frozen" not in said(harvested)[1]


def test_status_names_events_that_wait_with_their_age(harvested: Workplace) -> None:
    with writing(harvested.database) as connection:
        connection.execute("DELETE FROM event")
        connection.execute("DELETE FROM handled")
        for name, minutes in (("one", 90), ("two", 20)):
            event = Event(Q1, SourceFailed(name, "failed", "HTTP 410"), "since", name)
            raise_event(connection, event, NOW - timedelta(minutes=minutes))
        raise_event(connection, Event(Q1, HarvestCompleted(3, ()), "a"), NOW - timedelta(days=3))
    text = said(harvested)[1]
    assert "\nevents that wait, until digest serve is started: 3\n" in text
    assert "\n  digest.source.failed of 2026Q1, 2 times for alert, since 90 minutes" in text
    assert "\n  digest.harvest.completed of 2026Q1, for classify, since 3 days" in text
    with writing(harvested.database) as connection:
        for listener in ("alert", "classify"):
            ids = [event.event_id for event in unhandled(connection, listener)]
            note_handled(connection, listener, ids, NOW)
    assert "events that wait" not in said(harvested)[1]


def test_status_names_alerts_that_did_not_go_out(harvested: Workplace) -> None:
    tried = [Attempt(f"v1-{n}", "webhook", NOON, "it answers HTTP 503") for n in (1, 2)]
    with writing(harvested.database) as connection:
        note_attempts(connection, [*tried, Attempt("v1-1", "mail to a@b.example", NOON, "")])
    assert said(harvested)[1].endswith(
        "\nalerts that did not go out: 2 to webhook, tried last on 2026-02-03 at 12:00 UTC: it "
        "answers HTTP 503"
    )
    with writing(harvested.database) as connection:
        note_attempts(connection, [replace(attempt, problem="") for attempt in tried])
    assert "did not go out" not in said(harvested)[1]


def test_status_names_a_source_that_has_fallen_silent(harvested: Workplace) -> None:
    """Of a quarter that is over, those that were silent at its end."""
    quiet = NOW + timedelta(days=400)
    _, lines = status_lines(harvested, "", lambda: quiet)
    silent = [line for line in lines if " silent: " in line]
    assert silent[0] == (
        "  arxiv-snapshot silent: nothing new for 67 days, since 2026-01-24; usual is every 1 days"
    )
    assert "sample-intergov" not in " ".join(silent)  # it wrote on the day before the last
    assert "silent" not in said(harvested)[1]
