"""YAML as nodes that know their line: the ground on which files written by hand are checked field by field.

Only the safe loader's node composer is used: no object is ever built from the file, and every scalar is turned
into a value here, so that each refusal can name its line and field. Faults are collected, not raised, and
reading goes on with a harmless value.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeVar

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

_Choice = TypeVar("_Choice", bound=StrEnum)
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml is ten times as fast
_STR, _NULL, _BOOL = (f"tag:yaml.org,2002:{name}" for name in ("str", "null", "bool"))
_TYPE_WORDS = {"int": "数字", "float": "数字", "bool": "是/否值", "timestamp": "日期", "null": "空值", "str": "文字"}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a file: its line (from 1), its field as a path, and what to do about it."""

    line: int
    field: str
    message: str


class MalformedError(Exception):
    """The text is not YAML at all; carries the one fault that says where."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


@dataclass(slots=True)
class Faults:
    """Collects what is wrong, in the order it is met."""

    found: list[Fault] = field(default_factory=list)

    def add(self, spot: Spot, message: str) -> None:
        """Note that something is wrong at this place."""
        self.found.append(Fault(spot.line, spot.path, message))


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the file, for messages."""

    line: int
    path: str


@dataclass(frozen=True, slots=True)
class Item:
    """A node, the path that leads to it, and where its faults go."""

    node: Node
    path: str
    faults: Faults

    @property
    def spot(self) -> Spot:
        return Spot(self.node.start_mark.line + 1, self.path)

    @property
    def is_mapping(self) -> bool:
        return isinstance(self.node, MappingNode)

    def fault(self, message: str) -> None:
        self.faults.add(self.spot, message)

    def items(self) -> Iterator[Item]:
        """The entries of a list; a fault and none when the node is no list."""
        if not isinstance(self.node, SequenceNode):
            self.fault(f"应为列表，现为{_type_word(self.node)}；每项以“- ”开头，或写成 [甲, 乙]")
            return
        for index, node in enumerate(self.node.value):
            yield Item(node, f"{self.path}[{index}]", self.faults)

    def text(self) -> str:
        """The text, without blanks at its ends; a fault and an empty text when it is none."""
        if not isinstance(self.node, ScalarNode) or self.node.tag != _STR:
            hint = "，请给它加上引号" if isinstance(self.node, ScalarNode) and self.node.value else ""
            self.fault(f"应为文字，现为{_type_word(self.node)}{hint}")
            return ""
        text = str(self.node.value).strip()
        if not text:
            self.fault("不能为空，请填写或删去这一项")
        return text

    def day(self) -> date | None:
        """The day written as 2023-03-30; a fault and None for anything else, days that do not exist included."""
        value = self.node.value if isinstance(self.node, ScalarNode) else ""
        try:
            if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
                return date.fromisoformat(value)
        except ValueError:
            pass
        shown = f"“{value}”" if value else _type_word(self.node)
        self.fault(f"{shown}不是有效日期，请按“年-月-日”填写，如 2023-03-30")
        return None

    def flag(self) -> bool:
        """True or false; a fault and False for anything else."""
        if isinstance(self.node, ScalarNode) and self.node.tag == _BOOL:
            return str(self.node.value).lower() in ("true", "yes", "on")
        self.fault(f"应为 true 或 false，现为{_type_word(self.node)}")
        return False

    def choice(self, options: type[_Choice], default: _Choice) -> _Choice:
        """One of the enum's values; a fault that lists them, and the default, for anything else."""
        text = self.text()
        if text in {option.value for option in options}:
            return options(text)
        if text:
            self.fault(f"“{text}”不是可用的值，可填：{'、'.join(_explained(option) for option in options)}")
        return default


