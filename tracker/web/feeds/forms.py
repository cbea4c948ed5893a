"""The form for a new subscription."""

from __future__ import annotations

from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from tracker.domain.access import Actor, Permission
from tracker.domain.feeds import FeedScope, Flavour, Redaction
from tracker.services.feeds import NewFeed
from tracker.web.forms import Form, stripped


def _labelled(kind: type[FeedScope] | type[Flavour] | type[Redaction]) -> dict[str, str]:
    return {member.value: member.label for member in kind}


class FeedForm(Form):
    """What to subscribe to; which units and plans are offered is set by the view."""

    scope = RadioField("订阅内容", choices=_labelled(FeedScope), validators=[InputRequired("请选择订阅内容。")])
    unit_id = SelectField(
        "单位", coerce=int, validators=[Optional()], description="订阅一个单位（及其下属单位）的事项时选择。"
    )
    plan_id = SelectField("文件", coerce=int, validators=[Optional()], description="订阅一份文件的事项时选择。")
    name = StringField(
        "日历名称",
        filters=[stripped],
        validators=[Length(max=100, message="日历名称不超过100个字。")],
        description="显示在手机或电脑日历中；不填则自动取名。",
    )
    flavour = SelectField(
        "显示方式",
        choices=_labelled(Flavour),
        default="event",
        description="手机日历大多不显示“待办事项”，一般请选“日历日程”。",
    )
    redaction = SelectField(
        "内容详略",
        choices=_labelled(Redaction),
        default="full",
        description="日历会经过手机厂商或邮箱的服务器，敏感事项可只给标题或数量。",
    )
    with_support = BooleanField("包括配合的事项", default=True)
    with_milestones = BooleanField("包括任务中的节点")
    alarm = BooleanField("到期前一天上午9点提醒")

    def offer(self, actor: Actor, units: dict[int, str], plans: dict[int, str]) -> None:
        """Sets what this person has to choose from: units, plans, and the contents that would not always be empty.

        Chosen at first is what most people in their office are after: a liaison's own work, else what is overdue.
        """
        self.unit_id.choices = units
        self.plan_id.choices = plans
        offered = {FeedScope.PLAN: bool(plans), FeedScope.UNIT: bool(units), FeedScope.UNIT_TREE: len(units) > 1}
        offered |= {FeedScope.MINE: actor.holds(Permission.WORK_OWN), FeedScope.KEY: actor.holds(Permission.REMARK)}
        self.scope.choices = {scope.value: scope.label for scope in FeedScope if offered.get(scope, True)}
        if not self.is_submitted():
            self.scope.data = (FeedScope.MINE if offered[FeedScope.MINE] else FeedScope.OVERDUE).value

    def wish(self) -> NewFeed:
        """The subscription asked for, with a name of its own when none was given."""
        scope = FeedScope(self.scope.data)
        return NewFeed(
            name=self.name.data or self._own_name(scope),
            scope=scope,
            unit_id=self.unit_id.data if scope.is_of_a_unit else None,
            plan_id=self.plan_id.data if scope is FeedScope.PLAN else None,
            flavour=Flavour(self.flavour.data),
            redaction=Redaction(self.redaction.data),
            alarm=self.alarm.data,
            with_milestones=self.with_milestones.data,
            with_support=self.with_support.data,
        )

    def _own_name(self, scope: FeedScope) -> str:
        """A name that tells no more than the entries do: those without details name units, and counts name nothing."""
        chosen, redaction = scope.label, Redaction(self.redaction.data)
        if scope.is_of_a_unit and redaction is not Redaction.COUNT:
            chosen = self.unit_id.choices.get(self.unit_id.data, "")
            chosen += "及下属单位" if scope is FeedScope.UNIT_TREE else ""
        elif scope is FeedScope.PLAN and redaction is Redaction.FULL:
            chosen = self.plan_id.choices.get(self.plan_id.data, "")
        return f"督办 · {chosen}"[:100]
