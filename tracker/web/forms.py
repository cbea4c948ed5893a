"""What every form shares: messages in Chinese, and values stripped of blanks."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field

# Digits; Python refuses to read thousands of them.
LONGEST_NUMBER = 10


class Form(FlaskForm):  # type: ignore[misc]
    """A form whose built-in messages are Chinese."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        locales = ("zh_CN", "zh")

    def faults(self) -> list[str]:
        """Every message, field by field, for the summary above the form."""
        return [
            f"{self._fields[name].label.text}：{message}" for name, found in self.errors.items() for message in found
        ]


def seen_version(field: Field) -> int:
    """The version of a row that the form was opened with; 0, which never stands, when it is not a number."""
    text = str(field.data or "")
    return int(text) if text.isdecimal() and len(text) <= LONGEST_NUMBER else 0


def stripped(value: Any) -> Any:
    """A text without the blanks around it; other values as they are."""
    return value.strip() if isinstance(value, str) else value