class Fields:
    """A mapping opened for reading: known keys only, each at most once."""

    def __init__(self, item: Item, known: tuple[str, ...]) -> None:
        self.item = item
        self._known = known
        self._found: dict[str, Item] = {}
        if isinstance(item.node, MappingNode):
            self._open(item.node)
        else:
            item.fault(f"应为一组“字段: 值”，现为{_type_word(item.node)}；字段有：{'、'.join(known)}")

    @property
    def is_open(self) -> bool:
        """Whether there was a mapping at all; when not, a missing field is no news."""
        return self.item.is_mapping

    def get(self, key: str) -> Item | None:
        """The field's node, or None when it is absent or null."""
        found = self._found.get(key)
        return None if found is None or found.node.tag == _NULL else found

    def need(self, key: str) -> Item | None:
        """As ``get``, with a fault when there is nothing."""
        found = self.get(key)
        if found is None and self.is_open:
            self.item.fault(f"缺少必填字段 {key}，请补上")
        return found

    def need_text(self, key: str) -> str:
        """The field's text; empty, with a fault, when it is missing."""
        found = self.need(key)
        return found.text() if found else ""

    def text(self, key: str) -> str | None:
        """The field's text, or None when it is absent."""
        found = self.get(key)
        return (found.text() or None) if found else None

    def texts(self, key: str) -> tuple[str, ...]:
        """The texts of a list field; none when it is absent."""
        found = self.get(key)
        return tuple(item.text() for item in found.items()) if found else ()

    def day(self, key: str) -> date | None:
        """The field's day, or None when it is absent."""
        found = self.get(key)
        return found.day() if found else None

    def flag(self, key: str) -> bool:
        """The field's truth, False when it is absent."""
        found = self.get(key)
        return found.flag() if found else False

    def choice(self, key: str, options: type[_Choice], default: _Choice) -> _Choice:
        """The field's choice, the default when it is absent."""
        found = self.get(key)
        return found.choice(options, default) if found else default

    def _open(self, node: MappingNode) -> None:
        for key_node, value in node.value:
            key = str(key_node.value)
            here = Item(key_node, f"{self.item.path}.{key}".lstrip("."), self.item.faults)
            if key not in self._known:
                here.fault(self._unknown(key))
            elif key in self._found:
                here.fault(f"字段 {key} 重复，第 {self._found[key].spot.line} 行已有，请删去一处")
            else:
                self._found[key] = Item(value, here.path, self.item.faults)

    def _unknown(self, key: str) -> str:
        alike = difflib.get_close_matches(key, self._known, n=1, cutoff=0.5)
        meant = f"，是否应为 {alike[0]}" if alike else ""
        return f"没有名为 {key} 的字段{meant}？可用字段：{'、'.join(self._known)}"


def compose(text: str, faults: Faults) -> Item | None:
    """The root of the one document in the text; None when it is empty. Refuses with MalformedError what is not YAML."""
    try:
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        raise MalformedError(_malformed(text, error)) from error
    return None if node is None else Item(node, "", faults)


# What the two YAML parsers say, by a part of it, and what a writer should look for; the first that fits counts.
_UNPAIRED = "引号或括号没有成对，从这里开始查起"
_PROBLEMS = (
    ("tab character", "缩进请用空格，不要用制表符"),
    ("'\\t'", "缩进请用空格，不要用制表符"),
    ("mapping values are not allowed", "冒号位置不对，文字中含“: ”时请整体加引号"),
    ("cannot start any token", "以 @、% 等符号开头的文字请加引号"),
    ("end of stream", _UNPAIRED),
    ("',' or", _UNPAIRED),
    ("expected ':'", "字段名后缺少冒号"),
    ("single document", "一个文件只能有一份内容，请删去多余的“---”"),
    ("undefined alias", "以“*”开头的文字请加引号"),
    ("alphabetic or numeric", "以“*”或“&”开头的文字请加引号"),
    ("block end", "缩进不齐，同一组字段应上下对齐"),
    ("expected key", "缩进不齐，同一组字段应上下对齐"),
    ("'-' indicator", "缩进不齐，列表各项的“-”应上下对齐"),
)
_UNSHOWN = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _malformed(text: str, error: yaml.YAMLError) -> Fault:
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        bad = _UNSHOWN.search(text)
        return Fault(text.count("\n", 0, bad.start()) + 1 if bad else 1, "", "含有不能显示的控制字符，请删去")
    said = f"{error.context} {error.problem}"
    hint = next((words for part, words in _PROBLEMS if part in said), "请检查缩进、冒号后的空格和引号")
    # What is left open is noticed far below; the place where it was opened helps more.
    mark = (error.context_mark if hint is _UNPAIRED else None) or error.problem_mark
    return Fault(mark.line + 1, "", f"YAML 格式有误，问题在第 {mark.column + 1} 列附近：{hint}")


def _type_word(node: Node) -> str:
    if isinstance(node, MappingNode):
        return "一组字段"
    if isinstance(node, SequenceNode):
        return "列表"
    return _TYPE_WORDS.get(node.tag.rpartition(":")[2], "其他类型")


def _explained(option: StrEnum) -> str:
    label = getattr(option, "label", None)
    return f"{option.value}（{label}）" if label else option.value
