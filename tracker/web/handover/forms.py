"""The form of a hand-over: who leaves, who takes over, a note, and whether the role ends."""

from __future__ import annotations

from wtforms import BooleanField, SelectField, TextAreaField

from tracker.services.handover import LONGEST_NOTE, Choice, Wish
from tracker.web.forms import Form
from tracker.web.lists import whole


class HandOverForm(Form):
    leaver = SelectField("移交人", coerce=whole, validate_choice=False)
    taker = SelectField("接手人", coerce=whole, validate_choice=False)
    note = TextAreaField(
        "移交说明（可不填）",
        description="如交接日期、注意事项，会写入每项任务的办理记录。",
        render_kw={"rows": 3, "maxlength": LONGEST_NOTE},
    )
    ends = BooleanField("同时撤销移交人在本单位的联络员岗位（调离时勾选）")

    def offer(self, choice: Choice) -> None:
        """Fills in who can be chosen; administrators may choose people who get the role with the work."""
        self.leaver.choices = {"": "请选择", **{str(key): name for key, name in choice.leavers.items()}}
        there = {str(key): name for key, name in choice.liaisons.items()}
        given = {str(key): name for key, name in choice.giving.items()}
        groups: dict[str, str | dict[str, str]] = {"": "请选择"}
        if there:
            groups["本单位联络员"] = there
        if given:
            groups["其他人员（同时添加本单位联络员岗位）"] = given
        self.taker.choices = groups

    def wish(self) -> Wish:
        return Wish(self.leaver.data, self.taker.data, self.note.data or "", bool(self.ends.data))
