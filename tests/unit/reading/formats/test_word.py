"""Word files: what the page shows, in its order; what it does not show is left out."""

from __future__ import annotations

import pytest

from tests.unit.reading.formats.word_files import (
    STRICT,
    WORD,
    definition,
    docx,
    item,
    level,
    num,
    p,
    part,
    r,
    tc,
    zipped,
)
from tracker.reading import UnreadableFile, read_bytes
from tracker.reading.formats import Extracted, extract
from tracker.reading.formats.word import extract_docx


def read(body: str, **parts: str) -> Extracted:
    return extract(docx(body, None, **parts), "方案.docx")


def lines(body: str, **parts: str) -> list[str]:
    return read(body, **parts).text.splitlines()


def box(*paragraphs: str) -> str:
    """A text box, once for new programs and once for old ones, as Word writes it."""
    content = f"<w:txbxContent>{''.join(paragraphs)}</w:txbxContent>"
    return (
        "<w:r><mc:AlternateContent>"
        f'<mc:Choice Requires="wps"><w:drawing><wps:txbx>{content}</wps:txbx></w:drawing></mc:Choice>'
        f"<mc:Fallback><w:pict><v:textbox>{content}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )


def field(instruction: str, result: str | None) -> str:
    shown = "" if result is None else f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{r(result)}'
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve">{instruction}</w:instrText></w:r>{shown}'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def test_paragraphs_and_runs_in_order() -> None:
    assert lines(p("甲", runs=r("乙") + r(" 丙")) + p() + p() + p("丁")) == ["甲乙 丙", "", "丁"]


def test_breaks_tabs_and_hyphens() -> None:
    runs = (
        "<w:r><w:br/></w:r>"
        + r("乙")
        + "<w:r><w:tab/></w:r>"
        + r("丙")
        + "<w:r><w:noBreakHyphen/><w:softHyphen/></w:r>"
    )
    assert lines(p("甲", runs=runs + r("丁\u00a0戊\u200b"))) == ["甲", "乙 丙-丁 戊"]


def test_line_ends_inside_the_xml_are_blanks_or_nothing() -> None:
    assert lines("<w:p><w:r><w:t>\n  甲\n乙 </w:t></w:r><w:r><w:t>丙</w:t></w:r></w:p>") == ["甲 乙丙"]


def test_symbols_chosen_from_a_font() -> None:
    sym = '<w:r><w:sym w:font="{}" w:char="{}"/></w:r>'
    runs = sym.format("仿宋", "3014") + r("2023") + sym.format("仿宋", "3015") + sym.format("Wingdings", "F0FE")
    assert lines(p("某政发", runs=runs + sym.format("Wingdings", "F0DF") + sym.format("x", "zz"))) == [
        "某政发〔2023〕☑"
    ]


def test_tracked_changes_are_accepted_and_told() -> None:
    change = 'w:id="1" w:author="x"'
    runs = (
        f"<w:ins {change}>{r('新')}</w:ins><w:del {change}><w:r><w:delText>旧</w:delText></w:r></w:del>"
        f"<w:moveFrom {change}>{r('移出')}</w:moveFrom><w:moveTo {change}>{r('移入')}</w:moveTo>"
    )
    got = read(p("甲", runs=runs))
    assert got.text == "甲新移入\n"
    assert [note.code for note in got.notes] == ["tracked-changes"]
    assert not read(p("甲")).notes


def test_a_deleted_paragraph_end_joins_two_paragraphs_under_the_second_number() -> None:
    numbered = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
    numbering = definition(level(0, "decimal", "%1、")) + num()
    body = p("排查", numbered + "<w:rPr><w:del w:id='1'/></w:rPr>") + p("校舍", numbered) + p("丙", numbered)
    assert lines(body, numbering=numbering) == ["1、排查校舍", "2、丙"]
    assert lines(p("末段", "<w:rPr><w:del w:id='1'/></w:rPr>")) == ["末段"]


def test_a_style_separator_joins_a_heading_with_its_words() -> None:
    numbering = definition(level(0, "decimal", "%1、")) + num()
    heading = item("排查。").replace("</w:pPr>", "<w:rPr><w:vanish/><w:specVanish/></w:rPr></w:pPr>")
    assert lines(heading + p("逐校排查。"), numbering=numbering) == ["1、排查。逐校排查。"]


def test_comments_and_hidden_words_are_left_out() -> None:
    styles = (
        '<w:style w:type="character" w:styleId="H"><w:rPr><w:vanish/></w:rPr></w:style>'
        '<w:style w:type="character" w:styleId="C"><w:basedOn w:val="H"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="P"><w:rPr><w:vanish w:val="1"/></w:rPr></w:style>'
    )
    runs = (
        r("藏", "<w:vanish/>")
        + r("藏", '<w:rStyle w:val="C"/>')
        + r("乙", '<w:vanish w:val="false"/>')
        + '<w:commentRangeStart w:id="0"/><w:r><w:commentReference w:id="0"/></w:r>'
    )
    body = p("甲", runs=runs) + p("藏", '<w:pStyle w:val="P"/>', r("丙", '<w:vanish w:val="0"/>'))
    assert lines(body, styles=styles) == ["甲乙", "丙"]


def test_fields_give_their_result_alone() -> None:
    nested = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>IF </w:instrText></w:r>'
        + field("PAGE", "9")
        + '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        + r("乙")
        + '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    runs = field(" DATE ", "2023年5月") + nested + f'<w:fldSimple w:instr="REF x">{r("丙")}</w:fldSimple>'
    assert lines(p("甲", runs=runs + f'<w:hyperlink w:anchor="a">{r("丁")}</w:hyperlink>')) == ["甲2023年5月乙丙丁"]


def test_a_figure_set_in_a_circle() -> None:
    assert lines(p(runs=field("eq \\o\\ac(○,3)", None) + r("排查校舍"))) == ["③排查校舍"]


def test_a_field_that_never_ends_hides_nothing_after_its_paragraph() -> None:
    assert lines(p("甲", runs='<w:r><w:fldChar w:fldCharType="begin"/></w:r>') + p("乙")) == ["甲", "乙"]


def test_a_table_of_contents_is_left_out() -> None:
    styles = '<w:style w:type="paragraph" w:styleId="10"><w:name w:val="toc 1"/></w:style>'
    gallery = '<w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
    control = f"<w:sdt>{gallery}<w:sdtContent>{p('目录')}{p('一、排查 1')}</w:sdtContent></w:sdt>"
    first = p(
        runs='<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>TOC \\o</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>' + r("一、排查 1")
    )
    second = p(runs=f'<w:hyperlink w:anchor="_Toc1">{r("二、整治")}{field("PAGEREF _Toc1", "2")}</w:hyperlink>')
    body = control + first + second + p("三、验收 3", '<w:pStyle w:val="10"/>') + p("正文")
    assert [line for line in lines(body, styles=styles) if line] == ["正文"]


def test_content_controls_stand_in_order_and_invitations_are_left_out() -> None:
    asked = f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{r('单击此处输入文字')}</w:sdtContent></w:sdt>"
    inline = f"<w:sdt><w:sdtPr/><w:sdtContent>{r('乙')}</w:sdtContent></w:sdt>"
    block = f"<w:sdt><w:sdtContent>{p('丙')}<w:customXml>{p('丁')}</w:customXml></w:sdtContent></w:sdt>"
    assert lines(p("甲", runs=inline + asked) + block + p("戊")) == ["甲乙", "丙", "丁", "戊"]


def test_a_text_box_stands_once_after_its_paragraph() -> None:
    assert lines(p("甲", runs=box(p("框一"), p("框二", runs=box(p("框中框")))) + r("乙")) + p("丙")) == [
        "甲乙", "框一", "框二", "框中框", "丙",
    ]  # fmt: skip
    assert lines(p(runs=box(p("框")))) == ["框"]


def test_an_old_picture_with_a_text_box_counts_where_the_new_says_nothing() -> None:
    old = f"<w:pict><v:textbox><w:txbxContent>{p('框')}</w:txbxContent></v:textbox></w:pict>"
    both = f'<mc:AlternateContent><mc:Choice Requires="x"/><mc:Fallback>{old}</mc:Fallback></mc:AlternateContent>'
    assert lines(p("甲", runs=f"<w:r>{both}</w:r>")) == ["甲", "框"]


def test_footnotes_follow_their_paragraph_and_endnotes_too() -> None:
    notes = "".join(
        f'<w:footnote w:id="{n}" {kind}>{p(words)}</w:footnote>'
        for n, kind, words in ((-1, 'w:type="separator"', ""), (1, "", "排名第一的为牵头单位。"), (2, "", "注：下同。"))
    )
    reference = '<w:r><w:{} w:id="{}"/></w:r>'
    body = (
        p("（责任单位：市教育局", runs=reference.format("footnoteReference", 1) + r("、市财政局）"))
        + p("乙", runs=reference.format("endnoteReference", 1) + reference.format("footnoteReference", 2))
        + p("丙", runs=reference.format("footnoteReference", 77))
    )
    got = lines(body, footnotes=notes, endnotes=f'<w:endnote w:id="1">{p("尾一")}{p("尾二")}</w:endnote>')
    assert got == [
        "（责任单位：市教育局、市财政局）",
        "注：排名第一的为牵头单位。",
        "乙",
        "注：尾一",
        "尾二",
        "注：下同。",
        "丙",
    ]


def test_formulas_and_readings_of_characters() -> None:
    runs = "<m:oMath><m:r><m:t>x≥5</m:t></m:r></m:oMath>"
    ruby = f"<w:r><w:ruby><w:rt>{r('lang')}</w:rt><w:rubyBase>{r('廊')}</w:rubyBase></w:ruby></w:r>"
    assert lines(p("当", runs=runs + ruby)) == ["当x≥5廊"]


@pytest.mark.parametrize("kind", ["header", "footer"])
def test_headers_and_footers_are_no_text_but_are_read_for_marks_of_secrecy(kind: str) -> None:
    body = p("某市校园整治方案") + p("一、排查校舍。（责任单位：市教育局）")
    assert "第1页" not in read(body, **{kind: p("第1页")}).text
    with pytest.raises(UnreadableFile, match="机密"):
        read_bytes(docx(body, None, **{kind: p("机密★1年")}), "方案.docx")


def test_a_watermark_or_a_text_box_may_carry_the_mark() -> None:
    watermark = p(runs='<w:r><w:pict><v:shape><v:textpath string="秘密"/></v:shape></w:pict></w:r>')
    for data in (docx(p("某市方案"), header=watermark), docx(p("某市方案", runs=box(p("秘密★"))))):
        with pytest.raises(UnreadableFile, match="秘密"):
            read_bytes(data, "方案.docx")


def test_the_strict_edition_and_utf16_are_read() -> None:
    hidden = r("藏", '<w:vanish w:val="true"/>')
    words = part("document", f"<w:body>{p('甲', runs=hidden)}</w:body>")
    strict = words.replace(WORD, STRICT)
    wide = words.replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")
    assert [extract(docx("", {"word/document.xml": xml}), "方案.docx").text for xml in (strict, wide)] == [
        "甲\n",
        "甲\n",
    ]


def test_the_body_is_where_the_relationships_say() -> None:
    spaced = "http://schemas.openxmlformats.org"
    relations = (
        f'<Relationships xmlns="{spaced}/package/2006/relationships"><Relationship Id="a" Target="/odd/main.xml" '
        f'Type="{spaced}/officeDocument/2006/relationships/officeDocument"/></Relationships>'
    )
    more = {"_rels/.rels": relations, "odd/main.xml": part("document", f"<w:body>{p('甲')}</w:body>")}
    assert extract(docx(p("乙"), more), "方案.docx").text == "甲\n"


def test_macros_are_told_and_another_document_inside_too() -> None:
    got = extract(docx(p("甲") + "<w:altChunk/>" + p("乙"), {"word/vbaProject.bin": b"x"}), "方案.docm")
    assert got.text == "甲\n乙\n"
    assert [note.code for note in got.notes] == ["embedded-document", "macros-ignored"]


def test_notes_become_doubts_of_the_plan() -> None:
    data = docx(p("某市校园整治方案") + p("一、排查校舍。（责任单位：市教育局）"), {"word/vbaProject.bin": b"x"})
    source = read_bytes(data, "方案.docm")
    assert source.format == "docx"
    assert source.plans[0].doubts[0].code == "macros-ignored"
    assert source.plans[0].drafts[0].units[0].name == "市教育局"


@pytest.mark.parametrize(
    "member",
    [
        {"word/document.xml": "<w:document"},
        {"word/document.xml": part("document", "<w:body>" + "<w:tbl>" * 300 + "</w:tbl>" * 300 + "</w:body>")},
        {"_rels/.rels": "<Relationships"},
        {"word/document.xml": b"\xff\xfe\x00\xd8"},
    ],
)
def test_broken_xml_is_a_damaged_file(member: dict[str, str | bytes]) -> None:
    with pytest.raises(UnreadableFile, match="已损坏或不完整"):
        extract(docx(p("甲"), member), "方案.docx")


def test_a_word_file_without_a_body_is_damaged() -> None:
    with pytest.raises(UnreadableFile, match="已损坏"):
        extract_docx(zipped({"word/styles.xml": "<a/>"}), "方案.docx", lambda done, total: None)


def test_progress_is_told_up_to_the_end() -> None:
    told = list[tuple[int, int]]()
    extract(docx("".join(p(str(n)) for n in range(250))), "方案.docx", lambda done, total: told.append((done, total)))
    assert told == [(100, 250), (200, 250), (250, 250)]


def test_attributes_that_are_no_numbers_do_no_harm() -> None:
    odd = '<w:numPr><w:ilvl w:val="x"/><w:numId w:val="1"/></w:numPr>'
    wide = tc("乙", '<w:gridSpan w:val="many"/>')
    table = f"<w:tbl><w:tblGrid><w:gridCol/></w:tblGrid><w:tr>{wide}{tc('丙')}</w:tr></w:tbl>"
    assert lines(p("甲", odd) + table, numbering=definition(level(0, "decimal", "%1、")) + num()) == [
        "1、甲",
        "",
        "乙\t丙",
    ]
