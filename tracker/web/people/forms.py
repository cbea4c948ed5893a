"""The forms about people, accounts and roles."""

from __future__ import annotations

import re
from collections.abc import Mapping

from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional, Regexp

from tracker.domain.access import Office
from tracker.services.staffing import LOGIN, LOGIN_WRONG, Details
from tracker.store.people import Person
from tracker.web.forms import Form, seen_version, stripped
from tracker.web.lists import LONGEST_SEARCH, FilterForm, labelled, one_of, whole

_OFFICES = {office.value: office.label for office in Office}
_OFFICE_HELP = (
    "联络员办理本单位的任务；督查员管理任务并审核；分管领导查看；管理员管理单位和人员。"
    "督查员、分管领导和管理员的范围包括该单位和全部下级单位。"
)


class PeopleFilterForm(FilterForm):
    """Looks people up by name, login or unit."""

    q = StringField("姓名、账号或单位", filters=[stripped], validators=[Length(max=LONGEST_SEARCH)])
    office = SelectField("岗位", coerce=one_of(Office), choices=labelled(Office, "全部岗位"))
    closed = BooleanField("包括已停用")


def units_to_choose(units: Mapping[int, str]) -> dict[str, str]:
    """The units after an empty choice: nobody gets a role at the topmost unit by oversight."""
    return {"": "请选择单位", **{str(unit_id): name for unit_id, name in units.items()}}


class DetailsForm(Form):
    """Name, mail and phone; the version tells what the person saw when the page was opened."""

    name = StringField(
        "姓名",
        filters=[stripped],
        validators=[InputRequired("请填写姓名。"), Length(max=64, message="姓名不超过64字。")],
        render_kw={"autocomplete": "off"},
    )
    phone = StringField(
        "电话", filters=[stripped], validators=[Optional(), Length(max=40)], render_kw={"autocomplete": "off"}
    )
    email = StringField(
        "邮箱",
        filters=[stripped],
        validators=[Optional(), Length(max=254)],
        description="填写后，提醒会同时发到邮箱（系统已配置邮件时）。",
        render_kw={"autocomplete": "off", "type": "email"},
    )
    version = HiddenField()

    def show(self, person: Person) -> None:
        """Fills in what stands."""
        self.name.data, self.phone.data, self.email.data = person.name, person.phone, person.email
        self.see(person)

    def see(self, person: Person) -> None:
        """Takes what stands as seen, and leaves what was typed."""
        self.version.data = str(person.version)

    def details(self) -> Details:
        return Details(self.name.data, self.email.data, self.phone.data)

    def seen_version(self) -> int:
        """The version that the page was opened with; 0, which never stands, when it is not a number."""
        return seen_version(self.version)


class RoleForm(Form):
    """A role at a unit."""

    unit = SelectField("单位", coerce=whole, validators=[InputRequired("请选择单位。")])
    office = SelectField("岗位", choices=_OFFICES, validators=[InputRequired("请选择岗位。")], description=_OFFICE_HELP)

    def chosen_office(self) -> Office:
        return Office(self.office.data)


class NewPersonForm(DetailsForm):
    """A new account with its first role."""

    login = StringField(
        "账号",
        filters=[stripped],
        validators=[
            InputRequired("请填写账号。"),
            Regexp(re.compile(LOGIN.pattern + "$", re.IGNORECASE), message=LOGIN_WRONG),
        ],
        description="小写字母、数字、点、短横或下划线，2到64位，如姓名拼音或工号。登录时使用，以后不能修改。",
        render_kw={"autocomplete": "off", "autocapitalize": "none"},
    )
    unit = SelectField("单位", coerce=whole, validators=[InputRequired("请选择单位。")])
    office = SelectField("岗位", choices=_OFFICES, validators=[InputRequired("请选择岗位。")], description=_OFFICE_HELP)
