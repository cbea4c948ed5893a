"""The blueprint that intake's views share, and how its pages show texts and stored days."""

import re
from datetime import date

from flask import Blueprint

from tracker.domain.likely_kinds import likely_kind
from tracker.web.filters import day

blueprint = Blueprint("intake", __name__)
blueprint.add_app_template_filter(likely_kind)


@blueprint.app_template_filter("tight")
def tight(text: str) -> str:
    """The text without the empty lines that type-setting puts between paragraphs."""
    return re.sub(r"[ \t\u3000]*\n\s*\n", "\n", text)


@blueprint.app_template_filter("iso_day")
def iso_day(text: str) -> str:
    """2023年6月15日 for a day kept as 2023-06-15."""
    return day(date.fromisoformat(text))
