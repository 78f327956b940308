"""What waits to be told goes to each channel once, whatever fails, and never stops the pipeline."""

from __future__ import annotations

import pytest

from digest.alerts.channels import Channels, Smtp, senders
from digest.alerts.message import Message
from digest.config import Workplace
from digest.events import ALERT, DraftReady, Event, Published, SourceFailed
from digest.steps.alert import alert, tell_once
from digest.store.alerts import attempts
from digest.store.database import writing
from digest.store.outbox import raise_event, unhandled
from tests.alerts.hook import webhook
from tests.alerts.mail_server import Mailbox, mail_server
from tests.examples import NOON, Q1


def cause(place: Workplace, *names: str) -> None:
    with writing(place.database) as connection:
        for name in names:
            payload = SourceFailed(name, "failed", "HTTP 410")
            raise_event(connection, Event(Q1, payload, "since noon", name), NOON)


def waiting(place: Workplace) -> list[str]:
    with writing(place.database) as connection:
        return [event.subject for event in unhandled(connection, ALERT)]


def channels(box: Mailbox, url: str) -> Channels:
    smtp = Smtp(host="127.0.0.1", port=box.port, tls="none", sender="a@b.example",
                to=("c@d.example",))  # fmt: skip
    return Channels(webhook=url, smtp=smtp)


def test_each_channel_hears_of_each_event_once_and_a_failed_one_is_tried_again(
    place: Workplace,
) -> None:
    cause(place, "one", "two")
    with mail_server(Mailbox(None)) as box, webhook() as hook:
        ways = senders(channels(box, hook.url), "")
        hook.status = 503
        tried = alert(place, ways, lambda: NOON)
        assert [a.problem for a in tried] == ["", "", *["the webhook answers HTTP 503"] * 2]
        assert waiting(place) == ["one", "two"]
        cause(place, "three")
        hook.status = 200
        alert(place, ways, lambda: NOON)
        assert waiting(place) == []
        alert(place, ways, lambda: NOON)
    told = [[event["payload"]["source"] for event in body["events"]] for body in hook.posted]
    assert told == [["one", "two"], ["one", "two", "three"]]
    assert [mail["Subject"] for mail in box.mails] == [
        "2 alerts, the first: 2026Q1: the source one failed: HTTP 410",
        "2026Q1: the source three failed: HTTP 410",
    ]
    with writing(place.database) as connection:
        assert not any(attempt.problem for attempt in attempts(connection))


def test_without_channels_nothing_waits_for_ever(place: Workplace) -> None:
    cause(place, "one")
    assert alert(place, {}, lambda: NOON) == []
    assert waiting(place) == []


def test_what_nobody_is_to_be_told_is_left_alone(place: Workplace) -> None:
    with writing(place.database) as connection:
        raise_event(connection, Event(Q1, DraftReady("abc", 3), "abc"), NOON)
        raise_event(connection, Event(Q1, Published("v1.0", "abc"), "v1.0"), NOON)
    with webhook() as hook:
        alert(place, senders(Channels(webhook=hook.url), ""), lambda: NOON)
    (body,) = hook.posted
    assert [event["name"] for event in body["events"]] == ["digest.edition.published"]


def test_a_defect_of_a_sender_is_not_hidden(place: Workplace) -> None:
    cause(place, "one")

    def broken(message: Message) -> None:
        raise ZeroDivisionError(message.subject)

    with pytest.raises(ZeroDivisionError):
        alert(place, {"broken": broken}, lambda: NOON)
    assert waiting(place) == ["one"]


def test_a_daily_message_goes_once_to_each(place: Workplace) -> None:
    said = Message("Sources", "All well.\n")
    with mail_server(Mailbox(None)) as box, webhook() as hook:
        ways = senders(channels(box, hook.url), "")
        hook.status = 500
        assert [bool(a.problem) for a in tell_once(place, "d1", said, ways, lambda: NOON)] == [
            False, True,
        ]  # fmt: skip
        hook.status = 200
        assert [a.channel for a in tell_once(place, "d1", said, ways, lambda: NOON)] == ["webhook"]
        assert tell_once(place, "d1", said, ways, lambda: NOON) == []
        assert len(tell_once(place, "d2", said, ways, lambda: NOON)) == 2
    assert (len(box.mails), len(hook.posted)) == (2, 3)
