"""Signing in, and changing one's own password."""

from wtforms import PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from tracker.services.people import MAX_PASSWORD, MIN_PASSWORD, Credentials
from tracker.web.forms import Form, stripped


class SignInForm(Form):
    login = StringField(
        "账号",
        filters=[stripped],
        validators=[InputRequired("请输入账号。"), Length(max=64, message="账号不超过64位。")],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(
        "密码",
        validators=[InputRequired("请输入密码。"), Length(max=MAX_PASSWORD, message=f"密码不超过{MAX_PASSWORD}位。")],
        render_kw={"autocomplete": "current-password"},
    )

    def credentials(self) -> Credentials:
        return Credentials(self.login.data, self.password.data)


class PasswordForm(Form):
    present = PasswordField(
        "现用密码", validators=[InputRequired("请输入现用密码。")], render_kw={"autocomplete": "current-password"}
    )
    fresh = PasswordField(
        "新密码",
        description=f"至少{MIN_PASSWORD}位，可用几个不相关的词，便于记忆。",
        render_kw={"autocomplete": "new-password"},
        validators=[
            InputRequired("请输入新密码。"),
            Length(min=MIN_PASSWORD, max=MAX_PASSWORD, message=f"新密码应为{MIN_PASSWORD}到{MAX_PASSWORD}位。"),
        ],
    )
    again = PasswordField(
        "再输一次新密码",
        validators=[EqualTo("fresh", "两次输入的新密码不一致，请重新输入。")],
        render_kw={"autocomplete": "new-password"},
    )
