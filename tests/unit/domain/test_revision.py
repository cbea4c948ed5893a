"""Matching two versions of a plan: a table of what happens to clauses, and what holds for any two versions."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.drafts import Basis, Deadline, DeadlineKind, MilestoneReading
from tracker.domain.revision import Change, Clause, Share, compare, out_of_order, pairing, standing
from tracker.domain.roles import Role

EDUCATION, FINANCE, POLICE = (Share(name, Role.RESPONSIBLE) for name in ("市教育局", "市财政局", "市公安局"))


def due(month: int, phrase: str = "") -> Deadline:
    day = date(2023, month, 28)
    return Deadline(phrase or f"2023年{month}月28日前", DeadlineKind.FIXED, day, Basis.CLAUSE, "day")


def a_clause(title: str, text: str = "", *units: Share, month: int = 6, **changes: object) -> Clause:
    names = "、".join(unit.name for unit in units or (EDUCATION,))
    quote = f"（责任单位：{names}；完成时限：2023年{month}月28日前）"
    passage = f"1.{title}。{text or f'围绕{title}列出清单，逐项落实到人。'}{quote}"
    base = Clause(title, ("二、重点任务", f"1.{title}"), quote, passage, units or (EDUCATION,), due(month))
    return replace(base, **changes)  # type: ignore[arg-type]


LIST, ROADS, PATROL = a_clause("建立清单"), a_clause("整修道路", "", FINANCE), a_clause("常态巡查", "", POLICE)


# What happens to one clause, between two that stay: the new clause, and what is said of it.
TABLE = {
    "nothing": (ROADS, set()),
    "blanks and width of signs": (replace(ROADS, passage=ROADS.passage.replace("：", ": ").replace("（", "(")), set()),
    "its number": (
        replace(ROADS, path=("二、重点任务", "4.整修道路"), passage="4." + ROADS.passage[2:]),
        {Change.MOVED},
    ),
    "its chapter": (replace(ROADS, path=("三、长效管理", "1.整修道路")), {Change.MOVED}),
    "a word of its text": (replace(ROADS, passage=ROADS.passage.replace("逐项", "逐条逐项")), {Change.REWORDED}),
    "its title": (
        replace(a_clause("整修通学道路", "围绕整修道路列出清单，逐项落实到人。", FINANCE), path=ROADS.path),
        {Change.REWORDED},
    ),
    "its date": (a_clause("整修道路", "", FINANCE, month=9), {Change.DEADLINE}),
    "the phrase of its date alone": (
        replace(ROADS, deadline=replace(ROADS.deadline, text="6月28日以前")),
        {Change.DEADLINE},
    ),
    "a phrase that was noted for a date of the plan": (
        replace(ROADS, deadline=replace(ROADS.deadline, text=None)),
        set(),
    ),
    "a unit more": (a_clause("整修道路", "", FINANCE, POLICE), {Change.UNITS}),
    "another unit": (a_clause("整修道路", "", POLICE), {Change.UNITS}),
    "the role of its unit": (replace(ROADS, units=(Share("市财政局", Role.LEAD),)), {Change.UNITS}),
    "date and unit": (a_clause("整修道路", "", POLICE, month=9), {Change.UNITS, Change.DEADLINE}),
    "a milestone": (replace(ROADS, milestones=(MilestoneReading("完成排查", date(2023, 5, 1)),)), {Change.MILESTONES}),
    "text and date": (
        replace(a_clause("整修道路", "修补破损路面，补齐标线。", FINANCE, month=9)),
        {Change.REWORDED, Change.DEADLINE},
    ),
}


@pytest.mark.parametrize("what", TABLE)
def test_what_is_said_of_a_clause_that_changed(what: str) -> None:
    changed, said = TABLE[what]
    found = compare([LIST, ROADS, PATROL], [LIST, changed, PATROL])
    assert (found.removed, found.added) == ((), ())
    assert [(pair.old, pair.new, set(pair.changes)) for pair in found.pairs] == [
        (0, 0, set()),
        (1, 1, said),
        (2, 2, set()),
    ]


def test_a_clause_that_is_gone_and_one_that_came() -> None:
    fresh = a_clause("设置护学岗", "上下学时段在校门口设岗疏导交通。", POLICE)
    found = compare([LIST, ROADS, PATROL], [LIST, PATROL, fresh])
    assert [(pair.old, pair.new) for pair in found.pairs] == [(0, 0), (2, 1)]
    assert (found.removed, found.added) == ((1,), (2,))


def test_a_clause_put_first_moves_itself_alone() -> None:
    found = compare([LIST, ROADS, PATROL], [PATROL, LIST, ROADS])
    assert {(pair.old, pair.new): set(pair.changes) for pair in found.pairs} == {
        (2, 0): {Change.MOVED},
        (0, 1): set(),
        (1, 2): set(),
    }


def test_a_split_clause_goes_to_the_part_that_is_most_like_it() -> None:
    whole = a_clause("开展排查整治", "对摊点逐一登记，对围挡逐处检查。", EDUCATION, POLICE)
    stalls = a_clause("开展排查整治", "对摊点逐一登记。", EDUCATION)
    fences = a_clause("检查围挡", "对围挡逐处检查。", POLICE)
    assert pairing([LIST, whole], [LIST, fences, stalls]) == [(0, 0), (1, 2)]


def test_clauses_of_one_title_are_told_apart_by_chapter_and_units() -> None:
    old = [
        a_clause("加强组织领导", "各单位要高度重视。", unit, path=(f"{n}、章",))
        for n, unit in enumerate((EDUCATION, FINANCE))
    ]
    new = [replace(old[1], passage="各单位要高度重视，主要负责同志亲自抓。" + old[1].quote), old[0]]
    assert pairing(old, new) == [(0, 1), (1, 0)]


def test_clauses_without_text_are_matched_by_title_chapter_and_units() -> None:
    """As those that were loaded from a table of tasks, whose plans' texts are not kept."""
    old = [replace(clause, quote="", passage="") for clause in (LIST, ROADS, PATROL)]
    found = compare(old, [PATROL, replace(LIST, title="建立工作清单"), ROADS])
    assert {(pair.old, pair.new) for pair in found.pairs} == {(0, 1), (1, 2), (2, 0)}
    assert {Change.UNITS, Change.DEADLINE}.isdisjoint(change for pair in found.pairs for change in pair.changes)


