"""The forms about units and groups."""

from __future__ import annotations

from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from tracker.domain.units import UnitKind
from tracker.services.unit_pages import UnitFilter
from tracker.services.units import LONGEST_FULL_NAME, LONGEST_NAME, UnitFacts
from tracker.store.units import Unit
from tracker.web.forms import Form, stripped
from tracker.web.lists import LONGEST_SEARCH, FilterForm, labelled, one_of

_KINDS = {kind.value: kind.label for kind in UnitKind}


class UnitFilterForm(FilterForm):
    """Looks a unit up by any of its names."""

    q = StringField("单位名称", filters=[stripped], validators=[Length(max=LONGEST_SEARCH)])
    kind = SelectField("类别", coerce=one_of(UnitKind), choices=labelled(UnitKind, "全部类别"))
    closed = BooleanField("包括已停用")

    def wanted(self) -> UnitFilter:
        self.validate()
        return UnitFilter(self.chosen(self.q) or "", self.chosen(self.kind), bool(self.closed.data))


class _FactsForm(Form):
    name = StringField(
        "简称",
        filters=[stripped],
        validators=[InputRequired("请填写单位简称。"), Length(max=LONGEST_NAME, message="简称不超过100字。")],
        description="文件和清单中使用的名称，如“市教育局”。",
    )
    full_name = StringField(
        "全称",
        filters=[stripped],
        validators=[Length(max=LONGEST_FULL_NAME, message="全称不超过200字。")],
        description="不填则与简称相同。",
    )
    kind = SelectField("类别", choices=_KINDS, validators=[InputRequired("请选择类别。")])

    def facts(self) -> UnitFacts:
        return UnitFacts(self.name.data, self.full_name.data or "", UnitKind(self.kind.data))


class NewUnitForm(_FactsForm):
    """A new unit and where it stands."""

    parent = SelectField("上级单位", coerce=int, description="新单位归此单位管理的督办范围。")


class UnitForm(_FactsForm):
    """A unit's names and kind; the hidden fields tell what the person saw when the page was opened."""

    seen_name = HiddenField()
    seen_full_name = HiddenField()
    seen_kind = HiddenField()

    def show(self, unit: Unit) -> None:
        """Fills in what stands."""
        self.name.data, self.full_name.data, self.kind.data = unit.name, unit.full_name, unit.kind.value
        self.see(unit)

    def see(self, unit: Unit) -> None:
        """Takes what stands as seen, and leaves what was typed."""
        self.seen_name.data, self.seen_full_name.data, self.seen_kind.data = unit.name, unit.full_name, unit.kind.value

    def seen(self) -> UnitFacts:
        known = self.seen_kind.data in set(UnitKind)
        kind = UnitKind(self.seen_kind.data) if known else UnitKind.OTHER
        return UnitFacts(self.seen_name.data or "", self.seen_full_name.data or "", kind)


class AliasForm(Form):
    """Another way to write a unit."""

    alias = StringField(
        "增加其他叫法",
        filters=[stripped],
        validators=[InputRequired("请填写名称。"), Length(max=LONGEST_FULL_NAME, message="名称不超过200字。")],
        description="文件中会出现的其他写法，如旧名称、简称。读文件时据此认出单位。",
    )


class NewGroupForm(Form):
    """A new group with its first member."""

    name = StringField(
        "单位组名称",
        filters=[stripped],
        validators=[InputRequired("请填写单位组名称。"), Length(max=LONGEST_FULL_NAME, message="名称不超过200字。")],
        description="文件中的写法，如“各县（市、区）人民政府”。",
    )
    member = StringField(
        "第一个成员单位",
        filters=[stripped],
        validators=[InputRequired("请填写一个已登记的单位。")],
        render_kw={"list": "unit-names"},
    )


class MemberForm(Form):
    """One more member of a group."""

    member = StringField(
        "加入成员单位",
        filters=[stripped],
        validators=[InputRequired("请填写已登记的单位名称。")],
        description="填写已登记的简称、全称或其他叫法。",
        render_kw={"list": "unit-names"},
    )
