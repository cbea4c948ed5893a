"""PDF files: the same drafts as from the plan's text, whatever the layout; tables over pages; page furniture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.pdfs import LEFT, LINES, PITCH, SIZE, TOP, WIDTH, Look, Setter, plan_pdf
from tests.unit.reading.formats.same_plan import has_whole_rows, is_laid_out, seen
from tracker.domain.text import CELL_BREAK
from tracker.reading import UnreadableFile, read_bytes
from tracker.reading.formats.pdf import extract_pdf

PLANS = sorted((Path(__file__).parents[3] / "corpus" / "plans").glob("*.txt"))
CORPUS = [
    path
    for path in PLANS
    # Raw copies are what is left of a page already set: their cells' broken lines cannot be set a second time.
    if "-raw-" not in path.stem and has_whole_rows(text := path.read_text("utf-8-sig")) and not is_laid_out(text)
]
"""Texts whose rows are broken over lines or laid out with blanks are no tables; none can be ruled from them."""
OFFICIAL = Look(head="某市人民政府公报　2024年第3期")
FLUSH = Look(indent=0, numbers="第{}页")


def text_of(data: bytes) -> str:
    return extract_pdf(data, "plan.pdf", lambda done, total: None).text


def rows_of(text: str) -> list[list[str]]:
    return [line.split("\t") for line in text.split("\n") if "\t" in line]


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_an_official_layout_gives_the_same_drafts_as_the_text(path: Path) -> None:
    text = read_bytes(path.read_bytes(), path.name)
    source = read_bytes(plan_pdf(text.text, OFFICIAL), "plan.pdf")
    assert seen(source) == seen(text)
    assert all(source.text[one.start : one.end] == one.quote for plan in source.plans for one in plan.drafts)


@pytest.mark.parametrize("stem", ["02-city-roles", "03-county-rectify", "13-several-dates", "22-township-mixed"])
def test_paragraphs_without_indentation_give_the_same_drafts(stem: str) -> None:
    path = next(path for path in PLANS if path.stem == stem)
    text = read_bytes(path.read_bytes(), path.name)
    assert seen(read_bytes(plan_pdf(text.text, FLUSH), "plan.pdf")) == seen(text)


def test_every_paragraph_is_one_line_again_over_lines_and_pages() -> None:
    clause = "（责任单位：市住房和城乡建设局、市自然资源和规划局，完成时间：2024年12月底前）"
    paragraphs = [f"（{n}）推动重点领域{'改革' * (n % 17)}工作。{clause}" for n in range(1, 90)]
    assert text_of(plan_pdf("\n".join(paragraphs), OFFICIAL)).splitlines() == paragraphs


def test_a_sentence_that_ends_with_its_line_ends_no_paragraph() -> None:
    first = "单位要提高思想认识，切实压实责任，抓好各项落实工作。"
    assert len(first) == 26  # with two squares of indentation a whole line
    text = f"{first}由市教育局牵头办理。\n其他事项另行通知。\n再有一段用来说明缩进。"
    assert text_of(plan_pdf(text)).splitlines() == text.splitlines()


@pytest.mark.parametrize("numbers", ["— {} —", "- {} -", "第{}页", "{}", "{}/9", "第 {} 页 共 9 页"])
def test_page_numbers_are_no_text(numbers: str) -> None:
    lines = [f"{n}.开展第{n}项工作。" for n in range(1, 60)]
    assert text_of(plan_pdf("\n".join(lines), Look(numbers=numbers))).splitlines() == lines


def test_bare_numbers_of_the_text_stay_also_at_a_pages_edge() -> None:
    lines = [str(n // LINES + 5) for n in range(80)]  # the last of each page counts with the pages
    assert text_of(plan_pdf("\n".join(lines), Look(head="平安市人民政府公报"))).splitlines() == lines


def test_pages_on_which_every_line_is_indented_do_not_hide_that_paragraphs_are() -> None:
    short = [f"事项{n}" for n in range(1, 67)]
    long = ["单位要提高思想认识，切实压实责任，抓好各项落实工作。由市教育局牵头办理。"] * 9
    assert text_of(plan_pdf("\n".join([*short, *long]), Look(numbers=""))).splitlines() == [*short, *long]


def test_left_hand_and_right_hand_pages_may_have_other_margins() -> None:
    paragraphs = ["单位要提高思想认识，切实压实责任，抓好各项落实工作。由市教育局牵头办理。" * 3] * 30
    mirrored = text_of(plan_pdf("\n".join(paragraphs), Look(shift=28)))
    assert mirrored.splitlines() == paragraphs


def test_running_titles_are_no_text_but_a_secrecy_mark_stays() -> None:
    lines = [f"{n}.开展第{n}项工作。" for n in range(1, 60)]
    for size in (9, SIZE):
        titled = text_of(plan_pdf("\n".join(lines), Look(head="平安市人民政府公报", head_size=size)))
        assert titled.splitlines() == lines
    assert "机密★1年" in text_of(plan_pdf("\n".join(lines), Look(head="机密★1年")))
    with pytest.raises(UnreadableFile, match="密级「秘密」"):
        read_bytes(plan_pdf("\n".join(lines), Look(head="秘密　特急")), "plan.pdf")


def test_title_and_signature_lines_stay_lines() -> None:
    setter = Setter()
    setter.centred("平安市人民政府办公室")
    setter.centred("关于印发秋粮收储方案的通知")
    setter.paragraph("现印发给你们，请认真贯彻执行，执行中的问题请及时向市粮食和物资储备局反映。")
    setter.right("平安市人民政府办公室")
    setter.right("2024年9月3日")
    assert text_of(setter.bytes()).splitlines() == [
        "平安市人民政府办公室",
        "关于印发秋粮收储方案的通知",
        "现印发给你们，请认真贯彻执行，执行中的问题请及时向市粮食和物资储备局反映。",
        "平安市人民政府办公室",
        "2024年9月3日",
    ]


HEADER = ("序号", "工作任务", "责任单位", "完成时限")
WIDTHS = (40, 200, 110, 92.4)


def test_a_table_over_pages_is_one_with_its_header_once() -> None:
    rows = [
        [
            str(n),
            f"推进第{n}项重点工作落地见效，建立健全长效工作机制",
            "市教育局\n市自然资源和规划局",
            f"2024年{n % 12 + 1}月底前",
        ]
        for n in range(1, 41)
    ]
    setter = Setter(OFFICIAL)
    setter.centred("重点任务分解表")
    setter.table([HEADER, *rows], WIDTHS)
    setter.paragraph("以上任务按季度报送进展。")
    text = text_of(setter.bytes())
    assert rows_of(text) == [list(HEADER), *([cell.replace("\n", CELL_BREAK) for cell in row] for row in rows)]
    assert text.split("\n")[-3:-1] == ["", "以上任务按季度报送进展。"]


def test_the_organ_of_a_place_is_no_unit_of_its_own_on_the_next_line() -> None:
    setter = Setter(Look(numbers=""))
    widths = (60, 62)  # four characters a line
    setter.table([("任务", "责任单位"), ("修渠", "各县市区人民政府"), ("清淤", "市水利局市财政局")], widths)
    assert rows_of(text_of(setter.bytes())) == [
        ["任务", "责任单位"],
        ["修渠", "各县市区人民政府"],
        ["清淤", f"市水利局{CELL_BREAK}市财政局"],
    ]


def test_a_head_above_a_lone_page_with_a_table_is_no_text() -> None:
    setter = Setter(OFFICIAL)
    setter.centred("重点任务分解表", SIZE)
    setter.paragraph("某政办〔2024〕3号")
    setter.paragraph("2024年3月5日")
    setter.table([HEADER, ["1", "修渠", "市水利局", "2024年6月"]], WIDTHS)
    setter.paragraph("注：按季度报送进展。")
    assert text_of(setter.bytes()).splitlines()[0] == "重点任务分解表"


def ruled(setter: Setter, xs: list[float], ys: list[float], words: dict[tuple[int, int], str]) -> None:
    """A grid of lines from stroke to stroke, with words at places."""
    for x in xs:
        setter.canvas.line(x, 842 - ys[0], x, 842 - ys[-1])
    for y in ys:
        setter.canvas.line(xs[0], 842 - y, xs[-1], 842 - y)
    for (x, y), text in words.items():
        setter.write(text, x, y, 12)


def test_a_cell_merged_downwards_is_repeated_and_one_merged_sideways_stands_first() -> None:
    setter = Setter(Look(numbers=""))
    for x in (80, 160, 300, 420):
        setter.canvas.line(x, 842 - 130, x, 842 - 250)
    for y, begin in ((130, 80), (170, 80), (210, 160), (250, 80)):
        setter.canvas.line(begin, 842 - y, 420, 842 - y)
    for x in (80, 420):
        setter.canvas.line(x, 842 - 250, x, 842 - 290)
    setter.canvas.line(80, 842 - 290, 420, 842 - 290)
    for x, y, text in (
        (90, 155, "类别"), (170, 155, "任务"), (310, 155, "责任单位"),
        (90, 215, "水务"), (170, 195, "修渠"), (310, 195, "市水利局"), (170, 235, "清淤"), (310, 235, "市住建局"),
        (90, 275, "合计两项"),
    ):  # fmt: skip
        setter.write(text, x, y, 12)
    assert rows_of(text_of(setter.bytes())) == [
        ["类别", "任务", "责任单位"],
        ["水务", "修渠", "市水利局"],
        ["水务", "清淤", "市住建局"],
        ["合计两项", "", ""],
    ]


def test_a_table_without_outer_lines_keeps_its_outer_columns() -> None:
    setter = Setter(Look(numbers=""))
    for x in (160, 300):
        setter.canvas.line(x, 842 - 130, x, 842 - 210)
    for y in (130, 170, 210):
        setter.canvas.line(80, 842 - y, 420, 842 - y)
    for x, y, text in (
        (90, 155, "任务"),
        (170, 155, "单位"),
        (310, 155, "时限"),
        (90, 195, "修渠"),
        (170, 195, "市水利局"),
    ):
        setter.write(text, x, y, 12)
    assert rows_of(text_of(setter.bytes())) == [["任务", "单位", "时限"], ["修渠", "市水利局", ""]]


def test_a_row_cut_by_a_pages_end_is_whole_again() -> None:
    xs = [80.0, 120.0, 320.0, 440.0]
    setter = Setter(Look(numbers=""))
    above = {
        (90, 120): "序号",
        (130, 120): "任务",
        (330, 120): "单位",
        (90, 160): "1",
        (130, 160): "修渠",
        (330, 160): "市水利局",
    }
    above |= {(90, 200): "2", (130, 200): "整治河道，疏浚沟渠，治理黑", (330, 200): "市住房和城"}
    ruled(setter, xs, [100, 140, 180, 220], above)
    setter.new_page()
    ruled(
        setter,
        xs,
        [100, 140, 180],
        {(130, 120): "臭水体", (330, 120): "乡建设局", (90, 160): "3", (130, 160): "植树", (330, 160): "市林业局"},
    )
    assert rows_of(text_of(setter.bytes()))[1:] == [
        ["1", "修渠", "市水利局"],
        ["2", "整治河道，疏浚沟渠，治理黑臭水体", "市住房和城乡建设局"],
        ["3", "植树", "市林业局"],
    ]


def test_a_cell_merged_over_a_pages_end_stands_in_every_row() -> None:
    def page(setter: Setter, ys: tuple[int, ...], merged: tuple[int, ...], words: dict[tuple[int, int], str]) -> None:
        for x in (80, 160, 240, 400):
            setter.canvas.line(x, 842 - ys[0], x, 842 - ys[-1])
        for y in ys:
            setter.canvas.line(160 if y in merged else 80, 842 - y, 400, 842 - y)
        for (x, y), text in words.items():
            setter.write(text, x, y, 12)

    setter = Setter(Look(numbers=""))
    head = {(90, 120): "类别", (170, 120): "序号", (250, 120): "任务"}
    first = {(90, 160): "水务", (170, 160): "1", (250, 160): "修渠", (170, 200): "2", (250, 200): "清淤"}
    page(setter, (100, 140, 180, 220), (180,), head | first)
    setter.new_page()
    second = {(170, 120): "3", (250, 120): "疏浚", (90, 160): "教育", (170, 160): "4", (250, 160): "建校"}
    page(setter, (100, 140, 180), (), second)
    assert [row[:2] for row in rows_of(text_of(setter.bytes()))[1:]] == [
        ["水务", "1"],
        ["水务", "2"],
        ["水务", "3"],
        ["教育", "4"],
    ]


def test_a_unit_whose_bracket_begins_a_cells_line_is_whole() -> None:
    setter = Setter(Look(numbers=""))
    words = {
        (90, 120): "任务",
        (170, 120): "责任单位",
        (90, 160): "修渠",
        (170, 160): "市水利局、各县",
        (170, 175): "（市、区）政府",
    }
    ruled(setter, [80.0, 160.0, 260.0], [100, 140, 190], words)
    assert rows_of(text_of(setter.bytes()))[1:] == [["修渠", "市水利局、各县（市、区）政府"]]


def aligned(setter: Setter, *rows: Sequence[str]) -> None:
    """Rows without lines: cells of several lines stand around the middle of their row, as browsers set them."""
    for at, cells in enumerate(rows):
        for x, cell in zip((90, 130, 280, 430), cells, strict=False):
            lines = cell.split("\n")
            for n, line in enumerate(lines):
                setter.write(line, x, 200 + at * 44 + (n - (len(lines) - 1) / 2) * 15, 12)


def test_a_table_without_lines_is_read_where_a_header_and_numbers_tell_it() -> None:
    setter = Setter(Look(numbers=""))
    setter.write("现将任务分解如下，请抓好落实，按月报送进展，确保如期完成。", 103, 150, 12)
    aligned(
        setter,
        ("序\n号", "重点任务", "责任单位", "完成时限"),
        ("1", "推进城市更新行动，完\n善公共服务", "市住房和城乡建设局", "2024年12\n月底前"),
        ("2", "修渠", "市水利局、市自然资\n源局", "2024年6月"),
    )
    setter.write("以上任务请抓好落实。", 103, 340, 12)
    assert text_of(setter.bytes()).split("\n")[1:-1] == [
        "",
        "序号\t重点任务\t责任单位\t完成时限",
        "1\t推进城市更新行动，完善公共服务\t市住房和城乡建设局\t2024年12月底前",
        "2\t修渠\t市水利局、市自然资源局\t2024年6月",
        "",
        "以上任务请抓好落实。",
    ]


@pytest.mark.parametrize(
    "rows",
    [
        [("甲", "乙", "丙", "丁"), ("1", "修渠", "市水利局", "六月"), ("2", "植树", "市林业局", "七月")],
        [
            ("序号", "重点任务", "责任单位", "完成时限"),
            ("1", "修渠", "市水利局", "六月"),
            ("7", "植树", "市林业局", "七月"),
        ],
        [("序号", "重点任务", "责任单位", "完成时限"), ("1", "修渠", "市水利局", "六月")],
    ],
    ids=["no header", "numbers that do not count", "one row"],
)
def test_aligned_words_that_are_not_surely_a_table_stay_lines(rows: list[tuple[str, ...]]) -> None:
    setter = Setter(Look(numbers=""))
    aligned(setter, *rows)
    assert rows_of(text_of(setter.bytes())) == []


def test_two_columns_are_read_one_after_the_other() -> None:
    setter = Setter(Look(numbers=""))
    setter.centred("平安市人民政府公报")
    left, right = ["推动左栏第一段" * 8, "左栏第二段。" * 7], ["右栏第一段。" * 8, "推动右栏第二段" * 7]
    size, room = 10.5, 200.0
    for x, paragraphs in ((LEFT, left), (LEFT + WIDTH - room, right)):
        at = 0
        for paragraph in paragraphs:
            words, first = paragraph, True
            while words:
                count = int(room / size) - (2 if first else 0)
                setter.write(words[:count], x + (2 * size if first else 0), TOP + 60 + at * 18, size)
                words, first, at = words[count:], False, at + 1
    assert text_of(setter.bytes()).splitlines() == ["平安市人民政府公报", *left, *right]


def test_a_page_on_its_side_is_read_upright_and_a_watermark_is_left_out() -> None:
    setter = Setter(Look(numbers=""))
    setter.canvas.translate(595, 0)
    setter.canvas.rotate(90)
    for at, line in enumerate(["（一）清理河道。", "（二）修缮校舍。"]):
        setter.canvas.setFont("STSong-Light", 14)
        setter.canvas.drawString(100, 400 - 30 * at, line)
    setter.canvas.rotate(45)
    setter.canvas.drawString(300, 0, "内部资料")
    assert text_of(setter.bytes()).splitlines() == ["（一）清理河道。", "（二）修缮校舍。"]


def test_no_blank_is_put_between_chinese_characters_and_written_ones_stay() -> None:
    setter = Setter(Look(numbers=""))
    for at, char in enumerate("散开的字距也是一句话"):
        setter.write(char, LEFT + at * SIZE * 1.3, TOP + PITCH, SIZE)
    setter.write("市公安局 市教育局　市水利局 Wi Fi 6", LEFT, TOP + 2 * PITCH, SIZE)
    assert text_of(setter.bytes()).splitlines() == ["散开的字距也是一句话", "市公安局 市教育局　市水利局Wi Fi 6"]


def test_progress_is_told_for_every_page() -> None:
    told: list[tuple[int, int]] = []
    extract_pdf(plan_pdf("一、工作。\n" * 60), "plan.pdf", lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]
