"""The form of a new robot. What is secret in it never comes back to the page."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import PasswordField, SelectField, StringField
from wtforms.validators import Length

from tracker.services.robots import LONGEST_NAME, LONGEST_SECRET, LONGEST_WEBHOOK, RobotGiven
from tracker.store.robots import RobotKind
from tracker.store.units import Unit
from tracker.web.forms import Form, stripped
from tracker.web.lists import units_by_kind, whole


class RobotForm(Form):
    """A robot of a unit's group."""

    unit = SelectField("单位", coerce=whole)
    kind = SelectField("类型", choices={kind.value: kind.label for kind in RobotKind})
    name = StringField(
        "名称",
        filters=[stripped],
        validators=[Length(max=LONGEST_NAME, message=f"不能超过{LONGEST_NAME}字。")],
        description="例如：教育局督办群",
    )
    webhook = PasswordField(
        "机器人地址（Webhook）",
        validators=[Length(max=LONGEST_WEBHOOK, message="地址过长，请重新复制。")],
        description="从群机器人的设置页完整复制。保存后不再显示。",
        render_kw={"autocomplete": "off"},
    )
    secret = PasswordField(
        "签名密钥（选填）",
        validators=[Length(max=LONGEST_SECRET, message="密钥过长，请重新复制。")],
        description="钉钉“加签”、飞书“签名校验”页显示的密钥；企业微信没有，请留空。保存后不再显示。",
        render_kw={"autocomplete": "off"},
    )

    def offer(self, units: Sequence[Unit]) -> None:
        """Fills in what can be chosen."""
        self.unit.choices = {"": "请选择", **units_by_kind(units)}

    def given(self) -> RobotGiven:
        """The robot entered; a kind that is none stands as the first, and is told by ``unread``."""
        return RobotGiven(
            self.unit.data or 0,
            RobotKind(self.kind.data) if self.kind.data in set(RobotKind) else RobotKind.WECOM,
            self.name.data or "",
            self.webhook.data or "",
            self.secret.data or None,
        )
