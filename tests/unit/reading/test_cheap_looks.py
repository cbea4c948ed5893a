"""Cheap looks that pass over text before a slower rule is asked: none may refuse what the rule would read.

Each look repeats something of its rule's patterns. The texts that are tried take every branch of those patterns, or
are made of them at random, or stand in the corpus; where the rule reads one, the look has to let it pass.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.regexes import specimens
from tracker.domain.text import compact
from tracker.reading import cues, dates, labels, paragraphs, subjects, titles

PLANS = Path(__file__).parents[2] / "corpus" / "plans"
DOES = re.compile(f"市教育局[，,]?(?:{subjects._BINDING}|{subjects._OPENING})开展帮扶")
SEATED = re.compile("办公室设(?:在|于)市(?:教育局|供电)[，,](?:具体)?(?:负责|承担)日常工作")
BRACKETED = re.compile(labels._BRACKETED.pattern.replace(labels._GROUPS.replace("?P<l", "?P<b"), "责任单位|完成时限"))
PIECE = re.compile(r"[^。；，、：（）\n]+")


@dataclass(frozen=True, slots=True)
class Look:
    """A cheap look: ``passes`` with it, ``reads`` what the rule finds without it, ``patterns`` are the rule's."""

    patterns: tuple[re.Pattern[str], ...]
    reads: Callable[[str], object]
    passes: Callable[[str], object]


def begins_title(text: str) -> bool:
    joined = compact(text)
    told = titles._ISSUED.match(joined) or titles._EXPLAINS.fullmatch(joined)
    return bool(told) or "《" in joined[:4]


def is_page_number(text: str) -> bool:
    found = paragraphs._PAGE_NUMBER.fullmatch(text.strip())
    return found is not None and len(text.strip()) < paragraphs._LONGEST_PAGE_NUMBER


def marks_label(text: str) -> bool:
    return labels._BRACKETED.search(labels._with_one_blank(text)) is not None


LOOKS = {
    "cue": Look(tuple(re.compile(pattern) for _, pattern in cues._CUES), cues.CUE.search, cues.MAY_CUE.search),
    "title": Look((titles._ISSUED, titles._EXPLAINS, re.compile("《")), begins_title, titles._begins_title),
    "organ": Look((titles._ORGAN,), lambda text: titles._ORGAN.fullmatch(compact(text)), titles.is_organ),
    "page number": Look(
        (paragraphs._PAGE_NUMBER,), is_page_number, lambda text: paragraphs._is_page_number(text.strip())
    ),
    "date line": Look(
        (re.compile(rf"[（(]?{dates.DATE}(?:印发|发布)?[）)]?"),), dates._date_alone, dates.may_end_in_date
    ),
    "doer": Look((DOES, SEATED), lambda text: list(subjects.doers_of(text)), subjects.may_name_doers),
    "label in brackets": Look((BRACKETED,), marks_label, lambda text: labels.unbracketed(text) != text),
}


@cache
def pieces_of_the_corpus() -> tuple[str, ...]:
    """The lines of all plans, and what stands between their marks."""
    texts = [path.read_text("utf-8") for path in sorted(PLANS.glob("*.txt"))]
    lines = [line for text in texts for line in text.splitlines()]
    return tuple(dict.fromkeys([*lines, *(piece for line in lines for piece in PIECE.findall(line))]))


def refused(look: Look, texts: tuple[str, ...]) -> tuple[list[str], int]:
    """The texts that the look refuses though the rule reads them, and how many the rule reads."""
    read = [text for text in texts if look.reads(text)]
    return [text for text in read if not look.passes(text)], len(read)


@pytest.mark.parametrize("name", LOOKS)
def test_every_branch_of_the_rule_passes(name: str) -> None:
    look = LOOKS[name]
    wrong, read = refused(look, tuple(text for pattern in look.patterns for text in specimens(pattern)))
    assert read > 0
    assert not wrong


@pytest.mark.parametrize("name", LOOKS)
def test_the_corpus_passes(name: str) -> None:
    wrong, _ = refused(LOOKS[name], pieces_of_the_corpus())
    assert not wrong


@pytest.mark.parametrize("name", LOOKS)
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(data=st.data())
def test_whatever_the_pattern_matches_passes(name: str, data: st.DataObject) -> None:
    look = LOOKS[name]
    pattern = data.draw(st.sampled_from(look.patterns))
    text = data.draw(st.from_regex(pattern))
    assert look.passes(text) or not look.reads(text)
