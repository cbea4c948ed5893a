"""Titles without the frame that all notices share."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.titles import brief_title


@pytest.mark.parametrize(
    ("title", "brief"),
    [
        ("某市人民政府办公室关于印发某市停车便民行动方案的通知", "某市停车便民行动方案"),
        ("某市人民政府关于印发《某市促进就业十条措施》的通知", "某市促进就业十条措施"),
        ("某市人民政府办公室印发关于支持园区建设工作措施的通知", "关于支持园区建设工作措施"),
        ("某市人民政府办公室转发市财政局关于加强预算管理意见的通知", "市财政局关于加强预算管理意见"),
        ("某市人民政府关于印发《甲办法》和《乙办法》的通知", "《甲办法》和《乙办法》"),
        ("某市人民政府办公室关于推动公共文化服务高质量发展的实施意见", None),
        ("某市人民政府办公室关于成立防汛指挥部的通知", None),
        ("便民方案", None),
        ("关于印发的通知", None),
        ("", None),
    ],
)
def test_what_a_list_calls_it(title: str, brief: str | None) -> None:
    assert brief_title(title) == (title if brief is None else brief)


@given(st.text(max_size=80))
def test_it_is_a_piece_of_the_title_and_never_empty(title: str) -> None:
    assert brief_title(title) in title
    assert bool(brief_title(title)) == bool(title)
