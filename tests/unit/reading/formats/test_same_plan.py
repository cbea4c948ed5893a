"""A plan reads the same as text, as a Word file with automatic numbers, and as a web page."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.needs import ROOT
from tests.unit.reading.formats.same_plan import (
    as_docx,
    as_html,
    begins_lines_with_blanks,
    has_whole_rows,
    is_laid_out,
    seen,
)
from tracker.cli_read import read_command
from tracker.domain.drafts import Form
from tracker.reading import read_bytes

PLAN = """某市人民政府办公室
关于印发某市城市公园管护提升行动方案的通知
某政办字〔2024〕17号

各县（市、区）人民政府，市政府有关部门：
《某市城市公园管护提升行动方案》已经市政府同意，现印发给你们，请认真组织实施。

某市人民政府办公室
2024年3月8日

某市城市公园管护提升行动方案
一、总体要求
坚持建管并重，补齐短板，让群众有更多休憩之处。
二、重点任务
（一）摸清底数
1.开展普查。对建成区公园逐一登记，建立台账。（牵头单位：市城管局，配合单位：市自然资源局、市财政局；完成时限：2024年5月底前）
2.评估设施
（1）检查健身器材，更换损坏部件。（责任单位：市体育局，完成时限：2024年6月30日前）
（2）检查照明线路。（责任单位：市城管局、各县（市、区）人民政府，完成时限：2024年三季度末）
（二）提升管护
1.补植绿化。2024年底前，补植乔木3000株；2025年底前，补植到位。（责任单位：市林业局）
2.规范经营。清理违规摊点，长期坚持。（责任单位：市市场监管局、市公安局）
三、任务分解

序号	重点任务	责任单位	配合单位	完成时限
1	建设口袋公园12处	市住建局	市财政局	2024年11月底
2	公开监督电话	市行政审批局	各县（市、区）人民政府	2024年4月底
3	开展志愿活动	团市委		2024年10月

四、保障措施
各责任单位要加强协同，定期调度。
"""
PLANS = sorted((ROOT / "tests" / "corpus" / "plans").glob("*.txt"))
WHOLE = {path: text for path in PLANS if has_whole_rows(text := path.read_text("utf-8-sig"))}
"""Texts whose rows are broken over lines are no tables any more; a Word file cannot hold such a thing."""
CORPUS = [
    pytest.param(path, make, id=f"{path.stem}-{make.__name__}")
    for path, text in WHOLE.items()
    for make in (as_docx, as_html)
    if not (begins_lines_with_blanks if make is as_docx else is_laid_out)(text)
]


def test_the_plan_holds_what_the_comparison_is_about() -> None:
    drafts = read_bytes(PLAN.encode(), "方案.txt").plans[-1].drafts
    assert [draft.form for draft in drafts] == [Form.BRACKET] * 5 + [Form.TABLE] * 3


@pytest.mark.parametrize("make", [as_docx, as_html])
def test_a_plan_reads_the_same_in_every_format(make: Callable[[str], bytes]) -> None:
    source = read_bytes(make(PLAN), "方案")
    assert seen(source) == seen(read_bytes(PLAN.encode(), "方案.txt"))
    drafts = [draft for plan in source.plans for draft in plan.drafts]
    assert all(source.text[draft.start : draft.end] == draft.quote for draft in drafts)


def test_the_numbers_are_not_in_the_words_of_the_word_file() -> None:
    with zipfile.ZipFile(BytesIO(as_docx(PLAN))) as archive:
        xml = archive.read("word/document.xml").decode()
    assert "总体要求" in xml and not any(number in xml for number in ("一、", "（二）", "2.规范", "（1）"))


@pytest.mark.parametrize(("path", "make"), CORPUS)
def test_every_plan_of_the_corpus_reads_the_same(path: Path, make: Callable[[str], bytes]) -> None:
    text = path.read_text("utf-8-sig")
    source = read_bytes(make(text), path.stem)
    assert seen(source) == seen(read_bytes(text.encode(), path.name))
    drafts = [draft for plan in source.plans for draft in plan.drafts]
    assert all(source.text[draft.start : draft.end] == draft.quote for draft in drafts)


@pytest.mark.parametrize(("make", "suffix", "format"), [(as_docx, "docx", "docx"), (as_html, "htm", "html")])
def test_the_command_names_the_format(tmp_path: Path, make: Callable[[str], bytes], suffix: str, format: str) -> None:
    file = tmp_path / f"方案.{suffix}"
    file.write_bytes(make(PLAN))
    answer = CliRunner().invoke(read_command, [str(file), "--json"])
    told = json.loads(answer.stdout)
    assert (answer.exit_code, told["source"]["format"], len(told["plans"][-1]["drafts"])) == (0, format, 8)
