"""What every form shares: messages in Chinese, values stripped of blanks, and faults that stand at their fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from flask_wtf import FlaskForm
from wtforms import DateField, Field, FieldList, FormField, HiddenField, IntegerField, RadioField, SelectField

from tracker.domain.faults import Fault, Faulty

# Digits; Python refuses to read thousands of them.
LONGEST_NUMBER = 10
NO_DAY, NO_NUMBER = "请填写2023-06-15这样的日期。", "请填写整数，如7。"


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the summary above a form: what is wrong, and the id of what it leads to; none for the whole form."""

    said: str
    label: str = ""
    anchor: str = ""


class Form(FlaskForm):  # type: ignore[misc]
    """A form whose built-in messages are Chinese.

    ``groups`` names what is filled in beside the fields, such as a list of choices, with its label: faults may concern
    it too, and the page gives it its name as id.
    """

    groups: ClassVar[Mapping[str, str]] = {}

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        locales = ("zh_CN", "zh")

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.group_errors: dict[str, list[str]] = {}

    def unread(self) -> list[Fault]:
        """What could not be read, field by field; for the use case, which tells it together with its own refusals."""
        self.validate()
        for field in leaves(self):
            field.errors = _plainly(field)
        return self.marked()

    def marked(self) -> list[Fault]:
        """The faults that stand at the fields now; those of a hidden field concern no field that a person sees."""
        return [
            Fault(message, "" if isinstance(field, HiddenField) else field.name)
            for field in leaves(self)
            for message in field.errors
        ]

    def blame(self, refusal: Faulty) -> None:
        """Puts each fault at the field or group that it names; one that names none of the form's stands over it all."""
        found = {field.name: field for field in leaves(self) if not isinstance(field, HiddenField)}
        for fault in refusal.faults:
            if fault.field in found:
                _say(found[fault.field], fault.said)
            elif fault.field in self.groups:
                self.group_errors.setdefault(fault.field, []).append(fault.said)
            elif fault.said not in self.form_errors:
                self.form_errors.append(fault.said)

    def told(self) -> list[Told]:
        """Every fault in the order of the page, for the summary above the form."""
        lines = [Told(message) for message in self.form_errors]
        for field in leaves(self):
            hidden = isinstance(field, HiddenField)
            shown = ("", "") if hidden else (field.label.text, anchor_of(field))
            lines += [Told(message, *shown) for message in field.errors if not (hidden and Told(message) in lines)]
        lines += [
            Told(said, self.groups[name], name) for name, all_said in self.group_errors.items() for said in all_said
        ]
        return lines


def leaves(fields: Any) -> Iterator[Field]:
    """Every field of a form, those inside its lists and rows too."""
    for field in fields:
        if isinstance(field, FieldList | FormField):
            yield from leaves(field)
        else:
            yield field


def anchor_of(field: Field) -> str:
    """The id that leads to a field; of a choice by buttons, its first button's."""
    return f"{field.id}-0" if isinstance(field, RadioField) else str(field.id)


def _plainly(field: Field) -> list[str]:
    """The one message of a field that could not be read; the library's own do not say what to do."""
    if not field.errors:
        return []
    if field.process_errors and isinstance(field, DateField):
        return [NO_DAY]
    if list(field.errors) == list(field.process_errors) and isinstance(field, IntegerField):
        return [NO_NUMBER]
    if isinstance(field, SelectField):
        return [f"请选择{field.label.text}。"]
    return [str(field.errors[-1])]


def _say(field: Field, message: str) -> None:
    if message not in field.errors:
        field.errors = [*field.errors, message]


def seen_version(field: Field) -> int:
    """The version of a row that the form was opened with; 0, which never stands, when it is not a number."""
    text = str(field.data or "")
    return int(text) if text.isdecimal() and len(text) <= LONGEST_NUMBER else 0


def stripped(value: Any) -> Any:
    """A text without the blanks around it; other values as they are."""
    return value.strip() if isinstance(value, str) else value
