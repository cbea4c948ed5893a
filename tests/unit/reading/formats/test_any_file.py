"""Whatever bytes come: a text or one refusal in words, never another failure; and every quote stands where it says."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.reading.formats.same_plan import as_docx, as_html
from tests.unit.reading.formats.word_files import definition, docx, level, num
from tracker.reading import UnreadableFile, read_bytes
from tracker.reading.formats import extract
from tracker.reading.formats.contract import CELL_BREAK

FILE = as_docx("某市方案\n一、排查。（责任单位：市教育局）\n任务\t单位\n甲\t市教育局\n")
PAGE = as_html("某市方案\n一、排查。（责任单位：市教育局）\n任务\t单位\n甲\t市教育局\n")
WORDS = st.sampled_from(
    ["一、排查", "（责任单位：市教育局）", "任务", "", "\t", "\u2028", " 　", "2024年5月底前", "&amp;", "\n"]
)
TAGS_OF_WORD = (
    "p|r|t|tbl|tr|tc|tcPr|pPr|rPr|gridSpan|vMerge|numPr|numId|ilvl|sdt|sdtContent|ins|del|moveTo|br|tab|sym|fldChar"
    "|instrText|footnoteReference|txbxContent|hyperlink|tblGrid|gridCol|vanish|trPr|gridBefore"
)
TAGS_OF_PAGES = "div|p|table|tr|td|th|ul|ol|li|span|a|b|br|h1|nav|footer|dl|dt|dd|pre|article|script|del"
VALUES = st.sampled_from(["0", "1", "2", "-1", "x", "", "restart", "begin", "end", "separate", "F0FE", "99999999999"])


def word_element(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda tag, value, inner: (
            f'<w:{tag} w:val="{value}" w:id="{value}" w:fldCharType="{value}" w:char="{value}">'
            f"{''.join(inner)}</w:{tag}>"
        ),
        st.sampled_from(TAGS_OF_WORD.split("|")),
        VALUES,
        st.lists(children, max_size=4),
    )


def page_element(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda tag, value, inner: (
            f'<{tag} rowspan="{value}" colspan="{value}" start="{value}" class="c{value} zoom">{"".join(inner)}</{tag}>'
        ),
        st.sampled_from(TAGS_OF_PAGES.split("|")),
        VALUES,
        st.lists(children, max_size=4),
    )


def is_tidy(text: str) -> bool:
    """Whether rows have their tabs, lines no blanks at their ends, and no two empty lines stand together."""
    lines = text.split("\n")
    return "\n\n\n" not in text and all(
        "\t" in line or (line == line.strip() and CELL_BREAK not in line) for line in lines
    )


@settings(max_examples=150, deadline=None)
@given(st.lists(st.recursive(WORDS, word_element, max_leaves=25), max_size=6))
def test_any_word_markup_gives_a_tidy_text(parts: list[str]) -> None:
    numbering = definition(level(0, "decimal", "%1、"), level(1, "chineseCounting", "（%2）")) + num()
    assert is_tidy(extract(docx("".join(parts), numbering=numbering), "方案.docx").text)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.recursive(WORDS, page_element, max_leaves=25), max_size=6))
def test_any_page_markup_gives_a_tidy_text(parts: list[str]) -> None:
    assert is_tidy(extract(f"<html><body>{''.join(parts)}".encode(), "方案.html").text)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([FILE, PAGE]), st.data())
def test_changed_and_cut_files_are_read_or_refused(data: bytes, draw: st.DataObject) -> None:
    changed = bytearray(data)
    for _ in range(draw.draw(st.integers(0, 6))):
        changed[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    with suppress(UnreadableFile):
        source = read_bytes(bytes(changed[: draw.draw(st.integers(1, len(data)))]), "方案.docx")
        drafts = [draft for plan in source.plans for draft in plan.drafts]
        assert all(source.text[draft.start : draft.end] == draft.quote for draft in drafts)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([b"", b"PK\x03\x04", b"<html>", b"\xd0\xcf\x11\xe0", b"\xff\xfe"]))
def test_any_bytes_are_read_or_refused(data: bytes, head: bytes) -> None:
    with suppress(UnreadableFile):
        assert isinstance(extract(head + data, "方案").text, str)
