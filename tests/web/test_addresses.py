"""Addresses in templates are those that Flask builds, whichever ids and wherever the app is mounted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tracker.web.incoming import RowId


def in_templates(app: Flask) -> Callable[..., str]:
    return cast("Callable[..., str]", app.jinja_env.globals["url_for"])


def by_ids_alone(app: Flask) -> list[Rule]:
    """The routes whose addresses hold nothing but ids, if anything."""
    rules = app.url_map.iter_rules()
    return [rule for rule in rules if all(isinstance(kind, RowId) for kind in rule._converters.values())]


@pytest.mark.parametrize("root", ["", "/du%20ban"])
def test_every_route_has_the_address_that_flask_builds(app: Flask, root: str) -> None:
    rules, ours = by_ids_alone(app), in_templates(app)
    assert len(rules) > 100
    with app.test_request_context("/", base_url=f"http://localhost{root}"):
        for first in (1, 70_000):  # the second time from what was remembered
            for rule in rules:
                ids: dict[str, Any] = {name: first + at for at, name in enumerate(sorted(rule.arguments))}
                assert ours(rule.endpoint, **ids) == app.url_for(rule.endpoint, **ids)


def test_what_was_remembered_under_one_root_is_not_used_under_another(app: Flask) -> None:
    ours = in_templates(app)
    for root in ("/here", "/there"):
        with app.test_request_context("/", base_url=f"http://localhost{root}"):
            assert ours("plans.show", plan_id=5) == f"{root}/plans/5"


def test_words_anchors_and_numbers_of_pages_stay_in_the_address(app: Flask) -> None:
    ours = in_templates(app)
    with app.test_request_context("/"):
        assert ours("supervision.overdue", page=3, unit=7) == "/overdue?page=3&unit=7"
        assert ours("supervision.overdue", q="100%", _anchor="urge-title") == "/overdue?q=100%25#urge-title"
        assert ours("plans.show", plan_id=5, _external=True) == "http://localhost/plans/5"
        assert ours("plans.show", plan_id=5, q=None) == "/plans/5"
