"""The sentences of labels as the store keeps them: none is sought twice, or by another rule."""

from __future__ import annotations

from typing import Any

import pytest

from digest.classify.model import Model
from digest.edition.reviewed import shown_labels
from digest.steps import evidence
from digest.steps.evidence import shown
from digest.store.database import writing
from tests.steps.panel import Panel


def test_a_label_without_a_sentence_has_no_evidence_and_is_not_sought_again(
    panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft, model = panel.draft, Model.load(panel.place.model_in_use)
    wanted = shown_labels(draft.items, draft.chosen[:1])
    monkeypatch.setattr(evidence, "evidence_for", lambda *_: {})
    with writing(panel.place.database) as connection:
        connection.execute("DELETE FROM evidence")
        (found,) = shown(connection, model, draft.items, wanted, {})
        assert found.evidence == ()
        monkeypatch.setattr(evidence, "evidence_for", _unasked)
        assert shown(connection, model, draft.items, wanted, {}) == (found,)


def _unasked(*_: Any) -> None:
    raise AssertionError("what is known was sought again")


def test_what_was_found_by_another_rule_is_found_anew(panel: Panel) -> None:
    draft, model = panel.draft, Model.load(panel.place.model_in_use)
    wanted = shown_labels(draft.items, draft.chosen[:1])
    with writing(panel.place.database) as connection:
        before = shown(connection, model, draft.items, wanted, {})
        changed = "UPDATE evidence SET model = ?, sentence = 'Code: https://example.org'"
        connection.execute(changed, [model.id])
        assert shown(connection, model, draft.items, wanted, {}) == before
    assert before[0].evidence
