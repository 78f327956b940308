"""The editor's pages about people: who takes part, links, conflicts of interest, the access log."""

from __future__ import annotations

from typing import cast, get_args

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from digest.errors import InputError, ReviewConflict
from digest.review.people import link_address
from digest.review.persons import GOALS, Person, Role, state_of
from digest.review.web import forms
from digest.review.web.forms import Form
from digest.review.web.visit import SEE_OTHER, Posted, Visit, Visitor
from digest.taxonomy import LANGUAGES

editors = APIRouter()
HOURS = 72


@editors.get("/people")
def people(visit: Visitor, saved: str = "") -> Response:
    """Everybody, and a form for somebody new."""
    return _page(visit, saved=saved)


def _page(
    visit: Visit, code: int = 200, saved: str = "", refusal: str = "", typed: Person | None = None
) -> Response:
    return visit.page(
        "people", code, saved=saved, refusal=refusal, typed=typed,
        roles=get_args(Role), goals=GOALS,
        persons=list(visit.desk.people.persons().values()),
        languages=[(tag, tongue.own_name()) for tag, tongue in visit.desk.tongues.items()],
    )  # fmt: skip


@editors.get("/people/person")
def person(visit: Visitor, id: str, saved: str = "") -> Response:
    """One person, to be changed, linked, or let in no more."""
    return _person_page(visit, _known(visit, id), saved=saved)


def _person_page(
    visit: Visit, known: Person, typed: Person | None = None, saved: str = "", refusal: str = "",
    link: str = "",
) -> Response:  # fmt: skip
    """``typed`` is what a form that is refused said: it is not typed twice."""
    code = 409 if refusal == "changed" else 400 if refusal else 200
    return visit.page(
        "person", code, known=known, seen=state_of(known), typed=typed or known, saved=saved,
        refusal=refusal, link=link, hours=HOURS, roles=get_args(Role), goals=GOALS,
        languages=[(tag, tongue.own_name()) for tag, tongue in visit.desk.tongues.items()],
    )  # fmt: skip


def _known(visit: Visit, person_id: str) -> Person:
    found = visit.desk.people.persons().get(person_id)
    if found is None:
        raise forms.refused("", 404)
    _note(visit, found)
    return found


def _note(visit: Visit, about: Person) -> None:
    """The access log says whom an editor looked at, changed, or made a link for."""
    visit.request.state.about = about.id


def _described(form: Form, person_id: str) -> Person:
    return Person(
        id=person_id,
        name=form.needed("name", 300),
        affiliation=form.text("affiliation", 300),
        role=cast(Role, form.one_of("role", get_args(Role))),
        goals=tuple(goal for goal in form.all("goal") if goal in GOALS),
        conflicts=tuple(filter(None, map(str.strip, form.text("conflicts").splitlines()))),
        language=form.one_of("language", LANGUAGES),
    )


@editors.post("/people/add")
def add(visit: Visitor, form: Posted) -> Response:
    """Take somebody in, and show their first link."""
    typed = _described(form, form.needed("person", 60))
    try:
        added = visit.desk.people.add(typed)
    except InputError as error:
        return _page(visit, 400, refusal=str(error), typed=typed)
    _note(visit, added)
    return _with_link(visit, added)


@editors.post("/people/change")
def change(visit: Visitor, form: Posted) -> Response:
    """Everything about somebody as the form has it; but nobody takes the keys from themselves."""
    known = _known(visit, form.needed("person", 60))
    typed = _described(form, known.id)
    if known.id == visit.person.id and typed.role != known.role:
        return _person_page(visit, known, typed, refusal="role")
    try:
        visit.desk.people.change(typed, form.needed("seen", 40))
    except ReviewConflict:
        return _person_page(visit, _known(visit, known.id), typed, refusal="changed")
    except InputError as error:
        return _person_page(visit, known, typed, refusal=str(error))
    return RedirectResponse(f"/people/person?id={known.id}&saved=1", SEE_OTHER)


@editors.post("/people/link")
def link(visit: Visitor, form: Posted) -> Response:
    """A new link for somebody; shown once, on the page that answers."""
    return _with_link(visit, _known(visit, form.needed("person", 60)))


def _with_link(visit: Visit, known: Person) -> Response:
    token = visit.desk.people.link(known.id, HOURS)
    base = visit.request.base_url
    # Whatever the proxy says of the line, a secret goes over TLS.
    address = link_address(str(base.replace(scheme="https") if visit.desk.https else base), token)
    return _person_page(visit, known, link=address)


@editors.post("/people/revoke")
def revoke(visit: Visitor, form: Posted) -> Response:
    """Let somebody in no more."""
    known = _known(visit, form.needed("person", 60))
    if known.id == visit.person.id:
        return _person_page(visit, known, refusal="own")
    visit.desk.people.revoke(known.id)
    return RedirectResponse(f"/people/person?id={known.id}&saved=1", SEE_OTHER)


@editors.get("/log")
def log(visit: Visitor) -> Response:
    """Who asked for what lately."""
    return visit.page(
        "log", lines=visit.desk.people.accesses(), persons=visit.desk.people.persons()
    )
