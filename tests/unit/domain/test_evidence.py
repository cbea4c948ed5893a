"""Which files are taken as evidence: name and content must agree, whatever else is sent is refused in words."""

from __future__ import annotations

import io
import itertools
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.files import OLE, PNG, TAKEN, zipped
from tracker.domain.evidence import KINDS, Unfit, kind_of


@pytest.mark.parametrize("name", TAKEN)
def test_every_kind_is_taken(name: str) -> None:
    assert kind_of(name, TAKEN[name]) is KINDS[name.rpartition(".")[2].lower()]


def test_every_kind_has_its_example() -> None:
    assert {name.rpartition(".")[2].lower() for name in TAKEN} == set(KINDS)


CONTENTS = {
    "pdf": TAKEN["报告.pdf"],
    "ole": OLE,
    "png": PNG,
    "jpg": TAKEN["现场.jpg"],
    "docx": TAKEN["总结.docx"],
    "xlsx": TAKEN["清单.xlsx"],
    "pptx": TAKEN["汇报.pptx"],
    "ofd": TAKEN["批复.ofd"],
    "text": "文字".encode(),
}
FITTING = {
    "pdf": {"pdf"}, "doc": {"ole"}, "xls": {"ole"}, "ppt": {"ole"}, "wps": {"ole", "docx"}, "docx": {"docx"},
    "xlsx": {"xlsx"}, "pptx": {"pptx"}, "ofd": {"ofd"}, "jpg": {"jpg"}, "jpeg": {"jpg"}, "png": {"png"},
    "zip": {"docx", "xlsx", "pptx", "ofd"}, "txt": {"text"},
}  # fmt: skip


@pytest.mark.parametrize(("suffix", "content"), list(itertools.product(FITTING, CONTENTS)))
def test_a_name_over_other_content_is_refused(suffix: str, content: str) -> None:
    data = CONTENTS[content]
    if content in FITTING[suffix]:
        kind_of(f"材料.{suffix}", data)
        return
    with pytest.raises(Unfit, match=r"“材料\..+”的内容不是.+请用原来的程序打开、另存后重新选择。"):
        kind_of(f"材料.{suffix}", data)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("程序.exe", b"MZ\x90\x00", "后缀“.exe”不在可收的范围内"),
        ("页面.html", b"<html>", "后缀“.html”"),
        ("图.svg", b"<svg/>", "后缀“.svg”"),
        ("没有后缀", b"abc", "没有后缀，看不出是什么文件"),
        ("空.pdf", b"", "空文件（0字节）"),
        ("程序.txt", b"MZ\x90 text", "内容不是纯文本"),
        ("脚本.txt", b"#!/bin/sh\n", "内容不是纯文本"),
        ("乱码.txt", b"\xff\x81\x00", "内容不是纯文本"),
        ("坏.zip", b"PK\x03\x04" + bytes(60), "内容不是ZIP 压缩包"),
        ("截断.docx", TAKEN["总结.docx"][:-10], "内容不是Word 文档"),
        ("加密.docx", OLE + "EncryptedPackage".encode("utf-16-le"), "设有打开密码"),
    ],
)
def test_what_is_refused_is_told_why(name: str, data: bytes, said: str) -> None:
    with pytest.raises(Unfit, match=r"。$") as refusal:
        kind_of(name, data)
    assert said in str(refusal.value)


def test_a_zip_of_too_many_members_is_not_read() -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for n in range(20_001):
            archive.writestr(str(n), "")
    with pytest.raises(Unfit):
        kind_of("多.zip", held.getvalue())


@given(st.sampled_from(sorted(KINDS)), st.binary(max_size=400))
def test_any_bytes_are_judged_without_a_fault(suffix: str, data: bytes) -> None:
    for body in (data, b"PK\x03\x04" + data, zipped("a")[:30] + data):
        try:
            kind_of(f"任意.{suffix}", body)
        except Unfit as refusal:
            assert str(refusal).endswith("。")
