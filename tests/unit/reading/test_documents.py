"""Where documents begin and what their heads and feet say."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.reading.documents import Document, split

BODY = "为做好工作，制定本方案。\n一、任务。抓好落实。\n"


def only(text: str) -> Document:
    documents = split(text)
    assert len(documents) == 1
    return documents[0]


def test_a_title_over_several_lines_with_blanks_in_it() -> None:
    head = "某市人民政府办公室\n关于印发校园安全整治\n实施方案的\n通　　知\n某政办〔2023〕9号\n各区人民政府：\n"
    text = f"{head}{BODY}某市人民政府办公室\n2023年1月4日\n"
    document = only(text)
    assert document.title == "某市人民政府办公室关于印发校园安全整治实施方案的通知"
    assert (document.number, document.issuer, document.issued_on) == (
        "某政办〔2023〕9号",
        "某市人民政府办公室",
        date(2023, 1, 4),
    )


@pytest.mark.parametrize(
    "number",
    [
        "某政发〔2023〕9号",
        "某政发[2023]9号",
        "某政办函（2023）12号",
        "某政规〔2023〕 3 号",
        "〔2023〕1号",
        "某发改〔2023〕第7号",
    ],
)
def test_numbers_of_every_bracket(number: str) -> None:
    document = only(f"某市人民政府关于加强管理的通知\n{number}\n各区人民政府：\n{BODY}")
    assert document.number == number.replace(" ", "")


@pytest.mark.parametrize(
    ("signature", "day"),
    [
        ("某市人民政府\n2023年1月4日", date(2023, 1, 4)),
        ("某市人民政府　　2023年1月4日", date(2023, 1, 4)),
        ("某市人民政府\n二〇二三年一月四日", date(2023, 1, 4)),
        ("某市人民政府\n（此件公开发布）", None),
        ("某市人民政府办公室 2023年1月5日印发", date(2023, 1, 5)),
        ("某市人民政府\n2023年2月30日", None),
    ],
)
def test_issue_dates_at_the_foot(signature: str, day: date | None) -> None:
    assert only(f"某市人民政府关于加强管理的通知\n各区人民政府：\n{BODY}{signature}\n").issued_on == day


@pytest.mark.parametrize(
    ("sentence", "day"),
    [
        ("本方案有效期至2025年12月31日止。", date(2025, 12, 31)),
        ("本办法自印发之日起施行，有效期5年。", date(2028, 1, 4)),
        ("本办法自2023年3月17日起施行，有效期2年。", date(2025, 3, 17)),
        ("本办法自2023年3月1日起施行，有效期三年。", date(2026, 3, 1)),
        ("药品应在有效期内使用。", None),
    ],
)
def test_validity(sentence: str, day: date | None) -> None:
    text = f"某市人民政府关于加强管理的通知\n各区人民政府：\n{BODY}{sentence}\n某市人民政府\n2023年1月4日\n"
    assert only(text).effective_until == day


@pytest.mark.parametrize(
    ("title", "until"),
    [
        ("某市三年行动方案（2023—2025年）", date(2025, 12, 31)),
        ("某市“十四五”应急规划", date(2025, 12, 31)),
        ("某市2024年工作要点", date(2024, 12, 31)),
        ("某市管理办法", None),
    ],
)
def test_the_period_a_title_names(title: str, until: date | None) -> None:
    assert only(f"{title}\n{BODY}").planned_until == until


def test_a_title_quoted_in_the_text_opens_no_document() -> None:
    quoted = "现将《某市人民政府关于节水的意见》印发给你们。"
    text = f"某市人民政府关于加强管理的通知\n各区人民政府：\n{quoted}\n{BODY}附件：某市人民政府关于节水的意见\n"
    assert only(text).title == "某市人民政府关于加强管理的通知"


def test_an_explanation_assigns_nothing() -> None:
    explained = f"《某市节水办法》\n政　策　解　读\n一、背景\n{BODY}"
    plan, explanation = split(
        f"某市人民政府关于印发某市节水办法的通知\n某政发〔2023〕2号\n各区人民政府：\n{BODY}{explained}"
    )
    assert (plan.assigns, explanation.assigns) == (True, False)
    assert explanation.title == "《某市节水办法》政策解读"
    assert plan.end <= explanation.start


def test_an_empty_text_holds_no_document() -> None:
    assert split("") == split("\n \n") == ()
