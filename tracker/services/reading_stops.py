"""Why a reading was stopped, in words for the person whose file it is. Each is an UnreadableFile like any other."""

from __future__ import annotations

from tracker.reading.unreadable import UnreadableFile

_OTHER_WAY = "也可以复制正文，用“粘贴文字”导入。"


class TookTooLong(UnreadableFile):
    """Reading had not ended when the time was over."""

    def __init__(self, name: str, seconds: int) -> None:
        super().__init__(f"《{name}》读了{seconds}秒还没有读完，已停止。请把文件拆分后分别导入；{_OTHER_WAY}")


class TookTooMuchMemory(UnreadableFile):
    """Reading asked for more memory than it may have."""

    def __init__(self, name: str, megabytes: int) -> None:
        super().__init__(
            f"《{name}》读取时占用内存超过{megabytes} MB，已停止，文件内容可能异常。"
            f"请用 Word 或 WPS 打开，只保留正文后另存再导入；{_OTHER_WAY}"
        )


class ReadingFailed(UnreadableFile):
    """The process that read the file broke down; the log says how."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"《{name}》读取时程序出错，没有读出内容，文件可能已损坏。"
            f"请用 Word 或 WPS 打开，另存为新文件后再导入；{_OTHER_WAY}仍不行的，请把文件名和时间告诉管理员。"
        )
