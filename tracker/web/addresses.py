"""Addresses in templates: built once for each endpoint, then filled with ids: a list has them by the hundred."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flask import Flask, has_request_context, request

# Stands in the pattern where an id is filled in; no other part of an address looks like it.
_PLACE = 9_000_000_000


def add_addresses(app: Flask) -> None:
    """Gives templates ``url_for``, which answers as Flask's own does."""
    app.jinja_env.globals["url_for"] = _remembering(app)


def _remembering(app: Flask) -> Callable[..., str]:
    @lru_cache(maxsize=1024)
    def pattern(_root: str, endpoint: str, names: tuple[str, ...]) -> str:
        places: dict[str, Any] = {name: _PLACE + at for at, name in enumerate(names)}
        return _pattern(app.url_for(endpoint, **places), names)

    def url_for(endpoint: str, **values: Any) -> str:
        plain = all(type(value) is int and value >= 0 for value in values.values())
        # An endpoint that begins with a point is one of the blueprint at hand.
        if not plain or endpoint.startswith(".") or not has_request_context():
            return app.url_for(endpoint, **values)
        return pattern(request.root_path, endpoint, tuple(values)) % values

    return url_for


def _pattern(address: str, names: tuple[str, ...]) -> str:
    """The address with places for the ids, as ``%`` fills them in."""
    address = address.replace("%", "%%")
    for at, name in enumerate(names):
        address = address.replace(str(_PLACE + at), f"%({name})d")
    return address
