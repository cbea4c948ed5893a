"""Zips that would hurt are refused before anything is unpacked into memory."""

from __future__ import annotations

import io
import time
import tracemalloc
import zipfile

import pytest

from tracker.reading.formats import archive as limits
from tracker.reading.formats.archive import open_archive, read_part
from tracker.reading.formats.contract import UnreadableFile

HARMLESS = b'<?xml version="1.0" encoding="UTF-8"?><a>&lt;!DOCTYPE&gt;</a>'


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def refusal(data: bytes) -> str:
    with pytest.raises(UnreadableFile) as refused:
        open_archive(data, "方案.docx")
    assert "请" in str(refused.value)
    return str(refused.value)


def test_a_harmless_archive_opens() -> None:
    with open_archive(zipped({"a.xml": HARMLESS, "picture.bmp": b"\0" * 9_000_000}), "方案.docx") as archive:
        assert read_part(archive, "a.xml", "方案.docx") == HARMLESS


@pytest.mark.parametrize(
    "declared",
    [
        b'<?xml version="1.0"?><!DOCTYPE a SYSTEM "file:///x"><a/>',
        b'<?xml version="1.0"?><!doctype a [<!ENTITY x "y">]><a/>',
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a/>'.encode("utf-16"),
        "<!DOCTYPE a><a/>".encode("utf-16-le"),
        b"<a>" + b" " * (1024 * 1024 - 8) + b"<!DOCTYPE b></a>",
    ],
)
def test_a_declaration_is_refused_wherever_it_stands(declared: bytes) -> None:
    assert "实体" in refusal(zipped({"word/fine.xml": HARMLESS, "word/_rels/x.rels": declared}))


def test_an_encoding_that_could_hide_a_declaration_is_refused() -> None:
    assert "已损坏" in refusal(zipped({"a.xml": b'<?xml version="1.0" encoding="UTF-7"?><a/>'}))


def test_a_bomb_is_refused_quickly_and_without_memory() -> None:
    bomb = zipped({"word/document.xml": b"<a>" + b" " * 60_000_000})
    tracemalloc.start()
    began = time.process_time()
    assert "过大" in refusal(bomb)
    took, (_, peak) = time.process_time() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert took < 0.5 and peak < 2_000_000


def test_the_sum_of_all_xml_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_XML_BYTES", 1000)
    assert "过大" in refusal(zipped({"a.xml": b"x" * 600, "b.rels": b"x" * 600}))
    open_archive(zipped({"a.xml": b"x" * 600, "b.png": b"x" * 600}), "方案.docx")


def test_too_many_members_are_refused() -> None:
    assert "部件" in refusal(zipped({f"{n}.xml": b"" for n in range(limits.MOST_MEMBERS + 1)}))


def test_an_encrypted_member_is_refused() -> None:
    data = bytearray(zipped({"a.xml": HARMLESS}))
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    assert "密码" in refusal(bytes(data))


def test_other_compressions_are_refused() -> None:
    assert "压缩方式" in refusal(zipped({"a.xml": HARMLESS}, zipfile.ZIP_LZMA))


@pytest.mark.parametrize("cut", [5, 40, 120])
def test_a_cut_archive_is_damaged(cut: int) -> None:
    assert "已损坏" in refusal(zipped({"a.xml": HARMLESS, "b.xml": HARMLESS})[:-cut])


def test_changed_bytes_are_damage() -> None:
    data = bytearray(zipped({"a.xml": HARMLESS}, zipfile.ZIP_STORED))
    data[data.index(b"DOCTYPE")] ^= 1
    assert "已损坏" in refusal(bytes(data))


def test_a_missing_member_is_damage() -> None:
    with (
        open_archive(zipped({"a.xml": HARMLESS}), "方案.docx") as archive,
        pytest.raises(UnreadableFile, match="已损坏"),
    ):
        read_part(archive, "b.xml", "方案.docx")