def test_same_units_and_date_alone_make_no_pair() -> None:
    old, new = a_clause("建立清单", "对摊点逐一登记。"), a_clause("更换灯杆", "分批检测使用年限较长的灯杆。")
    assert pairing([old], [new]) == []


def test_forty_clauses_of_one_title_find_their_own() -> None:
    units = [Share(f"第{n}街道办事处", Role.RESPONSIBLE) for n in range(40)]
    old = [a_clause("抓好落实", "对照目标抓好落实。", unit) for unit in units]
    new = [a_clause("抓好落实", "对照目标任务抓好落实。", unit) for unit in reversed(units)]
    assert pairing(old, new) == [(n, 39 - n) for n in range(40)]


# What a person decided about the same words stands ------------------------------------------------------------------


def test_a_corrected_reading_of_the_same_words_is_no_change() -> None:
    corrected = replace(ROADS, title="整修道路（一期）", units=(POLICE,), deadline=due(9), decided=True)
    assert compare([corrected], [ROADS]).pairs[0].changes == frozenset()
    assert standing(corrected, ROADS).units == (POLICE,)


def test_a_corrected_reading_of_other_words_is_told() -> None:
    corrected = replace(ROADS, units=(POLICE,), decided=True)
    changed = a_clause("整修道路", "", FINANCE, EDUCATION)
    assert compare([corrected], [changed]).pairs[0].changes == {Change.UNITS}


def test_a_date_entered_for_the_same_phrase_stands() -> None:
    phrase = Deadline("入汛前", DeadlineKind.EVENT)
    old = replace(ROADS, deadline=replace(phrase, due_on=date(2023, 6, 1), basis=Basis.REVIEW), date_decided=True)
    new = replace(ROADS, deadline=phrase, passage=ROADS.passage.replace("逐项", "逐条"))
    assert compare([old], [new]).pairs[0].changes == {Change.REWORDED}
    assert compare([replace(old, date_decided=False)], [new]).pairs[0].changes == {Change.REWORDED, Change.DEADLINE}


