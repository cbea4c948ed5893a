"""Icons, drawn into the page from the sheet that comes with Bootstrap-Flask.

The sheet weighs a megabyte, so the few symbols that a page needs are inlined instead of linked.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import flask_bootstrap
from flask import Flask
from markupsafe import Markup

SHEET = Path(flask_bootstrap.__file__).parent / "static" / "bootstrap5" / "icons" / "bootstrap-icons.svg"


def add_icons(app: Flask) -> None:
    app.jinja_env.globals["icon"] = icon


@cache
def icon(name: str) -> Markup:
    """The icon of that name, hidden from screen readers; KeyError for a name the sheet does not have."""
    shapes = _symbols()[name]
    return Markup(  # noqa: S704 - the shapes come from the installed package, not from a user
        '<svg class="bi" width="1em" height="1em" viewBox="0 0 16 16" fill="currentColor" aria-hidden="true">'
        f"{shapes}</svg>"
    )


@cache
def _symbols() -> dict[str, str]:
    found = re.findall(r'<symbol[^>]*\bid="([^"]+)"[^>]*>(.*?)</symbol>', SHEET.read_text("utf-8"), re.DOTALL)
    return {name: re.sub(r"\s*\n\s*", "", shapes) for name, shapes in found}
