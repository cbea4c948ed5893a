"""What templates compare a state or a kind with is a word that it can be: a renamed one must not be passed over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

import pytest

from tracker.domain.access import Office
from tracker.domain.drafts import Basis, DeadlineKind, Form
from tracker.domain.figures_asked import Aim
from tracker.domain.indicators import Binding
from tracker.domain.lifecycle import Event, State, TaskState
from tracker.domain.milestones import Standing
from tracker.domain.notices import NoticeKind
from tracker.domain.roles import Role
from tracker.domain.schedule import Outcome
from tracker.services import intake_lists, listings
from tracker.services.intake_coverage import Gap
from tracker.services.report_links import LinkState
from tracker.services.revision_items import Group
from tracker.settings import PROJECT_ROOT
from tracker.store.notices import MailState
from tracker.store.plans import DraftState
from tracker.store.revisions import Verdict

TEMPLATES = PROJECT_ROOT / "templates"
COMPARED = re.compile(r"\b(\w+)\.value *(?:==|!=|not in|in) *(\([^)]*\)|'[^']*')")

# What stands before ``.value``; where its name alone does not say what it is, the folder of the template does.
KINDS: dict[str, tuple[type[StrEnum], ...]] = {
    "aim": (Aim,),
    "binding": (Binding,),
    "deadline_basis": (Basis,),
    "deadline_kind": (DeadlineKind,),
    "event": (Event,),
    "form": (Form,),
    "gap": (Gap,),
    "group": (Group,),
    "kind": (NoticeKind,),
    "known": (DraftState,),
    "mail_state": (MailState,),
    "office": (Office,),
    "order": (intake_lists.Order,),
    "outcome": (Outcome,),
    "role": (Role,),
    "standing": (Standing,),
    "state": (State, TaskState),
    "verdict": (Verdict,),
    "figures/show": (listings.Show,),
    "intake/show": (intake_lists.Show,),
    "intake/state": (DraftState,),
    "links/state": (State, LinkState),
    "notices/state": (MailState,),
}


def comparisons() -> Iterator[tuple[str, str, str]]:
    """(folder, what is compared, word) of every comparison in a template."""
    for template in sorted(TEMPLATES.rglob("*.html")):
        for name, words in COMPARED.findall(template.read_text("utf-8")):
            for word in re.findall(r"'([^']*)'", words):
                yield template.parent.name, name, word


@pytest.mark.parametrize(("folder", "name", "word"), sorted(set(comparisons())))
def test_a_compared_word_is_one_that_can_be(folder: str, name: str, word: str) -> None:
    kinds = KINDS.get(f"{folder}/{name}") or KINDS.get(name)
    assert kinds, f"{folder}: say in KINDS what {name} is"
    assert word in {member.value for kind in kinds for member in kind}


def test_there_is_something_to_check() -> None:
    assert len(list(comparisons())) > 20