# What holds for any two versions ------------------------------------------------------------------------------------

WORDS = st.sampled_from(["道路", "清单", "巡查", "经费", "护学岗", "摊点", "宣传", "台账", "灯杆", "绿地"])
TITLES = st.builds("{}{}".format, st.sampled_from(["建立", "整修", "开展", "更新"]), WORDS)
UNITS = st.lists(st.sampled_from([EDUCATION, FINANCE, POLICE]), min_size=1, max_size=3, unique=True)
CLAUSES = st.builds(
    lambda title, words, units, month: a_clause(title, "，".join(words) + "。", *units, month=month),
    TITLES,
    st.lists(WORDS, min_size=1, max_size=6),
    UNITS,
    st.integers(1, 12),
)
PLANS = st.lists(CLAUSES, max_size=12)


@given(PLANS)
def test_a_plan_against_itself_is_unchanged(plan: list[Clause]) -> None:
    found = compare(plan, plan)
    assert (found.removed, found.added) == ((), ())
    assert [(pair.old, pair.new, pair.changes) for pair in found.pairs] == [
        (n, n, frozenset()) for n in range(len(plan))
    ]


@given(PLANS, PLANS)
def test_exchanging_the_versions_exchanges_the_answer(old: list[Clause], new: list[Clause]) -> None:
    there, back = compare(old, new), compare(new, old)
    assert {(pair.old, pair.new) for pair in there.pairs} == {(pair.new, pair.old) for pair in back.pairs}
    assert (there.removed, there.added) == (back.added, back.removed)


@given(PLANS, PLANS)
def test_every_clause_is_told_of_once(old: list[Clause], new: list[Clause]) -> None:
    found = compare(old, new)
    assert sorted([*(pair.old for pair in found.pairs), *found.removed]) == list(range(len(old)))
    assert sorted([*(pair.new for pair in found.pairs), *found.added]) == list(range(len(new)))


@given(PLANS, st.randoms(use_true_random=False))
def test_paragraphs_put_in_another_order_only_move(plan: list[Clause], random: object) -> None:
    mixed = list(plan)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    found = compare(plan, mixed)
    assert (found.removed, found.added) == ((), ())
    assert {change for pair in found.pairs for change in pair.changes} <= {Change.MOVED}
    if any(one != other for one, other in zip(plan, mixed, strict=True)):
        assert any(pair.changes for pair in found.pairs)


@given(st.permutations(range(9)))
def test_what_is_left_stands_in_order_and_no_more_is_taken_out_than_needed(order: Sequence[int]) -> None:
    pairs = list(enumerate(order))
    taken = out_of_order(pairs)
    rest = [place for n, place in pairs if (n, place) not in taken]
    assert rest == sorted(rest)
    assert len(rest) == _longest_rise(order)


def _longest_rise(order: Sequence[int]) -> int:
    best: list[int] = []
    for n, place in enumerate(order):
        best.append(1 + max((best[k] for k in range(n) if order[k] < place), default=0))
    return max(best, default=0)


def a_long_plan(clauses: int) -> list[Clause]:
    """Clauses of their own wording, written from a few hundred words."""
    words = [a + b for a in "整建巡检修补增减清查登报" for b in "路灯管网桥站台账册园区点线"]
    pick = [words[(n * 7919) % len(words)] for n in range(clauses * 12)]
    return [
        a_clause(f"{pick[12 * n]}{pick[12 * n + 1]}工作{n}", "、".join(pick[12 * n : 12 * n + 12]) + "。", EDUCATION)
        for n in range(clauses)
    ]


def test_the_time_grows_with_the_number_of_clauses() -> None:
    def seconds(clauses: int) -> float:
        old = a_long_plan(clauses)
        new = [replace(clause, passage=clause.passage.replace("、", "，", 3)) for clause in old]
        started = time.process_time()
        found = compare(old, new)
        assert len(found.pairs) == clauses
        return time.process_time() - started

    small, large = (min(seconds(clauses) for _ in range(3)) for clauses in (400, 2000))
    assert large <= 10 * small, f"{small:.3f} s for 400 clauses, {large:.3f} s for 2,000"
