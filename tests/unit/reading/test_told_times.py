"""Times told among units are told apart from the names."""

from __future__ import annotations

import pytest

from tracker.reading.told_times import take_time


@pytest.mark.parametrize(
    ("piece", "rest", "time"),
    [
        ("2023年底前", "", "2023年底前"),
        ("“十四五”期间", "", "“十四五”期间"),
        ("2024年3月—12月", "", "2024年3月—12月"),
        ("春节前", "", "春节前"),
        ("10月底前发放到位", "", "10月底前发放到位"),
        ("印发之日起10个工作日内启动修订", "", "印发之日起10个工作日内启动修订"),
        ("2025年完工", "", "2025年完工"),
        ("2024年5月启动", "", "2024年5月启动"),
        ("供热前15日完成", "", "供热前15日完成"),
        ("以省局通知时间为准", "", "以省局通知时间为准"),
        ("市住建局2023年底前完成", "市住建局", "2023年底前完成"),
        ("市教育局——2024年6月底前", "市教育局", "2024年6月底前"),
        ("市水利局", "市水利局", None),
        ("2022年民生实事办公室", "2022年民生实事办公室", None),
        ("101团", "101团", None),
    ],
)
def test_takes_the_time(piece: str, rest: str, time: str | None) -> None:
    assert take_time(piece) == (rest, time)
