"""The address of the list behind a number: the same period, unit and plan, so that it shows exactly these parts."""

from __future__ import annotations

from typing import Any

from flask import url_for

from tracker.services.listings import Listing, Show


def list_values(wanted: Listing) -> dict[str, Any]:
    """The listing as values of an address; what is not asked for is left out."""
    values = {
        "show": wanted.show.value,
        "since": wanted.period.since.isoformat(),
        "until": wanted.period.until.isoformat(),
        "unit": wanted.unit_id,
        "alone": "y" if wanted.alone else None,
        "plan": wanted.plan_id,
        "basis": wanted.basis.value,
    }
    return {name: value for name, value in values.items() if value is not None}


def list_address(show: str, period: Any, endpoint: str = "figures.listing", **chosen: Any) -> str:
    """The list's path on this site."""
    return url_for(endpoint, **list_values(Listing(Show(show), period, **chosen)))
