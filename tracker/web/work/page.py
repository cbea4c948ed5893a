"""The page of a unit's part, also when it comes back because something could not be done."""

from __future__ import annotations

from typing import Any

from flask import render_template

from tracker.domain.lifecycle import Event
from tracker.services.changing import Changed
from tracker.services.errors import Invalid
from tracker.services.task_pages import PartPage, other_units, part_page
from tracker.web.context import actor
from tracker.web.database import session
from tracker.web.forms import Form
from tracker.web.when import when
from tracker.web.work.extension_forms import extension_forms
from tracker.web.work.forms import SignByForm, offers


def part(assignment_id: int) -> PartPage:
    """The part within the person's reach."""
    return part_page(session(), actor(), when(), assignment_id)


def shown(page: PartPage, **values: Any) -> str:
    """The page; ``values`` replace the forms as they stand at first."""
    given = {"offers": offers(page, ""), "sign_by_form": sign_by_form(page), **extension_forms(page), **values}
    if Event.DISPATCH in page.events:
        others = other_units(session(), actor(), page.assignment)
        for offer in given["offers"]:
            offer.form.offer_units(page.assignment.unit, others)
    return render_template("work/show.html", page=page, part=page.part, assignment=page.assignment, **given)


def shown_again(
    page: PartPage, fault: Exception, form: Form | None = None, *, orphan: str = "", **values: Any
) -> tuple[str, int]:
    """The page once more: the faults on top and at their fields, what changed meanwhile, and everything typed.

    ``form`` is the one that was sent; ``orphan`` is what was typed into a form that is no longer there.
    """
    if form is not None and isinstance(fault, Invalid):
        form.blame(fault)
        values["faulty"] = form
    meanwhile = fault.entries if isinstance(fault, Changed) else ()
    said = shown(page, fault=str(fault), meanwhile=meanwhile, orphan=orphan.strip(), **values)
    return said, 422 if isinstance(fault, Invalid) else 409


def sign_by_form(page: PartPage, typed: SignByForm | None = None) -> SignByForm | None:
    """The form for the last day to sign, for who may set it."""
    if not page.may_limit_signing:
        return None
    form = typed or SignByForm(formdata=None, day=page.assignment.sign_by_on)
    form.version.data = page.assignment.version
    return form
