"""The sample: eight people of different roles and a plausible history, never in production."""

from __future__ import annotations

import json
from dataclasses import dataclass

from tracker.settings import Settings


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """One of the sample's people, as shown on the sign-in page."""

    login: str
    password: str
    name: str
    office: str
    unit: str


def sample_people(settings: Settings) -> tuple[SamplePerson, ...]:
    """The sample's people with their passwords; none in production, or when no sample was loaded."""
    if not settings.sample:
        return ()
    listed = json.loads((settings.instance / "sample.json").read_text("utf-8"))
    return tuple(SamplePerson(**row) for row in listed["people"])
