"""Lists whose filters live in the address: forms that are asked by GET, and links that keep what was chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any, TypeVar

from flask import request, url_for
from markupsafe import Markup, escape
from wtforms import Field, HiddenField, SelectField
from wtforms.validators import ValidationError
from wtforms.widgets import Select, html_params

from tracker.domain.titles import brief_title
from tracker.domain.units import UnitKind
from tracker.store.choices import PlanChoice, UnitChoice
from tracker.store.pages import Mark, Place
from tracker.store.units import Unit
from tracker.web.forms import Form
from tracker.web.incoming import row_id

Kind = TypeVar("Kind", bound=StrEnum)
LONGEST_SEARCH = 100
KEPT_CHOICES = 8  # those of an office of thousands of plans take half a megabyte
# Beyond these no office keeps accounts, and near the calendar's own ends no day has a day before or after.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)


class Choices(dict[str, Any]):
    """Labels by value, or groups of such by the groups' names; written out once for as long as nothing is chosen."""

    def written(self, chosen: str) -> str:
        """The options, the chosen one marked."""
        return "".join(_options(self, chosen)) if chosen else self._unchosen

    @cached_property
    def _unchosen(self) -> str:
        return "".join(_options(self, ""))


class _Options(Select):  # type: ignore[misc]
    """Options as the library writes them, many times faster: a page's filters hold hundreds of units and plans."""

    def __call__(self, field: LongSelectField, **kwargs: Any) -> Markup:
        kwargs.setdefault("id", field.id)
        options = field.choices.written(field.chosen_word)
        return Markup(f"<select {html_params(name=field.name, **kwargs)}>{options}</select>")  # noqa: S704


class LongSelectField(SelectField):  # type: ignore[misc]
    """A choice among hundreds, none of them required: words by value, or such under the names of groups."""

    widget = _Options()

    @property
    def chosen_word(self) -> str:
        """The value of the choice as the page writes it; empty for that of all."""
        return "" if self.data is None else str(self.data)

    def pre_validate(self, form: Any) -> None:
        """Refuses what was not offered; what could not be read was refused before."""
        if self.process_errors:
            return
        under = (choice for choice in self.choices.values() if isinstance(choice, dict))
        if self.chosen_word not in self.choices and not any(self.chosen_word in group for group in under):
            raise ValidationError(self.gettext("Not a valid choice."))


def _options(choices: Mapping[str, Any], chosen: str) -> Iterator[str]:
    for value, label in choices.items():
        if isinstance(label, dict):
            inside = "".join(_options(label, chosen))
            yield f"<optgroup {html_params(label=value)}>{inside}</optgroup>"
        else:
            yield _option(value, label, value == chosen)


@lru_cache(maxsize=4096)
def _option(value: str, label: str, selected: bool) -> str:
    return f'<option {"selected " if selected else ""}value="{escape(value)}">{escape(label or value)}</option>'


class FilterForm(Form):
    """A form that only asks: sent by GET, without a token, and read from the address.

    What cannot be understood is told beside its field and left out of the filter.
    """

    class Meta(Form.Meta):
        csrf = False

    sort = HiddenField()
    dir = HiddenField()

    def chosen(self, field: Field) -> Any:
        """The field's value; None when it is empty or wrong. ``validate`` comes first."""
        return None if field.errors or field.data in ("", None) else field.data

    def sorting(self, default: Kind) -> Kind:
        """The column that the list is put in order by."""
        kind = type(default)
        return kind(self.sort.data) if self.sort.data in {member.value for member in kind} else default

    def turned(self, default: bool) -> bool:
        """Whether the order is downwards."""
        return self.dir.data == "desc" if self.dir.data in ("asc", "desc") else default

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the order was chosen."""
        return any(self.chosen(field) for field in self if field.name not in ("sort", "dir", "as_of"))

    @property
    def cleared_address(self) -> str:
        """The address of this list without what was chosen; it stays on the day asked for."""
        return self.address(**{field.name: None for field in self if field.name != "as_of"})

    def address(self, endpoint: str | None = None, **changes: Any) -> str:
        """The address of this list with what was chosen, and the changes; it begins at the first page."""
        values = {name: value for name, value in {**self._asked, **changes}.items() if value not in ("", None)}
        return url_for(endpoint or request.endpoint or "", **values)

    @cached_property
    def _asked(self) -> dict[str, str | None]:
        """What the address says of each field; a page asks for it a dozen times."""
        return {field.name: request.args.get(field.name) for field in self}

    def page_address(self, number: int, **marks: Any) -> str:
        """The address of another page; ``marks`` say after or before which row it stands in a list beyond counting."""
        return self.address(page=number, **marks)

    def this_page(self, **changes: Any) -> str:
        """The address of the page that is shown, with the changes."""
        return self.address(**{name: request.args.get(name) for name in ("page", "after", "before")} | changes)

    def sort_address(self, column: StrEnum, current: StrEnum, descending: bool) -> str:
        """Where a press on a column's heading leads: to that order, or to its opposite."""
        return self.address(sort=column.value, dir="asc" if column is current and descending else "desc")


def day_that_can_be(_form: Any, field: Field) -> None:
    """Refuses a day that no list can be about."""
    if field.data and not FIRST_DAY <= field.data <= LAST_DAY:
        raise ValidationError("请填写2023-06-15这样的日期，并检查年份。")


def page_asked() -> int:
    """The page number in the address; 1 when there is none or it is no number."""
    return request.args.get("page", 1, type=int)


def place_asked() -> Place:
    """Which page of a list that may be beyond counting; a mark that is none is passed over."""
    after, before = (Mark.read(request.args.get(name, "")) for name in ("after", "before"))
    return Place(max(page_asked(), 1), after, before)


def one_of(kind: type[Kind]) -> Callable[[Any], Kind | None]:
    """Reads a word of the enum; nothing stays None, and another word is refused by the field."""
    return lambda value: kind(value) if value else None


def whole(value: Any) -> int | None:
    """Reads an id; nothing stays None, and what is no number is refused by the field."""
    return row_id(str(value)) if value else None


def labelled(kind: type[StrEnum], everything: str = "全部") -> dict[str, str]:
    """The choices of an enum with Chinese labels, after the choice of all."""
    return {"": everything, **{member.value: member.label for member in kind}}  # type: ignore[attr-defined]


@lru_cache(maxsize=KEPT_CHOICES)
def unit_choices(units: tuple[UnitChoice, ...]) -> Choices:
    """The choice of all, then each unit."""
    return Choices({"": "全部单位", **units_by_kind(units)})


def units_by_kind(units: Sequence[Unit | UnitChoice]) -> dict[str, dict[str, str]]:
    """Names by id, under the units' kinds: two hundred names in one row cannot be found through."""
    groups: dict[UnitKind, dict[str, str]] = {kind: {} for kind in UnitKind}
    for unit in units:
        groups[unit.kind][str(unit.id)] = unit.name
    return {kind.label: names for kind, names in groups.items() if names}


@lru_cache(maxsize=KEPT_CHOICES)
def plan_choices(plans: tuple[PlanChoice, ...]) -> Choices:
    """The choice of all, then each plan."""
    return Choices({"": "全部文件", **{str(plan.id): brief_title(plan.title) for plan in plans}})
