"""Spreadsheets (.xlsx): every visible sheet as a table, with its titles and notes as lines of their own.

Values are those that were saved with the file; nothing is calculated. Hidden sheets, rows and columns are left out,
and a note says so.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import PurePath
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from tracker.domain.doubts import doubt
from tracker.domain.drafts import Doubt
from tracker.reading.formats.archive import damaged, open_archive, read_part
from tracker.reading.formats.contract import Extracted, Progress, UnreadableFile
from tracker.reading.formats.grid import MOST_CHARACTERS, cell_words, tidied
from tracker.reading.formats.sheet_marks import Marks, Merged, marks_of
from tracker.reading.formats.sheet_values import words_of

Rows = dict[int, dict[int, str]]
"""The words of a sheet by row and column, both from 1; rows and cells without words are not there."""

_MOST_EMPTY_ROWS = 10_000
"""After so many rows without a word a sheet is taken to have ended, however many more are formatted."""
_MOST_FILLED = 2_000_000
MOST_CELLS = 5_000_000
"""Cells looked at, empty ones counted: a cell in Excel's last column makes 16,384 of its row."""
_MACROS = "xl/vbaProject.bin"
_NAMELESS = re.compile(r"(?:sheet|工作表|表)\s*\d*", re.IGNORECASE)
FAULTS = (  # of openpyxl, when a file is not what it says
    KeyError,
    ValueError,
    TypeError,
    ArithmeticError,
    AttributeError,
    IndexError,
    OSError,
    EOFError,
    SyntaxError,  # of XML, by either parser
    zipfile.BadZipFile,
    InvalidFileException,
)


def extract_xlsx(data: bytes, name: str, progress: Progress) -> Extracted:
    """The text of a workbook: for each visible sheet its title, its table, its notes; ``progress`` counts sheets.

    Refuses (UnreadableFile) damaged, swollen and hostile archives, and workbooks without a word.
    """
    with open_archive(data, name) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl tells of pictures and extensions that it leaves out
        book = _opened(data, name)
        try:
            lines, notes = _read(book, archive, name, progress)
        except FAULTS as failure:
            if isinstance(failure, UnreadableFile):
                raise
            raise damaged(name) from failure
        finally:
            book.close()
        if _MACROS in archive.namelist():
            notes.append(doubt("macros-ignored"))
    return Extracted(tidied(lines), "xlsx", tuple(notes))


def _opened(data: bytes, name: str) -> Any:
    try:
        return load_workbook(BytesIO(data), read_only=True, data_only=True, keep_links=False)
    except FAULTS as failure:
        raise damaged(name) from failure


def _read(book: Any, archive: zipfile.ZipFile, name: str, progress: Progress) -> tuple[list[str], list[Doubt]]:
    lines: list[str] = []
    notes: list[Doubt] = []
    sheets = list(book.worksheets)
    hidden = [sheet.title for sheet in sheets if sheet.sheet_state != "visible"]
    visible = [sheet for sheet in sheets if sheet.sheet_state == "visible"]
    for done, sheet in enumerate(visible, 1):
        marks = marks_of(read_part(archive, sheet._worksheet_path, name))
        rows, stopped = _words(sheet)
        notes += _notes(sheet.title, marks, rows, stopped)
        _fill(rows, marks.merged)
        lines += _sheet_lines(_visible(rows, marks), _heading(sheet.title, name))
        progress(done, len(visible))
    if hidden:
        names = "、".join(f"《{title}》" for title in hidden)
        notes.append(Doubt("hidden-sheets", f"工作表{names}是隐藏的，没有读取，如有任务请取消隐藏后重新上传"))
    return lines, notes


def _words(sheet: Any) -> tuple[Rows, bool]:
    """The words of a sheet's cells, and whether reading stopped at a long run of empty rows."""
    rows: Rows = {}
    size = last = seen = 0
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(), 1):
        found = {
            cell.column: words
            for cell in row
            if cell.value is not None and cell.data_type != "e"
            if (words := cell_words(words_of(cell.value, cell.number_format)))
        }
        if found:
            rows[number], last = found, number
            size += sum(map(len, found.values()))
        elif number - last > _MOST_EMPTY_ROWS:
            return rows, True
        seen += len(row)
        if size > MOST_CHARACTERS or seen > MOST_CELLS:
            raise UnreadableFile("表格过大，没有读取。请拆分成几个文件，或只保留需要督办的行和列后重新上传。")
    return rows, False


def _fill(rows: Rows, merged: Sequence[Merged]) -> None:
    """Repeats the words of cells merged downwards in every row that has words of its own."""
    numbers = sorted(rows)
    filled = 0
    for area in merged:
        words = rows.get(area.top, {}).get(area.left, "")
        if not words or area.bottom == area.top:
            continue
        below = numbers[bisect_right(numbers, area.top) : bisect_right(numbers, area.bottom)]
        filled += len(below) * (1 + len(words) // 100)
        if filled > _MOST_FILLED:
            raise UnreadableFile("表格里合并的单元格过多，没有读取。请取消合并，或只保留需要督办的部分后重新上传。")
        for number in below:
            rows[number][area.left] = words


def _visible(rows: Rows, marks: Marks) -> Rows:
    kept = {
        number: {column: words for column, words in row.items() if column not in marks.columns}
        for number, row in rows.items()
        if number not in marks.rows
    }
    return {number: row for number, row in sorted(kept.items()) if row}


def _sheet_lines(rows: Rows, heading: str) -> Iterator[str]:
    """The sheet's lines: what stands alone above the table and below it is no row of it."""
    numbers = list(rows)
    wide = [at for at, number in enumerate(numbers) if len(rows[number]) > 1]
    if not wide:
        yield from (words for row in rows.values() for words in row.values())
        return
    first, last = wide[0], wide[-1]
    above, table, below = numbers[:first], numbers[first : last + 1], numbers[last + 1 :]
    titled = [words for number in above for words in rows[number].values()]
    yield from titled or [heading]
    columns = sorted({column for number in table for column in rows[number]})
    yield ""
    for number in table:
        yield "\t".join(rows[number].get(column, "") for column in columns)
    yield ""
    yield from (words for number in below for words in rows[number].values())


def _heading(title: str, name: str) -> str:
    """What a sheet without a title is called: by its own name, or by the file's where it has none."""
    return PurePath(name).stem if _NAMELESS.fullmatch(title.strip()) else title.strip()


def _notes(title: str, marks: Marks, rows: Rows, stopped: bool) -> Iterator[Doubt]:
    hidden_rows = sum(number in marks.rows for number in rows)
    hidden_columns = len({column for row in rows.values() for column in row if column in marks.columns})
    parts = [f"{count} {what}" for count, what in ((hidden_rows, "行"), (hidden_columns, "列")) if count]
    if parts:
        words = "、".join(parts)
        yield Doubt(
            "hidden-cells",
            f"工作表《{title}》有 {words}被隐藏或筛掉，没有读取；如有任务请取消隐藏和筛选后重新上传",
        )
    if marks.uncalculated:
        yield Doubt(
            "not-calculated", f"工作表《{title}》有公式没有保存结果，读出来是空的；请用 Excel 打开并保存一次，再上传"
        )
    if stopped:
        yield Doubt(
            "long-empty", f"工作表《{title}》在第 {max(rows, default=0)} 行之后有大片空行，没有再往下读，请核对是否读全"
        )
