"""A plan in, drafts out; pure. One stage, one verb:

``formats`` decodes bytes, ``documents`` splits a gazette into its documents, ``paragraphs`` and ``outline`` say where
every paragraph stands, ``clauses``, ``labelled`` and ``tables`` find what assigns something, ``fields`` and ``naming``
read the units, ``timing`` the deadlines and milestones, ``inheritance`` the rules that speak for later clauses, and
``drafting`` puts drafts together.

The names below are loaded when they are first asked for: compiling the rules takes most of a second, and a process that
lets another one do the reading needs none of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from tracker.reading.unreadable import UnreadableFile

if TYPE_CHECKING:
    from tracker.reading.formats import read_bytes
    from tracker.reading.plans import read_plan, read_text

__all__ = ["UnreadableFile", "read_bytes", "read_plan", "read_text"]

_HOMES = {"read_bytes": "formats", "read_plan": "plans", "read_text": "plans"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
