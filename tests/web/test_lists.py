"""The choices of a filter: which is marked as chosen, how names are written, and what was never offered."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from tracker.domain.units import UnitKind
from tracker.store.choices import PlanChoice, UnitChoice
from tracker.web.supervision.forms import PendingForm

UNITS = (UnitChoice(7, "市<甲>局", UnitKind.DEPARTMENT, "/1/7/"), UnitChoice(8, "乙县", UnitKind.COUNTY, "/1/8/"))


def form_with(asked: dict[str, str]) -> PendingForm:
    form = PendingForm(MultiDict(asked))
    form.offer(UNITS, (PlanChoice(3, "方案“一”"),))
    form.wanted()
    return form


def test_choices_stand_under_their_kinds_and_names_are_escaped(app: Flask) -> None:
    with app.test_request_context("/"):
        written = str(form_with({"unit": "8"}).unit(class_="form-select"))
    assert written == (
        '<select class="form-select" id="unit" name="unit"><option value="">全部单位</option>'
        f'<optgroup label="{UnitKind.DEPARTMENT.label}"><option value="7">市&lt;甲&gt;局</option></optgroup>'
        f'<optgroup label="{UnitKind.COUNTY.label}"><option selected value="8">乙县</option></optgroup></select>'
    )


def test_the_choice_of_all_is_marked_where_nothing_was_chosen(app: Flask) -> None:
    with app.test_request_context("/"):
        assert '<option selected value="">全部文件</option>' in str(form_with({}).plan())


@pytest.mark.parametrize("asked", [{"unit": "9"}, {"unit": "x"}, {"plan": "7"}])
def test_what_was_not_offered_is_refused_and_filters_nothing(app: Flask, asked: dict[str, str]) -> None:
    with app.test_request_context("/"):
        form = form_with(asked)
        assert list(form.errors) == list(asked)
        assert form.chosen_parts() == ("", None, None)


@pytest.mark.parametrize("asked", [{"unit": "7"}, {"unit": "8"}, {"plan": "3"}, {"plan": ""}])
def test_what_was_offered_is_taken(app: Flask, asked: dict[str, str]) -> None:
    with app.test_request_context("/"):
        assert form_with(asked).errors == {}
