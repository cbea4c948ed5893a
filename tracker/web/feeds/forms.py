"""The form for a new subscription."""

from __future__ import annotations

from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from tracker.domain.feeds import FeedScope, Flavour, Redaction
from tracker.services.feeds import NewFeed
from tracker.web.forms import Form, stripped


def _labelled(kind: type[FeedScope] | type[Flavour] | type[Redaction]) -> dict[str, str]:
    return {member.value: member.label for member in kind}


class FeedForm(Form):
    """What to subscribe to; which units and plans are offered is set by the view."""

    scope = RadioField(
        "订阅内容", choices=_labelled(FeedScope), default="unit", validators=[InputRequired("请选择订阅内容。")]
    )
    unit_id = SelectField("单位", coerce=int, validators=[Optional()], description="订阅一个单位的事项时选择。")
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
    alarm = BooleanField("到期前一天上午9点提醒")

    def offer(self, units: dict[int, str], plans: dict[int, str]) -> None:
        """Sets the units and plans to choose from."""
        self.unit_id.choices = units
        self.plan_id.choices = plans
        if not units and self.scope.data == "unit" and not self.is_submitted():
            self.scope.data = "all"

    def wish(self) -> NewFeed:
        """The subscription asked for, with a name of its own when none was given."""
        scope = FeedScope(self.scope.data)
        return NewFeed(
            name=self.name.data or self._own_name(scope),
            scope=scope,
            unit_id=self.unit_id.data if scope is FeedScope.UNIT else None,
            plan_id=self.plan_id.data if scope is FeedScope.PLAN else None,
            flavour=Flavour(self.flavour.data),
            redaction=Redaction(self.redaction.data),
            alarm=self.alarm.data,
        )

    def _own_name(self, scope: FeedScope) -> str:
        field = {FeedScope.UNIT: self.unit_id, FeedScope.PLAN: self.plan_id}.get(scope)
        chosen = field.choices.get(field.data, "") if field is not None else scope.label
        return f"督办 · {chosen}"[:100]
