"""Web pages: the article without the site around it, tables after the contract, and nothing lost when unsure."""

from __future__ import annotations

import time

import pytest

from tracker.domain.text import CELL_BREAK
from tracker.reading import UnreadableFile, read_bytes
from tracker.reading.formats import Extracted, extract, web_tree

PROSE = "各校要逐栋排查校舍，建立台账，明确责任，限期整改，确保师生安全。" * 3


def read(body: str, head: str = "", encoding: str = "utf-8") -> Extracted:
    page = f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"
    return extract(page.encode(encoding), "方案.html", lambda done, total: None)


def lines(body: str, head: str = "") -> list[str]:
    return read(body, head).text.removesuffix("\n").split("\n")


def rows(body: str) -> list[list[str]]:
    return [line.split("\t") for line in lines(body) if "\t" in line]


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "gb2312"),
        ("utf-8", "gb2312"),
        ("utf-8", ""),
        ("gb18030", "gb2312"),
        ("gb18030", "utf-8"),
        ("gbk", ""),
        ("utf-16", "utf-8"),
        ("big5", "big5"),
    ],
)
def test_every_encoding_is_read_whatever_the_page_declares(encoding: str, declared: str) -> None:
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={declared}">' if declared else ""
    assert read("<p>市教育局三月底前完成</p>", meta, encoding).text == "市教育局三月底前完成\n"


def test_a_broken_letter_is_told_and_costs_nothing_else() -> None:
    page = f"<html><meta charset=gb2312><p>{PROSE * 20}</p><p>末段</p>".encode("gb18030")
    cut = page.replace("末".encode("gb18030"), b"\xff")
    got = extract(cut, "方案.html", lambda done, total: None)
    assert "段" in got.text.splitlines()[-1] and got.text.startswith(PROSE[:20])
    assert [note.code for note in got.notes] == ["lost-characters"]


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(UnreadableFile, match="编码"):
        extract(b"<html>" + b"\xff\xfe\xfd\x81" * 300, "方案.html", lambda done, total: None)


def test_blocks_breaks_and_inline_elements() -> None:
    body = "<div>一、<span>排<b>查</b></span><font>校舍</font><br>责任单位：市教育局<p>二、整治</p>末</div>"
    assert lines(body) == ["一、排查校舍", "责任单位：市教育局", "二、整治", "末"]


def test_blanks_of_the_source_and_of_type_setting() -> None:
    body = "<p>&nbsp;&emsp;　　各校要\n        排查<span>\n</span>校舍，\n用 GB 50016\n标准&nbsp;执行&#8203;。</p>"
    assert lines(body + "<pre>甲\n 乙</pre>") == ["各校要排查校舍，用 GB 50016 标准 执行。", "甲", "乙"]


def test_what_nobody_sees_is_left_out() -> None:
    body = (
        "<script>var a='甲';</script><style>p{}</style><noscript>乙</noscript><!-- 丙 --><p hidden>丁</p>"
        '<p style="color:red; display : none">戊</p><select><option>己</option></select><p>正文<del>删</del></p>'
    )
    assert lines(body, "<title>庚</title>") == ["正文"]


def test_a_page_that_shows_its_words_by_script_is_read() -> None:
    assert lines('<div style="display:none"><p>一、排查校舍。</p></div>') == ["一、排查校舍。"]


def test_ordered_lists_show_their_numbers() -> None:
    body = "<ol start=3><li>甲<li><p>乙</p></li><li value=9>丙</ol><ol type=a><li>丁</ol><ul><li>戊</ul>"
    assert lines(body) == ["3.甲", "4.乙", "9.丙", "a.丁", "戊"]
    assert lines("<ol><li>1.甲</li><li>（二）乙</li></ol>") == ["1.甲", "（二）乙"]
    assert lines('<ol style="list-style-type:cjk-ideographic"><li>甲</ol><ol style="list-style:none"><li>乙</ol>') == [
        "一、甲",
        "乙",
    ]


FURNITURE = """
<div class="header"><h1 class="logo"><a href="/">某市人民政府</a></h1><ul class="nav"><li><a href=1>首页</a></li>
<li><a href=2>政务公开</a></li><li><a href=3>办事服务</a></li></ul></div>
<div class="dqwz">您现在的位置：<a href=1>首页</a> &gt; <a href=2>政务公开</a> &gt; 通知</div>
"""
AFTER = """
<div class="share">分享到： <a>微信</a> <a>微博</a></div><div class="tools"><a>【打印】</a><a>【关闭】</a></div>
<div><p>上一篇：<a href=4>某市教育局关于做好招生工作的通知</a></p><p>下一篇：<a href=5>没有了</a></p></div>
<div class="related"><h3>相关链接</h3><ul><li><a href=6>关于印发某市消防方案的通知</a></li></ul></div>
<div class="footer"><p>主办单位：某市人民政府办公室</p><p>版权所有 网站标识码：1310000001 冀ICP备05000000号</p></div>
"""


