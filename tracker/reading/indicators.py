"""Target tables (指标, 基期值, 目标值, 属性) and plan tables by district (县区 × quantity): rows to indicators."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tracker.domain.indicators import Binding, IndicatorReading, is_measure, measure_in, plain_number
from tracker.domain.text import compact, tidy
from tracker.reading.cells import as_units, is_blank, is_ditto
from tracker.reading.columns import Kind, Shape, kind_of
from tracker.reading.grid import Row, padded
from tracker.reading.naming import read_units
from tracker.reading.outline import without_number

_LONGEST_HEADER = 30
_NAME = re.compile(r"(?!.*(?:属性|性质|类型|类别|指标值|单位|权重|分值|来源|解释|说明|目标值|完成|责任)).*指标.*")
_WEAK_NAME = re.compile("项目|名称|内容|目标|目标名称|主要目标|发展目标|工作目标|任务|事项")
_BINDING = re.compile("(?:指标)?(?:属性|性质|类型)|约束性.*预期性|预期性.*约束性")
_MEASURE = re.compile("(?:计量|计算|数量|指标|数据)?单位|量纲")
_GROWTH = re.compile("年均|累计|增速|增幅|增长|五年")
_BASE = re.compile("基期|基数|基准|基础值|现状|现值|实际|实绩|初值|当前|完成|上年|预计")
_TARGET = re.compile("目标|计划|规划|预期|任务|期末|末期|指标值|预期值")
_YEAR = re.compile(r"20\d\d")
_FIVE_YEAR = re.compile("十([三四五六七])五")
_CATEGORY = re.compile("类别|分类|类型|领域|维度|方面|一级|板块|项目|名称|方向|范畴|类$")
_PLACE_ROW = re.compile("合计|总计|全[市县区省州]|小计|共计")
_PLANNED = re.compile("计划|任务|目标|指标|分配|分解|下达")
_BRACKET_AT_END = re.compile(r"[（(【\[](?P<words>[^（()）\[\]【】]*(?:[（(][^（()）]*[)）])?)[)）】\]]$")
_NOTE = re.compile(r"注|说明|备注|资料来源|数据来源")


@dataclass(frozen=True, slots=True)
class Value:
    """A column of values: what they are called (a quantity's name) and for which year."""

    at: int
    year: int | None
    name: str = ""
    measure: str | None = None


@dataclass(frozen=True, slots=True)
class IndicatorColumns:
    """Where things stand in the rows of a target table; ``name`` is the district's column in a table by district."""

    shape: Shape
    name: int
    targets: tuple[Value, ...]
    base: Value | None = None
    measure: int | None = None
    growth: int | None = None
    binding: int | None = None
    units: tuple[int, ...] = ()
    by_place: bool = False

    @property
    def count(self) -> int:
        return self.shape.count


def read_indicator_header(words: Sequence[str], caption: str = "") -> IndicatorColumns | None:
    """The columns if the words head a target table or a plan by district, else None.

    ``caption`` are the lines above the table. A table of tasks with deadlines is none, whatever 指标 it speaks of.
    """
    cells = [compact(word) for word in words]
    if len(cells) < 2 or any(len(cell) > _LONGEST_HEADER for cell in cells):
        return None
    if any("指标" in cell or "属性" in cell or "约束性" in cell for cell in cells):
        return _target_table(cells)
    return _by_district(cells, caption)


def _target_table(cells: Sequence[str]) -> IndicatorColumns | None:
    kinds = [kind_of(cell)[0] for cell in cells]
    binding = next((at for at, cell in enumerate(cells) if _BINDING.fullmatch(_plain(cell))), None)
    name = _name_column(cells, kinds, strong_only=binding is None)
    if name is None or (Kind.DEADLINE in kinds and _has_tasks(cells, kinds, name)):
        return None
    measure = next((at for at, cell in enumerate(cells) if _MEASURE.fullmatch(_plain(cell)) and at != name), None)
    units = tuple(at for at, kind in enumerate(kinds) if kind is Kind.UNITS)
    taken = {name, binding, measure, *units}
    growth, base, targets = _values(cells, kinds, taken)
    if not targets and (binding is None or growth is None):
        return None
    ordinal = kinds.index(Kind.ORDINAL) if Kind.ORDINAL in kinds else None
    merged = frozenset(at for at in range(name) if at != ordinal)
    return IndicatorColumns(Shape(len(cells), ordinal, merged), name, targets, base, measure, growth, binding, units)


def _plain(cell: str) -> str:
    return _BRACKET_AT_END.sub("", cell) or cell


def _name_column(cells: Sequence[str], kinds: Sequence[Kind], *, strong_only: bool) -> int | None:
    named = [at for at, cell in enumerate(cells) if _NAME.fullmatch(_plain(cell)) and not _year(cell)]
    if named:
        return named[-1]
    weak = [at for at, cell in enumerate(cells) if kinds[at] is not Kind.ORDINAL and _WEAK_NAME.fullmatch(_plain(cell))]
    return None if strong_only or not weak else weak[-1]


def _has_tasks(cells: Sequence[str], kinds: Sequence[Kind], name: int) -> bool:
    """Whether the header has a column of tasks or measures of its own."""
    told = re.compile("任务|措施|举措|事项|工作")
    return any(
        kinds[at] is Kind.OTHER and told.search(cell) and not _year(cell)
        for at, cell in enumerate(cells)
        if at != name or "指标" not in cell
    )


def _values(
    cells: Sequence[str], kinds: Sequence[Kind], taken: set[int | None]
) -> tuple[int | None, Value | None, tuple[Value, ...]]:
    """The columns of growth, of the base and of targets; of bare years the first is the base, the others targets."""
    growth, base = None, None
    targets, bare = list[Value](), list[Value]()
    for at, cell in enumerate(cells):
        if at in taken or kinds[at] in (Kind.ORDINAL, Kind.PERSONS, Kind.CONTACT):
            continue
        value = Value(at, _year(cell))
        if _BASE.search(cell) and not _TARGET.search(cell.replace("指标", "")):
            base = base or value
        elif _TARGET.search(cell) and not _CATEGORY.fullmatch(cell):
            targets.append(value)
        elif _GROWTH.search(cell):
            growth = at
        elif value.year is not None:
            bare.append(value)
    if bare and base is None and (targets or len(bare) > 1):
        base, *bare = bare
    return growth, base, tuple(sorted((*targets, *bare), key=lambda value: value.at))


def _year(cell: str) -> int | None:
    found = _YEAR.search(cell)
    if found:
        return int(found.group())
    five = _FIVE_YEAR.search(cell)
    return 2020 + 5 * ("三四五六七".index(five.group(1)) - 1) if five else None


def _by_district(cells: Sequence[str], caption: str) -> IndicatorColumns | None:
    """The columns of a plan by district: places first, then nothing but quantities, and a caption that plans them."""
    kinds = [kind_of(cell)[0] for cell in cells]
    first = 1 if kinds[0] is Kind.ORDINAL else 0
    if first + 1 >= len(cells) or kinds[first] is not Kind.PLACE or not _PLANNED.search(caption + "".join(cells)):
        return None
    if any(kind is not Kind.OTHER for kind in kinds[first + 1 :]):
        return None
    notes = re.compile("备注|说明|内容|名称|地点|措施|工作|要求")
    values = tuple(
        Value(at, _year(cell) or _year(caption), *_name_and_measure(cell))
        for at, cell in enumerate(cells)
        if at > first and cell and not notes.search(cell)
    )
    ordinal = 0 if first else None
    return IndicatorColumns(Shape(len(cells), ordinal, frozenset()), first, values, by_place=True) if values else None


def indicators_of(columns: IndicatorColumns, rows: Sequence[Row], caption: str = "") -> Iterator[IndicatorReading]:
    """The indicators that the rows tell, in order; rows without any value name the group of those below."""
    read = _by_place if columns.by_place else _targets
    yield from read(columns, rows, caption)


def _targets(columns: IndicatorColumns, rows: Sequence[Row], caption: str) -> Iterator[IndicatorReading]:
    group = ""
    measure = _caption_measure(caption)
    above = [""] * columns.count
    for row in rows:
        words = columns.shape.aligned(row.words) or padded(row, columns.count)
        told = [word for word in words if word.strip()]
        if len(told) == 1:
            group = "" if _NOTE.match(told[0]) else tidy(without_number(told[0]))
            continue
        words = [_carried(word, above[at], at, columns) for at, word in enumerate(words)]
        above = words
        yield from _of_row(columns, row, words, group, measure)


def _carried(word: str, above: str, at: int, columns: IndicatorColumns) -> str:
    """The cell's words, or those above it where it is merged downwards or says 同上."""
    merged = at in columns.shape.merged and not word.strip()
    return above if merged or is_ditto(word) else word


def _of_row(
    columns: IndicatorColumns, row: Row, words: Sequence[str], group: str, measure: str | None
) -> Iterator[IndicatorReading]:
    name, own = _name_and_measure(without_number(tidy(words[columns.name])) or tidy(words[columns.name]))
    if not name or is_blank(name):
        return
    growth, base = _value(words, columns.growth), _value(words, columns.base.at if columns.base else None)
    targets = [(value.year, _value(words, value.at)) for value in columns.targets] or [(None, None)]
    if growth is None and base is None and not any(written for _, written in targets):
        return
    told = [(year, written) for year, written in targets if written] or targets[-1:]
    for year, written in told:
        yield IndicatorReading(
            name=name,
            start=row.cells[0].start,
            end=row.cells[-1].end,
            category=_category(columns, words) or group,
            measure=_value(words, columns.measure) or own or measure_in(written) or measure_in(base) or measure,
            base=base,
            base_year=columns.base.year if columns.base else None,
            target=written,
            target_year=year,
            growth=growth,
            binding=_binding(words, columns.binding),
            units=tuple(dict.fromkeys(unit for at in columns.units for unit in _units(words[at]))),
        )


def _value(words: Sequence[str], at: int | None) -> str | None:
    written = "" if at is None else tidy(words[at])
    return None if is_blank(written) else written


def _units(words: str) -> list[str]:
    return [unit.name for unit in read_units(as_units(words)).units]


def _binding(words: Sequence[str], at: int | None) -> Binding | None:
    word = compact(words[at]) if at is not None else ""
    return Binding.BINDING if "约束" in word else Binding.EXPECTED if "预期" in word else None


def _category(columns: IndicatorColumns, words: Sequence[str]) -> str:
    told = (tidy(words[at]) for at in sorted(columns.shape.merged))
    return " ".join(dict.fromkeys(without_number(word) for word in told if word and not is_blank(word)))


def _name_and_measure(written: str) -> tuple[str, str | None]:
    """A name without the unit of measure in the bracket at its end (床位数（张）), and that unit."""
    found = _BRACKET_AT_END.search(written)
    if not found or not found.start() or not is_measure(found["words"]):
        return written, None
    return written[: found.start()], compact(found["words"])


def _caption_measure(caption: str) -> str | None:
    found = re.search(r"单位[：:]\s*(?P<measure>[^\s，,、；;（）()]{1,8})", caption)
    return found["measure"] if found and is_measure(found["measure"]) else None


def _by_place(columns: IndicatorColumns, rows: Sequence[Row], caption: str) -> Iterator[IndicatorReading]:
    """One indicator for each quantity of each district; the row of totals is the whole plan's and names no unit."""
    measure = _caption_measure(caption)
    for row in rows:
        words = columns.shape.aligned(row.words) or padded(row, columns.count)
        place = tidy(words[columns.name]) or tidy(words[0])
        total = bool(_PLACE_ROW.match(compact("".join(words[: columns.name + 1]))))
        if not place or not any(plain_number(_value(words, value.at)) is not None for value in columns.targets):
            continue
        for value in columns.targets:
            written = _value(words, value.at)
            if written:
                yield IndicatorReading(
                    name=value.name,
                    start=row.cells[0].start,
                    end=row.cells[-1].end,
                    measure=value.measure or measure_in(written) or measure,
                    target=written,
                    target_year=value.year,
                    units=() if total else (place,),
                )
