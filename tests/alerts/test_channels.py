"""Messages over a real mail server and to a real receiver of webhooks."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from digest.alerts.channels import Channels, Smtp, senders
from digest.alerts.mail import send_mail
from digest.alerts.message import Message, message_of
from digest.alerts.webhook import post
from digest.errors import AlertError
from digest.events import ALERT, CATALOGUE
from digest.store.outbox import Raised
from tests.alerts.hook import webhook
from tests.alerts.mail_server import Mailbox, certificate, mail_server
from tests.examples import NOON, Q1

FAILED = Raised(
    "v1-a", "digest.source.failed", Q1, "who-news",
    {"source": "who-news", "outcome": "failed", "detail": "who-news: HTTP 410 (https://x.example)"},
    NOON, (ALERT,),
)  # fmt: skip
SAID = Message("2026Q1: wells — حوض", "Wells ran dry.\n.\nسؤال\n")


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """A mail server that this machine trusts."""
    context, trusted = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with mail_server(Mailbox(context)) as box:
        yield box


def smtp(box: Mailbox, **changes: Any) -> Smtp:
    values = {"host": "127.0.0.1", "port": box.port, "sender": "digest@panel.example",
              "to": ["a@panel.example", "b@panel.example"]}  # fmt: skip
    return Smtp(**(values | changes))


def test_a_mail_arrives_encrypted_and_whole(box: Mailbox) -> None:
    box.login = "digest\0a password"
    send_mail(SAID, smtp(box, user="digest"), "a password")
    (mail,) = box.mails
    assert box.was_encrypted == [True]
    assert box.receivers == ["a@panel.example", "b@panel.example"]
    assert mail["Subject"] == SAID.subject
    assert mail["From"] == "digest@panel.example"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().replace("\r\n", "\n") == SAID.text


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        ({"tls": None}, "offers no STARTTLS: set tls to none only if"),
        ({"is_full": True}, "452 no space left"),
        ({"login": "digest\0another"}, "530 log in first"),
        ({"refused": frozenset({"b@panel.example"})}, "refused b@panel.example"),
        ({"refused": frozenset({"a@panel.example", "b@panel.example"})}, "refuses every receiver"),
    ],
)
def test_a_mail_that_is_not_taken_is_told_with_the_reason(
    box: Mailbox, behaviour: dict[str, Any], expected: str
) -> None:
    with (
        mail_server(replace(box, **behaviour)) as other,
        pytest.raises(AlertError, match=expected) as caught,
    ):
        send_mail(SAID, smtp(other), "")
    assert f"127.0.0.1:{other.port}" in str(caught.value)


def test_a_server_that_is_not_trusted_gets_no_mail(
    box: Mailbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "empty.crt").write_text("")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "empty.crt"))
    with pytest.raises(AlertError, match="certificate verify failed"):
        send_mail(SAID, smtp(box), "")
    assert box.mails == []


def test_without_tls_only_where_it_is_meant(box: Mailbox) -> None:
    with mail_server(replace(box, tls=None)) as plain:
        send_mail(SAID, smtp(plain, tls="none"), "")
    assert plain.was_encrypted == [False]


def test_a_server_that_is_not_there_or_says_nothing_is_no_wait_for_ever(box: Mailbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(AlertError, match="timed out"):
            send_mail(SAID, smtp(box, port=port), "", seconds=0.2)
    with pytest.raises(AlertError, match="refused"):
        send_mail(SAID, smtp(box, port=port), "")


def test_a_webhook_gets_json() -> None:
    with webhook() as hook:
        post(message_of([FAILED]), hook.url)
    (body,) = hook.posted
    assert body["subject"] == "2026Q1: the source who-news failed: HTTP 410 (https://x.example)"
    assert body["text"].startswith(body["subject"])
    assert "digest rerun 2026Q1 --source who-news" in body["text"]
    (event,) = body["events"]
    assert event == {
        "id": "v1-a", "name": "digest.source.failed", "quarter": "2026Q1",
        "caused_at": NOON.isoformat(), "payload": FAILED.data,
    }  # fmt: skip


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_webhook_that_does_not_take_it_is_told_without_its_secret(status: int) -> None:
    with webhook() as hook:
        hook.status = status
        with pytest.raises(AlertError, match=f"the webhook answers HTTP {status}") as caught:
            post(SAID, hook.url)
    assert "secret-token" not in str(caught.value)
    with pytest.raises(AlertError, match="gives no answer"):
        post(SAID, hook.url)


def test_the_settings_name_the_channels(box: Mailbox) -> None:
    assert senders(Channels(), "") == {}
    with webhook() as hook:
        found = senders(Channels(webhook=hook.url, smtp=smtp(box)), "")
        assert list(found) == ["mail to a@panel.example, b@panel.example", "webhook"]
        for send in found.values():
            send(SAID)
    assert (len(hook.posted), len(box.mails)) == (1, 1)


EXAMPLES: dict[str, dict[str, Any]] = {
    "digest.source.failed": FAILED.data,
    "digest.source.silent": {"source": "s", "last_item": "2026-01-05", "usual_gap_days": 2.0},
    "digest.draft.frozen": {"sha256": "abc"},
    "digest.review.opened": {"sha256": "abc", "drawn": 70, "late": 3, "by": "E. Editor"},
    "digest.edition.embargoed": {"sha256": "abc", "until": "2026-05-01T12:00Z", "by": "A. Chair"},
    "digest.correction.opened": {
        "kind": "amendment",
        "reason": "a wrong label",
        "by": "E. Editor",
        "replaces": "v1.0",
        "sha256": "abc",
    },
    "digest.edition.published": {"version": "v1.0", "sha256": "abc"},
    "digest.signal.raised": {"signal": "risk/bias", "sentence": "It doubled."},
    "digest.brief.ready": {"signal": "risk/bias", "sha256": "abc"},
}


@pytest.mark.parametrize("kind", [k for k in CATALOGUE if ALERT in k.listeners],
                         ids=lambda kind: kind.name)  # fmt: skip
def test_every_event_that_is_told_has_its_words(kind: Any) -> None:
    data = EXAMPLES[kind.name]
    assert data.keys() == set(kind.payload.__dataclass_fields__)
    event = replace(FAILED, name=kind.name, data=data)
    message = message_of([event])
    assert message.subject.startswith("2026Q1: ")
    assert str(next(iter(data.values()))) in message.text
    assert kind.name in message.text


@pytest.mark.parametrize(
    ("signal", "told"),
    [
        ("risk/bias/news/2026-03-02", "2026Q1: risk/bias/news/2026-03-02 rose: 5 outlets report"),
        ("incident/s1-0a1b", "2026Q1: 5 outlets report"),
    ],
)
def test_an_incident_is_told_by_its_sentence_alone(signal: str, told: str) -> None:
    data = {"signal": signal, "sentence": "5 outlets report"}
    event = replace(FAILED, name="digest.signal.raised", data=data)
    assert message_of([event]).subject == told


def test_a_subject_is_one_short_line_whatever_a_source_says() -> None:
    nasty = {**FAILED.data, "detail": "line\r\nBcc: everybody@example.org\n" + "x" * 500}
    message = message_of([replace(FAILED, data=nasty), FAILED])
    assert message.subject.startswith("2 alerts, the first: 2026Q1: the source who-news failed")
    assert len(message.subject) <= 150
    assert not set("\r\n") & set(message.subject)