@pytest.mark.parametrize(
    "wrap",
    [
        '<div class="main"><h1>{title}</h1><div class="TRS_Editor">{body}</div></div>',
        '<div class="main"><h2 class="title">{title}</h2><div id="zoom">{body}</div></div>',
        '<div class="xl"><div class="arti_title">{title}</div><div class="pages_content"><div>{body}</div></div></div>',
        "<article><header><h1>{title}</h1></header>{body}</article>",
        "<div><div>{title}</div><div>{body}</div></div>",
        "<table><tr><td><table><tr><td>{title}</td></tr><tr><td>{body}</td></tr></table></td></tr></table>",
    ],
)
def test_only_the_article_stays_of_a_page(wrap: str) -> None:
    title = "某市校园安全整治方案"
    body = f"<p>一、排查校舍。{PROSE}（责任单位：市教育局）</p><p>【打印本页】 【关闭窗口】</p><p>责任编辑：张三</p>"
    got = lines(FURNITURE + wrap.format(title=title, body=body) + AFTER, f"<title>{title}_某市人民政府</title>")
    assert got == [title, f"一、排查校舍。{PROSE}（责任单位：市教育局）"]


def test_prose_rows_and_headings_outside_the_article_are_kept() -> None:
    table = "<table><tr><th>任务<th>责任单位<tr><td>排查<td>市教育局</table>"
    body = f'<div id="zoom"><p>{PROSE * 5}</p></div><div><p>二、重点任务</p><p>{PROSE}</p>{table}<p>无关短句</p></div>'
    assert lines(body) == [PROSE * 5, "二、重点任务", PROSE, "", "任务\t责任单位", "排查\t市教育局"]


def test_the_smallest_named_element_counts_only_if_it_holds_nearly_all() -> None:
    short = "".join(f"<p>第{n}项短句</p>" for n in range(40))
    body = f'<div class="content"><div class="text">{PROSE * 4}</div><div>{short}</div></div>'
    assert lines(body) == [PROSE * 4, *(f"第{n}项短句" for n in range(40))]


def test_a_trail_inside_the_article_goes_and_links_in_sentences_stay() -> None:
    trail = "<p><a>首页</a> &gt; <a>政务公开</a> &gt; 正文</p>"
    body = f'<div id="zoom">{trail}<p>按照<a>《某市方案》</a>执行。</p><p>{PROSE}</p></div>'
    assert lines(body) == ["按照《某市方案》执行。", PROSE]


def test_furniture_that_holds_most_of_the_words_is_no_furniture() -> None:
    assert lines(f'<div class="print"><p>一、排查</p><p>{PROSE}</p></div>') == ["一、排查", PROSE]
    body = f'<div class="menu"><div id="zoom">一、排查。</div></div><div>{PROSE * 9}</div>'
    assert lines(body) == ["一、排查。", PROSE * 9]


def test_a_page_without_any_known_name_loses_nothing() -> None:
    body = "<div><p>某市方案</p><p>短句</p></div><div><p>另一段</p></div>"
    assert lines(body) == ["某市方案", "短句", "另一段"]


def test_a_title_that_the_article_says_again_stands_once() -> None:
    body = f'<h1>某市校园安全整治方案</h1><div class="article">某市校园<br>安全整治方案<p>{PROSE}</p></div>'
    assert lines(body) == ["某市校园", "安全整治方案", PROSE]


META = [
    "索引号：000014349/2023-00012",
    "发布机构：某市人民政府办公室",
    "发文字号：某政办字〔2023〕9号",
    "成文日期：2023年01月20日",
]


