"""Bytes to text: encodings that are read, and everything that is refused with a sentence a clerk understands."""

from __future__ import annotations

import hashlib

import pytest

from tracker.reading import UnreadableFile, read_bytes
from tracker.reading.formats import LARGEST_BYTES

PLAN = "某市校园整治方案\n一、排查校舍。（责任单位：市教育局）\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_reads_every_encoding_alike(encoding: str) -> None:
    data = PLAN.encode(encoding)
    source = read_bytes(data, "plan.txt")
    assert (source.text, source.format, source.sha256) == (PLAN, "txt", hashlib.sha256(data).hexdigest())
    assert [draft.units[0].name for draft in source.plans[0].drafts] == ["市教育局"]


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_offsets_refer_to_the_text_with_plain_newlines(newline: str) -> None:
    source = read_bytes(PLAN.replace("\n", newline).encode(), "plan.txt")
    draft = source.plans[0].drafts[0]
    assert source.text == PLAN
    assert source.text[draft.start : draft.end] == draft.quote == "（责任单位：市教育局）"


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"", "empty.txt", "空文件"),
        (b" \r\n\t", "blank.txt", "没有文字"),
        (b"MZ\x90\x00\x03", "plan.txt", "程序"),
        (b"%PDF-1.7 x", "plan.txt", "PDF"),
        (b"PK\x03\x04rest", "plan.docx", "已损坏"),
        (b"\xd0\xcf\x11\xe0\xa1", "plan.doc", "旧版 Office"),
        ("文字".encode() + b"\x00\x01", "plan.txt", "二进制"),
        (b"\xfd\x80\x81 \xff\xff", "plan.txt", "编码无法识别"),
        (PLAN.encode(), "plan.csv", "CSV"),
        (bytes(range(1, 32)) * 50, "plan.txt", "编码"),
    ],
)
def test_refuses_and_says_what_to_do(data: bytes, name: str, says: str) -> None:
    with pytest.raises(UnreadableFile, match=says) as refusal:
        read_bytes(data, name)
    assert "请" in str(refusal.value)


def test_a_text_is_read_whatever_its_suffix_claims() -> None:
    assert read_bytes(PLAN.encode(), "plan.docx").format == "txt"


def test_a_huge_text_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(UnreadableFile, match="10 MB 的上限"):
        read_bytes(b"\xe4" * (LARGEST_BYTES + 1), "huge.txt")


@pytest.mark.parametrize("mark", ["机密★1年", "秘密", "绝密★启用前", "密级：机密", "秘密　特急", "机 密"])
def test_a_secret_document_is_refused(mark: str) -> None:
    with pytest.raises(UnreadableFile, match="密级"):
        read_bytes(f"000012\n{mark}\n{PLAN}".encode(), "plan.txt")


@pytest.mark.parametrize(
    "line", ["保守国家秘密是每个公民的义务。", "一、商业秘密保护", "（责任单位：市国家保密局）", "严禁泄露工作秘密"]
)
def test_words_about_secrets_are_no_mark(line: str) -> None:
    assert read_bytes(f"{PLAN}{line}\n".encode(), "plan.txt").plans
