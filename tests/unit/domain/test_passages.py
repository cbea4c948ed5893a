"""Cutting a text into passages loses nothing, and every mark can be pointed at."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.passages import SHORTEST_FOLD, Mark, Passage, Piece, passages_of, pieces_of, without_long_folds

TEXTS = st.text(alphabet="甲乙丙\n（：。x", max_size=3000)


@st.composite
def marked_texts(draw: st.DrawFn) -> tuple[str, list[Mark], set[int]]:
    """A text of some length, marks anywhere in it (also overlapping and equal), some of them in view."""
    text = draw(TEXTS) * draw(st.integers(1, 4))
    spans = draw(st.lists(st.tuples(st.integers(0, len(text)), st.integers(0, 80)), max_size=12))
    marks = [Mark(key, start, min(len(text), start + length)) for key, (start, length) in enumerate(spans)]
    return text, marks, draw(st.sets(st.integers(0, 12)))


def joined(passages: tuple[Passage, ...]) -> str:
    return "".join(piece.text for passage in passages for piece in passage.pieces)


@given(marked_texts())
def test_the_passages_joined_are_the_text(world: tuple[str, list[Mark], set[int]]) -> None:
    text, marks, in_view = world
    assert joined(passages_of(text, marks, in_view)) == text


@given(marked_texts())
def test_every_mark_inside_the_text_has_one_piece(world: tuple[str, list[Mark], set[int]]) -> None:
    text, marks, in_view = world
    keys = [p.key for passage in passages_of(text, marks, in_view) for p in passage.pieces if p.key is not None]
    assert sorted(keys) == sorted(mark.key for mark in marks if mark.start < len(text))


@given(marked_texts())
def test_marks_in_view_are_never_folded(world: tuple[str, list[Mark], set[int]]) -> None:
    text, marks, in_view = world
    folded = {p.key for passage in passages_of(text, marks, in_view) if passage.folded for p in passage.pieces}
    assert not folded & in_view


def test_a_mark_apart_from_others_holds_its_own_words() -> None:
    text = "一、任务。（责任单位：甲）余下"
    assert pieces_of(text, [Mark(7, 5, 13)]) == (Piece("一、任务。"), Piece("（责任单位：甲）", 7), Piece("余下"))


def test_two_marks_on_one_span_leave_the_words_once() -> None:
    assert pieces_of("前（甲）后", [Mark(1, 1, 4), Mark(2, 1, 4)]) == (
        Piece("前"),
        Piece("（甲）", 1),
        Piece("", 2),
        Piece("后"),
    )


def test_overlapping_marks_share_the_words_between_them() -> None:
    assert pieces_of("甲乙丙丁", [Mark(1, 0, 3), Mark(2, 2, 4)]) == (Piece("甲乙丙", 1), Piece("丁", 2))


def test_what_is_far_from_the_clause_is_folded_and_keeps_whole_lines() -> None:
    text = "".join(f"第{n}行文字若干\n" for n in range(400))
    start = text.index("第200行")
    folded, shown, rest = passages_of(text, [Mark(1, start, start + 5)], {1})
    assert (folded.folded, shown.folded, rest.folded) == (True, False, True)
    assert all(passage.pieces[-1].text.endswith("\n") for passage in (folded, shown, rest))
    assert folded.characters > SHORTEST_FOLD


def test_a_short_text_is_never_folded() -> None:
    assert [passage.folded for passage in passages_of("短文一篇", [], set())] == [False]


def test_an_empty_text_has_no_passage() -> None:
    assert passages_of("", [Mark(1, 0, 0)], {1}) == ()


def test_a_long_fold_is_left_out_and_counted_with_its_marks() -> None:
    lines = ("甲" * 29 + "\n") * 30
    text = f"{lines}条款一\n{lines}条款二\n{lines}"
    marks = [Mark(1, 900, 903), Mark(2, 1804, 1807)]
    passages = passages_of(text, marks, [1])
    short = without_long_folds(passages, 500)
    assert [passage.keys for passage in short if passage.left_out] == [(), (2,)]
    assert sum(passage.characters for passage in short) == len(text)
    assert [passage.pieces for passage in short if not passage.left_out] == [p.pieces for p in passages if not p.folded]
    assert without_long_folds(passages, 5000) == passages