@pytest.mark.parametrize(
    "block",
    [
        "<table><tr><td>索 引 号：</td><td>000014349/2023-00012</td><td>发布机构：</td><td>某市人民政府办公室</td></tr>"
        "<tr><td>发文字号：</td><td>某政办字〔2023〕9号</td><td>成文日期：</td><td>2023年01月20日</td></tr></table>",
        "<table><tr><th>索引号</th><td>000014349/2023-00012</td></tr><tr><th>发布机构</th><td>某市人民政府办公室</td></tr>"
        "<tr><th>发文字号</th><td>某政办字〔2023〕9号</td></tr><tr><th>成文日期</th><td>2023年01月20日</td></tr></table>",
        "<table><tr><td>索引号：000014349/2023-00012</td><td>发布机构：某市人民政府办公室</td></tr>"
        "<tr><td>发文字号：某政办字〔2023〕9号</td><td>成文日期：2023年01月20日</td></tr></table>",
        "<ul><li><b>索引号：</b>000014349/2023-00012</li><li><b>发布机构：</b><span>某市人民政府办公室</span></li>"
        "<li><b>发文字号：</b>某政办字〔2023〕9号</li><li><b>成文日期：</b>2023年01月20日</li></ul>",
        "<dl><dt>索引号</dt><dd>000014349/2023-00012</dd><dt>发布机构</dt><dd>某市人民政府办公室</dd>"
        "<dt>发文字号</dt><dd>某政办字〔2023〕9号</dd><dt>成文日期：</dt><dd>2023年01月20日</dd></dl>",
        "<p><span>索引号：000014349/2023-00012</span><span>发布机构：某市人民政府办公室</span>"
        "<span>发文字号：某政办字〔2023〕9号</span><span>成文日期：2023年01月20日</span><span>浏览次数：9次</span></p>",
        "<p>【索引号：000014349/2023-00012】 【发布机构：某市人民政府办公室】 【发文字号：某政办字〔2023〕9号】 "
        "【成文日期：2023年01月20日】 【字体：大 中 小】</p>",
    ],
)
def test_what_the_site_says_about_a_document_is_kept_line_by_line(block: str) -> None:
    got = lines(f'<div class="xxgk">{block}</div><div id="zoom"><p>{PROSE}</p></div>')
    assert [line for line in got if line] == [*META, PROSE]


def test_documents_are_known_by_what_the_site_says() -> None:
    block = "".join(f"<li>{line}</li>" for line in META)
    body = f"<div id=zoom><p>一、排查校舍。{PROSE}（责任单位：市教育局）</p></div>"
    source = read_bytes(f"<html><body><h1>某市校园整治方案</h1><ul>{block}</ul>{body}".encode(), "方案.htm")
    plan = source.plans[0]
    assert (source.format, plan.number, str(plan.issued_on)) == ("html", "某政办字〔2023〕9号", "2023-01-20")
    assert plan.issuer == "某市人民政府办公室"


def test_the_title_and_day_that_only_the_head_tells() -> None:
    head = '<meta name="ArticleTitle" content="某市校园整治方案"><meta name="PubDate" content="2023-01-20 10:00">'
    assert lines(f"<p>{PROSE}</p>", head) == ["发布日期：2023-01-20", "某市校园整治方案", PROSE]
    body = f"<h1>某市校园整治方案</h1><p>发布日期：2023-01-21</p><div id=zoom><p>{PROSE}</p></div>"
    assert lines(body, head) == ["某市校园整治方案", "发布日期：2023-01-21", PROSE]


@pytest.mark.parametrize(
    "told",
    ["2023-01-20 10:15 <span>来源： 市政府办</span>", "时间：2023-01-20", "<b>发布时间：</b>2023-01-20 10:15:00"],
)
def test_the_day_above_the_article_is_kept(told: str) -> None:
    tools = '<div class="pages_print">【字体：<span>大</span> <span>中</span> <span>小</span>】 打印</div>'
    head = f'<h1>某市校园整治方案</h1><div class="pages-date">{told}{tools}</div>'
    body = f'<div class="article">{head}<div class="pages_content" id="UCAP-CONTENT"><p>{PROSE * 4}</p></div></div>'
    after = (
        '<div class="editor"><a>【我要纠错】</a>责任编辑：张三</div><div id="qr_container">扫一扫在手机打开当前页</div>'
    )
    got = lines(body + after, "<title>某市校园整治方案_某市人民政府网</title>")
    assert [got[0], got[1][:15], *got[2:]] == ["某市校园整治方案", f"{got[1][:5]}2023-01-20", PROSE * 4]
    assert got[1].startswith(("发布日期：", "发布时间："))


def test_an_element_of_the_sites_own_may_hold_the_article() -> None:
    body = f"<div><p>栏目短句</p><ucapcontent><p>{PROSE}</p><p>短句</p></ucapcontent></div>"
    assert lines(body) == [PROSE, "短句"]


