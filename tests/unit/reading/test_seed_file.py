"""The seed file: its faults, each with file, line and field."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.drafts import Basis, DeadlineKind
from tracker.domain.roles import Role
from tracker.domain.seed import SeedMilestone, SeedUnitRole
from tracker.domain.units import UnitKind
from tracker.reading import marked_yaml
from tracker.reading.seed_error import SeedError
from tracker.reading.seed_file import read_seed

SMALL = """\
plans:
  - key: p1
    title: 云岭市人民政府关于建设口袋公园的通知
    number: 云政字〔2023〕1号
    issuer: 云岭市人民政府
    issued_on: 2023-01-04
    effective_until: 2025-12-31
units:
  - {name: 市政府, kind: government, full_name: 云岭市人民政府}
  - {name: 市住建局, kind: department, full_name: 云岭市住房和城乡建设局, parent: 市政府, aliases: [市建设局]}
  - {name: 市财政局, kind: department, parent: 市政府}
  - {name: 青溪区, kind: county, parent: 市政府}
  - {name: 白石县, kind: county, parent: 市政府}
  - {name: 有关部门, kind: collective, parent: 市政府}
groups:
  - name: 各县（区）
    members: [青溪区, 白石县]
    aliases: [各县（区）政府]
tasks:
  - key: p1-001
    plan: p1
    title: 建设口袋公园
    path: [二、任务, （一）建设口袋公园]
    form: bracket
    units:
      - {name: 市建设局, role: lead}
      - 市财政局
      - {name: 各县（区）政府, inherited: true}
    deadline: {text: 2023年底前, kind: fixed, due_on: 2023-12-31, basis: clause}
    milestones:
      - {text: 建成口袋公园20座, due_on: 2023-10-31, figure: 20座}
      - {text: 报送进展, recurrence: monthly}
