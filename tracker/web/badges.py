"""Badges of states and roles. Lists have one in every row, so each is written once and kept.

Kept by type: a state of a task and one of a part are equal where they are spelt alike, and need not be called alike.
"""

from __future__ import annotations

from functools import lru_cache

from flask import Flask
from markupsafe import Markup

from tracker.domain.lifecycle import State
from tracker.domain.roles import Role


def add_badges(app: Flask) -> None:
    app.jinja_env.globals.update(badge_of_state=badge_of_state, badge_of_role=badge_of_role)


@lru_cache(maxsize=64, typed=True)
def badge_of_state(state: State) -> Markup:
    """The state's word in its colour."""
    return Markup('<span class="state state-{}">{}</span>').format(state.value, state.label)


@lru_cache(maxsize=64, typed=True)
def badge_of_role(role: Role) -> Markup:
    """The role's word in its colour."""
    return Markup('<span class="role role-{}">{}</span>').format(role.value, role.label)