def test_what_the_site_does_not_know_is_left_out() -> None:
    told = (
        "<li><p>索引号:</p><p>610728/2024-005</p></li><li>主题分类:</li><li>来源:</li><li>发文机构:<p>县政府办</p></li>"
    )
    assert lines(f"<ul>{told}</ul><div id=zoom>{PROSE}</div>") == [
        "索引号：610728/2024-005",
        "发文机构：县政府办",
        PROSE,
    ]


def test_a_list_of_documents_is_a_table_and_no_head() -> None:
    body = "<table><tr><td>名称<td>文号<td>备注<tr><td>某方案<td>某政发〔2023〕1号<td>有效</table>"
    assert rows(body) == [["名称", "文号", "备注"], ["某方案", "某政发〔2023〕1号", "有效"]]
    data = [["标题", "内容"], ["名称", "甲"], ["任务", "乙"], ["排查", "丙"], ["整治", "丁"]]
    body = "<table>" + "".join(f"<tr><td>{left}<td>{right}" for left, right in data) + "</table>"
    assert rows(body) == data


def test_spans_both_ways() -> None:
    body = (
        "<table border=1><tr><td rowspan=2>类别<td colspan=2>责任单位<td rowspan=2>时限<tr><td>牵头<td>配合"
        "<tr><td rowspan=0>甲<td>乙<td>丙<td>5月<tr><td colspan=2>丁<td>6月</table>"
    )
    assert rows(body) == [
        ["类别", "责任单位", "", "时限"],
        ["类别", "牵头", "配合", "时限"],
        ["甲", "乙", "丙", "5月"],
        ["甲", "丁", "", "6月"],
    ]


def test_lines_in_cells_and_tables_in_cells() -> None:
    inner = "<table><tr><td>子<td>丑</table>"
    body = f"<table><tr><td>任务<td>单位<tr><td>甲{inner}<td>市教育局<br>市财政局<p>市公安局</p></table>"
    assert rows(body)[1] == [f"甲{CELL_BREAK}子 丑", f"市教育局{CELL_BREAK}市财政局{CELL_BREAK}市公安局"]


def test_a_table_that_lays_out_the_page_is_none() -> None:
    side = "<td>栏目</td>"
    inner = "<table><tr><td>任务<td>单位<tr><td>甲<td>乙</table>"
    body = f"<table><tr>{side}<td><p>一、排查。</p><p>{PROSE * 6}</p>{inner}</table>"
    assert lines(body) == ["栏目", "一、排查。", PROSE * 6, "", "任务\t单位", "甲\t乙"]


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 4_000 + "甲",
        "<table><tr><td>" * 3_000 + "甲",
        "<b>" * 4_000 + "甲",
        "<ul><li>" * 4_000 + "甲",
        "<p><br><img src=a><li>" * 20_000 + "甲",
        "<td>甲<tr>乙</table></p></div>",
        "<table><tr><td colspan=999999999>甲<td rowspan=99999999>乙<tr><td colspan=x rowspan=-3>丙</table>",
        "<ol start=99999999999999999999><li value=x>甲</ol>",
    ],
)
def test_odd_markup_does_no_harm(body: str) -> None:
    began = time.process_time()
    assert "甲" in read(body).text
    assert time.process_time() - began < 5


@pytest.mark.parametrize("body", ["<div>" * 1_000_000, "<x y=z>" * 6_000, "<i>甲" * 600_000])
def test_a_page_nested_without_end_is_refused_at_once(body: str) -> None:
    began = time.process_time()
    with pytest.raises(UnreadableFile, match="过于庞大"):
        read(body)
    assert time.process_time() - began < 3


def test_a_page_of_too_many_elements_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_tree, "MOST_ELEMENTS", 20)
    with pytest.raises(UnreadableFile, match="过于庞大"):
        read("<p>甲</p>" * 21)
    assert read("<p>甲</p>" * 20).text


def test_a_line_of_tools_is_found_without_trying_every_split() -> None:
    began = time.process_time()
    words = "打印、、【】 " * 15 + "完"
    assert lines(f"<p>{words}</p>") == [words]
    assert time.process_time() - began < 1


def test_a_long_cell_spanning_thousands_of_rows_is_refused() -> None:
    long = "甲" * 20_000
    body = f"<table><tr>{f'<td rowspan=9000>{long}' * 3}<td>1{'<tr><td>2' * 3000}</table>"
    with pytest.raises(UnreadableFile, match="表格过大"):
        read(body)


def test_progress_is_told() -> None:
    told = list[tuple[int, int]]()
    extract(b"<html><p>a", "a.html", lambda done, total: told.append((done, total)))
    assert told == [(1, 1)]
