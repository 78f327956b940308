"""For chair and editors: how far reviewers agree, who has done how much, all of it as files."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZipFile

from fastapi import APIRouter
from fastapi.responses import Response

from digest.review.agreement import agreement
from digest.review.exchange import export_all
from digest.review.queues import SELECTED
from digest.review.standing import voters
from digest.review.web.views.home import label_name
from digest.review.web.visit import Open, Visitor

leaders = APIRouter()


@leaders.get("/{quarter}/agreement")
def figures(visit: Visitor, review: Open) -> Response:
    """Agreement per label, and progress per person."""
    whole, by_label = agreement(found for _, found in review.all_standing())
    named = [
        (label_name(pair, visit.tongue, visit.desk.codebook), found)
        for pair, found in by_label.items()
    ]
    progress = [
        (person, len(review.ledger.own(person.id)), review.progress(person, [SELECTED])[0])
        for person in voters(review.people)
    ]
    return visit.page(
        "agreement", review=review, whole=whole, labels=named, progress=progress,
        rule=visit.desk.rule,
    )  # fmt: skip


@leaders.get("/export")
def export(visit: Visitor) -> Response:
    """The whole review as files, in one archive."""
    packed = BytesIO()
    with TemporaryDirectory() as folder, ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        desk = visit.desk
        for path in export_all(desk.place, Path(folder), desk.rule, desk.clock):
            archive.write(path, path.name)
    named = {"Content-Disposition": 'attachment; filename="review.zip"'}
    return Response(packed.getvalue(), media_type="application/zip", headers=named)
