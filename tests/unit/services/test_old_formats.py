"""Old formats: converted by LibreOffice in a folder of its own, without macros, and killed when it hangs."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.unit.services.hostile import PLAN, a_docx, an_ole
from tests.unit.services.reading import is_running
from tracker.domain.drafts import SourceReading
from tracker.reading import UnreadableFile
from tracker.services.old_formats import convert, convertible
from tracker.services.reading_files import read_file
from tracker.services.reading_process import Abandoned
from tracker.services.reading_stops import TookTooLong
from tracker.settings import ReadingLimits

NOWHERE = ReadingLimits(libreoffice="no-such-program")
OLD_DOC = an_ole("WordDocument")


def left_behind() -> list[str]:
    return [path.name for path in Path(tempfile.gettempdir()).glob("tracker-convert-*")]


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders for conversions are made where the test can see that they go."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))


@pytest.fixture
def office(tmp_path: Path) -> Callable[..., ReadingLimits]:
    """A program in the place of LibreOffice that does what a test wants."""

    def made(script: str, seconds: int = 20) -> ReadingLimits:
        program = tmp_path / "soffice"
        # The last two arguments of a conversion are the folder for its result and the file.
        program.write_text(f"#!/bin/sh\nfor last; do out=$file; file=$last; done\n{script}\n", "utf-8")
        program.chmod(0o755)
        return ReadingLimits(seconds=seconds, libreoffice=str(program))

    return made


def test_without_libreoffice_the_way_out_is_told() -> None:
    assert convertible(NOWHERE) == ()
    with pytest.raises(UnreadableFile, match=r"旧版 Office.*请用 Word 或 WPS 打开"):
        read_file(OLD_DOC, "方案.doc", NOWHERE)


def test_what_was_converted_is_read_under_its_own_name(office: Callable[..., ReadingLimits], tmp_path: Path) -> None:
    (tmp_path / "made.docx").write_bytes(a_docx())
    limits = office(f'mkdir -p "$out" && cp {tmp_path}/made.docx "$out/plan.docx"')
    read = read_file(OLD_DOC, "方案.wps", limits)
    assert (read.name, read.format, read.text.strip()) == ("方案.wps", "doc", PLAN.strip())
    assert read.sha256 == hashlib.sha256(OLD_DOC).hexdigest()
    assert left_behind() == []


def test_a_refusal_of_what_was_converted_names_the_file_that_was_brought(
    office: Callable[..., ReadingLimits],
) -> None:
    limits = office('mkdir -p "$out" && printf "PK\\003\\004" > "$out/plan.docx"')
    with pytest.raises(UnreadableFile, match=r"^《方案.doc》"):
        read_file(OLD_DOC, "方案.doc", limits)


@pytest.mark.parametrize("script", ["exit 1", "exit 0", "kill -SEGV $$"])
def test_what_cannot_be_converted_is_told(office: Callable[..., ReadingLimits], script: str) -> None:
    with pytest.raises(UnreadableFile, match=r"自动转换没有成功.*另存为 .docx"):
        convert(b"x", "方案.doc", "doc", office(script), lambda: True)
    assert left_behind() == []


def test_what_hangs_is_killed_with_all_it_started(office: Callable[..., ReadingLimits], tmp_path: Path) -> None:
    limits = office(f"sleep 600 & echo $! > {tmp_path}/pid; sleep 600", seconds=2)
    with pytest.raises(TookTooLong, match="读了2秒"):
        convert(b"x", "方案.doc", "doc", limits, lambda: True)
    assert_ends(int((tmp_path / "pid").read_text()))
    assert left_behind() == []


def test_what_nobody_waits_for_is_killed(office: Callable[..., ReadingLimits], tmp_path: Path) -> None:
    limits = office(f"echo $$ > {tmp_path}/pid; exec sleep 600")
    with pytest.raises(Abandoned):
        convert(b"x", "方案.doc", "doc", limits, lambda: not (tmp_path / "pid").exists())
    assert_ends(int((tmp_path / "pid").read_text()))
    assert left_behind() == []


def test_what_works_too_hard_is_ended_by_the_system(office: Callable[..., ReadingLimits]) -> None:
    began = time.monotonic()
    with pytest.raises((UnreadableFile, TookTooLong)):
        convert(b"x", "方案.doc", "doc", office("while :; do :; done", seconds=1), lambda: True)
    assert time.monotonic() - began < 15


def assert_ends(pid: int) -> None:
    end = time.monotonic() + 10
    while is_running(pid) and time.monotonic() < end:
        time.sleep(0.05)
    assert not is_running(pid)


def test_it_knows_no_secret(
    office: Callable[..., ReadingLimits], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_SECRET_KEY", "a secret that no file may steal")
    with pytest.raises(UnreadableFile):
        convert(b"x", "方案.doc", "doc", office(f"env > {tmp_path}/env; ulimit -a >> {tmp_path}/env"), lambda: True)
    told = (tmp_path / "env").read_text()
    assert "HOME=" in told
    assert "may steal" not in told
    assert "TRACKER" not in told.replace("tracker-convert-", "")


def test_its_profile_forbids_macros_and_links(office: Callable[..., ReadingLimits], tmp_path: Path) -> None:
    """LibreOffice runs no macro while it converts anyhow; should it ever, its own settings say no."""
    with pytest.raises(UnreadableFile):
        limits = office(
            f'cp "$HOME/profile/user/registrymodifications.xcu" {tmp_path}/profile; echo "$*" > {tmp_path}/said'
        )
        convert(b"x", "方案.doc", "doc", limits, lambda: True)
    told = ElementTree.fromstring((tmp_path / "profile").read_text("utf-8"))
    values = {
        prop.attrib["{http://openoffice.org/2001/registry}name"]: prop.findtext("value") for prop in told.iter("prop")
    }
    assert values["DisableMacrosExecution"] == "true"
    assert values["MacroSecurityLevel"] == "3"
    assert values["DisableActiveContent"] == "true"
    assert "-env:UserInstallation=file://" in (tmp_path / "said").read_text("utf-8")


REAL = ReadingLimits(seconds=120)


def by_libreoffice(data: bytes, suffix: str, target: str, folder: Path) -> bytes:
    """A file saved in another format, as somebody would with the program itself."""
    (folder / f"made{suffix}").write_bytes(data)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", target, "--outdir", str(folder / "old")]
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "SAL_USE_VCLPLUGIN": "svp"}
    subprocess.run([*command, str(folder / f"made{suffix}")], check=True, capture_output=True, env=environment)
    return (folder / "old" / f"made.{target}").read_bytes()


@pytest.mark.needs("libreoffice")
@pytest.mark.parametrize(
    ("target", "name"), [("doc", "方案.doc"), ("doc", "方案.wps"), ("rtf", "方案.rtf"), ("odt", "方案.odt")]
)
def test_real_old_texts_are_read(tmp_path: Path, target: str, name: str) -> None:
    old = by_libreoffice(a_docx(), ".docx", target, tmp_path)
    read = read_file(old, name, REAL)
    assert isinstance(read, SourceReading)
    assert read.text.strip() == PLAN.strip()
    assert [draft.units[0].name for draft in read.plans[0].drafts] == ["市教育局"]
    assert (read.name, read.format) == (name, {"odt": "odf"}.get(target, target))
    assert left_behind() == []


@pytest.mark.needs("libreoffice")
@pytest.mark.parametrize(
    ("data", "limits"),
    [(OLD_DOC, REAL), (b"{\\rtf1 \\bin99999999 x", ReadingLimits(seconds=15))],  # the second keeps it busy for ever
)
def test_a_wreck_is_told(data: bytes, limits: ReadingLimits) -> None:
    with pytest.raises(UnreadableFile, match="请"):
        read_file(data, "方案.doc", limits)
    assert left_behind() == []