"""


def small_with(old: str, new: str) -> str:
    assert SMALL.count(old) == 1, old
    return SMALL.replace(old, new)


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def refusal(text: str) -> SeedError:
    with pytest.raises(SeedError) as caught:
        read_seed(text, "seed.yaml")
    return caught.value


# ---- what is read


def test_a_small_seed_comes_back_as_values() -> None:
    seed = read_seed(SMALL, "seed.yaml")
    (plan,), (task,) = seed.plans, seed.tasks
    assert (plan.key, plan.issued_on, plan.effective_until) == ("p1", date(2023, 1, 4), date(2025, 12, 31))
    assert [unit.kind for unit in seed.units[:2]] == [UnitKind.GOVERNMENT, UnitKind.DEPARTMENT]
    assert [unit.name for unit in seed.units if unit.kind is UnitKind.COLLECTIVE] == ["有关部门"]
    assert task.path == ("二、任务", "（一）建设口袋公园")
    assert task.units == (
        SeedUnitRole("市建设局", Role.LEAD, stands_for=("市住建局",)),
        SeedUnitRole("市财政局", stands_for=("市财政局",)),
        SeedUnitRole("各县（区）政府", inherited=True, stands_for=("青溪区", "白石县"), group="各县（区）"),
    )
    assert (task.deadline.text, task.deadline.kind, task.deadline.due_on, task.deadline.basis) == (
        "2023年底前",
        DeadlineKind.FIXED,
        date(2023, 12, 31),
        Basis.CLAUSE,
    )
    assert task.milestones == (
        SeedMilestone("建成口袋公园20座", date(2023, 10, 31), figure="20座"),
        SeedMilestone("报送进展", recurrence="monthly"),
    )


def test_parents_may_come_later_and_are_handed_out_first() -> None:
    units = SMALL.splitlines(keepends=True)
    root = next(index for index, line in enumerate(units) if "kind: government" in line)
    units.insert(root + 5, units.pop(root))
    seed = read_seed("".join(units), "seed.yaml")
    assert seed.units[0].name == "市住建局"
    assert seed.units_from_root()[0].name == "市政府"
    assert sorted(unit.name for unit in seed.units_from_root()) == sorted(unit.name for unit in seed.units)


def test_a_file_saved_by_a_windows_editor_reads_the_same() -> None:
    assert read_seed("\ufeff" + SMALL.replace("\n", "\r\n"), "seed.yaml") == read_seed(SMALL, "seed.yaml")
    assert refusal("\ufeff" + small_with("role: lead", "role: x").replace("\n", "\r\n")).faults[0].line == 26


def test_a_task_without_deadline_has_none() -> None:
    start = SMALL.index("    deadline:")
    task = read_seed(SMALL[:start], "seed.yaml").tasks[0]
    assert task.deadline.kind is DeadlineKind.NONE
    assert task.milestones == ()


# ---- what is refused: each row changes one thing, and says line (by its text), field and words

FAULTS = {
    "unknown unit": (
        ("      - 市财政局\n", "      - 市财证局\n"),
        "- 市财证局",
        "tasks[0].units[1]",
        "单位“市财证局”不在 units 中，请先在 units 中登记，或改为已登记的名称（相近的有：市财政局",
    ),
    "unknown unit with a role": (
        ("{name: 市建设局, role: lead}", "{name: 市XX局, role: lead}"),
        "市XX局",
        "tasks[0].units[0].name",
        "单位“市XX局”不在 units 中，请先在 units 中登记，或改为已登记的名称",
    ),
    "unknown member": (
        ("[青溪区, 白石县]", "[青溪区, 黑石县]"),
        "黑石县",
        "groups[0].members[1]",
        "单位“黑石县”不在 units 中",
    ),
    "no members": (("[青溪区, 白石县]", "[]"), "members:", "groups[0].members", "至少要有一个成员"),
    "unknown plan": (("    plan: p1\n", "    plan: p2\n"), "plan: p2", "tasks[0].plan", "文件键“p2”不在 plans 中"),
    "a day that is none": (
        ("2023-01-04", "2023-02-30"),
        "2023-02-30",
        "plans[0].issued_on",
        "“2023-02-30”不是有效日期",
    ),
    "a day in words": (("2023-01-04", "2023年1月4日"), "2023年1月4日", "plans[0].issued_on", "请按“年-月-日”填写"),
    "a day with an hour": (
        ("2023-10-31", "2023-10-31 08:00:00"),
        "08:00",
        "tasks[0].milestones[0].due_on",
        "不是有效日期",
    ),
    "a day as a list": (("2023-10-31", "[2023]"), "[2023]", "tasks[0].milestones[0].due_on", "列表不是有效日期"),
    "validity before issue": (
        ("2025-12-31", "2022-12-31"),
        "2022-12-31",
        "plans[0].effective_until",
        "有效期截止日早于印发日期 2023-01-04",
    ),
    "missing title": (("    title: 建设口袋公园\n", ""), "- key: p1-001", "tasks[0]", "缺少必填字段 title，请补上"),
    "missing kind": ((", kind: collective", ""), "{name: 有关部门", "units[5]", "缺少必填字段 kind"),
    "missing units": (
        (
            SMALL[SMALL.index("    units:\n") : SMALL.index("    deadline:")],
            "",
        ),
        "- key: p1-001",
        "tasks[0]",
        "缺少必填字段 units",
    ),
    "null for a text": (("title: 建设口袋公园", "title:"), "- key: p1-001", "tasks[0]", "缺少必填字段 title"),
    "blank text": (("title: 建设口袋公园", 'title: " "'), 'title: " "', "tasks[0].title", "不能为空"),
    "same plan key": (
        ("units:\n  - {name: 市政府", "  - {key: p1, title: 又一份通知}\nunits:\n  - {name: 市政府"),
        "又一份通知",
        "plans[1].key",
        "键“p1”与第 2 行重复",
    ),
    "same field twice": (
        ("    title: 建设口袋公园\n", "    title: 建设口袋公园\n    title: 建设游园\n"),
        "title: 建设游园",
        "tasks[0].title",
        "字段 title 重复，第 22 行已有",
    ),
    "same unit twice": (
        ("      - 市财政局\n", "      - 市财政局\n      - 市 财政局\n"),
        "市 财政局",
        "tasks[0].units[2]",
        "重复",
    ),
    "same alias twice": (
        ("name: 市财政局, kind: department", "name: 市财政局, aliases: [云岭市 住房和城乡建设局], kind: department"),
        "name: 市财政局, aliases",
        "units[2]",
        "名称“云岭市 住房和城乡建设局”与第 10 行的“市住建局”重复",
    ),
    "group named like a unit": (
        ("name: 各县（区）\n", "name: 有关部门\n"),
        "- name: 有关部门\n",
        "groups[0]",
        "与第 14 行的“有关部门”重复",
    ),
    "unknown field": (
        ("    title: 建设口袋公园\n", "    titel: 建设口袋公园\n    title: 建设口袋公园\n"),
        "titel",
        "tasks[0].titel",
        "没有名为 titel 的字段，是否应为 title？",
    ),
    "unknown section": (("groups:\n", "group: []\ngroups:\n"), "group: []", "group", "是否应为 groups？"),
    "number for text": (
        ("title: 建设口袋公园", "title: 2023"),
        "title: 2023",
        "tasks[0].title",
        "应为文字，现为数字，请给它加上引号",
    ),
    "date for text": (
        ("text: 2023年底前", "text: 2023-12-31"),
        "text: 2023-12-31",
        "tasks[0].deadline.text",
        "应为文字，现为日期",
    ),
    "text for list": (
        ("path: [二、任务, （一）建设口袋公园]", "path: 二、任务"),
        "path: 二",
        "tasks[0].path",
        "应为列表，现为文字",
    ),
    "list for fields": (
        ("  - {name: 有关部门, kind: collective, parent: 市政府}", "  - [有关部门]"),
        "[有关部门]",
        "units[5]",
        "应为一组“字段: 值”，现为列表",
    ),
    "text for truth": (
        ("inherited: true", "inherited: 是"),
        "inherited: 是",
        "tasks[0].units[2].inherited",
        "应为 true 或 false",
    ),
    "unknown role": (
        ("role: lead", "role: 牵头"),
        "role: 牵头",
        "tasks[0].units[0].role",
        "“牵头”不是可用的值，可填：lead（牵头）",
    ),
    "unknown kind": (
        ("kind: county, parent: 市政府}\n  - {name: 白", "kind: town1, parent: 市政府}\n  - {name: 白"),
        "town1",
        "units[3].kind",
        "“town1”不是可用的值",
    ),
    "unknown form": (("form: bracket", "form: brackets"), "form: brackets", "tasks[0].form", "bracket（括号条款）"),
    "unknown recurrence": (
        ("recurrence: monthly", "recurrence: 每月"),
        "recurrence: 每月",
        "tasks[0].milestones[1].recurrence",
        "“每月”不是可用的周期",
    ),
    "fixed without a day": (("due_on: 2023-12-31, ", ""), "deadline:", "tasks[0].deadline", "缺少必填字段 due_on"),
    "a day without a basis": ((", basis: clause", ""), "deadline:", "tasks[0].deadline", "缺少必填字段 basis"),
    "ongoing with a day": (("kind: fixed", "kind: ongoing"), "deadline:", "tasks[0].deadline", "不能填 due_on"),
    "two roots": (
        ("kind: department, parent: 市政府}", "kind: department}"),
        "name: 市财政局",
        "units[2]",
        "缺少 parent",
    ),
    "unknown parent": (
        ("kind: collective, parent: 市政府", "kind: collective, parent: 省政府"),
        "name: 有关部门",
        "units[5]",
        "上级单位“省政府”不在 units 中",
    ),
    "a circle": (
        ("kind: collective, parent: 市政府", "kind: collective, parent: 有关部门"),
        "name: 有关部门",
        "units[5]",
        "成环",
    ),
}


@pytest.mark.parametrize(("change", "where", "field", "words"), FAULTS.values(), ids=FAULTS)
def test_a_fault_names_file_line_and_field(change: tuple[str, str], where: str, field: str, words: str) -> None:
    text = small_with(*change)
    error = refusal(text)
    assert [(fault.line, fault.field) for fault in error.faults] == [(line_of(text, where), field)], str(error)
    assert words in error.faults[0].message
    assert str(error).startswith(f"seed.yaml 第 {line_of(text, where)} 行 {field}：")
    assert str(error).endswith("。")


MALFORMED = {
    "a colon inside a text": ("title: 建设口袋公园", "title: 目标: 建设", 22, "冒号"),
    "an open quote": ("title: 建设口袋公园", 'title: "建设口袋公园', 22, "引号"),
    "an open bracket": ("[青溪区, 白石县]", "[青溪区, 白石县", 17, "括号"),
    "a tab": ("    title: 建设口袋公园", "\ttitle: 建设口袋公园", 22, "制表符"),
    "a crooked indent": ("    title: 建设口袋公园", "   title: 建设口袋公园", 22, "缩进"),
    "a control character": ("建设口袋公园\n    path", "建设\x07公园\n    path", 22, "控制字符"),
    "an unknown anchor": ("title: 建设口袋公园", "title: *公园", 22, "引号"),
}


@pytest.mark.parametrize("case", MALFORMED.values(), ids=MALFORMED)
@pytest.mark.parametrize("loader", [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)])
def test_text_that_is_not_yaml_is_refused_with_its_line(
    case: tuple[str, str, int, str], loader: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new, line, words = case
    monkeypatch.setattr(marked_yaml, "_Loader", loader)
    error = refusal(small_with(old, new))
    (fault,) = error.faults
    assert words in fault.message
    assert re.fullmatch(r"[^a-z]*", fault.message.replace("YAML", "")), "no English reaches the clerk"
    assert fault.line == line
    assert str(error).startswith(f"seed.yaml 第 {fault.line} 行：")


def test_two_documents_and_objects_are_refused() -> None:
    assert "只能有一份内容" in str(refusal(SMALL + "---\n" + SMALL))
    assert "应为文字" in str(refusal(small_with("title: 建设口袋公园", "title: !!python/name:os.system x")))


@pytest.mark.parametrize("text", ["", "\n\n", "# 只有注释\n", "null-"])
def test_a_file_without_content_is_refused(text: str) -> None:
    assert len(refusal(text).faults) >= 1


def test_missing_sections_are_named() -> None:
    assert [fault.message for fault in refusal("groups: []\n").faults] == [
        f"缺少必填字段 {section}，请补上" for section in ("units", "plans", "tasks")
    ]


def test_all_faults_come_together_in_the_order_of_the_file() -> None:
    text = (
        small_with("2023-01-04", "4月")
        .replace("role: lead", "role: x")
        .replace("      - 市财政局\n", "      - 市某局\n")
    )
    faults = refusal(text).faults
    assert [fault.field for fault in faults] == ["plans[0].issued_on", "tasks[0].units[0].role", "tasks[0].units[1]"]
    assert all(one.line < other.line for one, other in pairwise(faults))


def test_no_more_than_twenty_faults_are_listed_and_the_rest_counted() -> None:
    extra = "".join(f"  - {{name: 市{number}局, kind: 局, parent: 市政府}}\n" for number in range(30))
    error = refusal(small_with("groups:\n", extra + "groups:\n"))
    assert len(error.faults) == 20
    assert str(error).splitlines()[-1] == "另有 10 处错误未列出，请改正以上各处后重试。"


@given(st.text(max_size=60))
def test_any_text_is_either_read_or_refused(text: str) -> None:
    with pytest.raises(SeedError):
        read_seed(text, "seed.yaml")


@given(
    st.integers(0, len(SMALL) - 1),
    st.integers(1, 8),
    st.sampled_from(["", ":", "- ", "[", "甲", "\n", "'", "{", "&a ", "*a"]),
)
def test_a_damaged_seed_is_either_read_or_refused(at: int, length: int, put: str) -> None:
    text = SMALL[:at] + put + SMALL[at + length :]
    try:
        read_seed(text, "seed.yaml")
    except SeedError as error:
        last = text.count("\n") + 1
        assert all(1 <= fault.line <= last + 1 for fault in error.faults)
