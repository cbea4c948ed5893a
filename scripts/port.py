"""Says in two languages when a port cannot be served on, before anything is loaded: python scripts/port.py 5000."""

import errno
import socket
import sys

WORDS = {
    errno.EADDRINUSE: ("is already in use", "已被其他程序占用"),
    errno.EACCES: ("may not be opened by this account", "当前账户无权使用"),
}


def main(given: str) -> int:
    """0 when the port is free on this machine, else 1 with what to do."""
    if not given.isdecimal() or not 0 < int(given) < 65536:
        print(f"PORT={given} is not a port number (1 to 65535).", file=sys.stderr)
        print(f"端口应为 1 至 65535 的整数，现为“{given}”。", file=sys.stderr)
        return 1
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", int(given)))
    except OSError as error:
        english, chinese = WORDS.get(error.errno or 0, (f"cannot be opened: {error}", f"无法使用：{error}"))
        other = int(given) + 1 if int(given) >= 1024 else 5001
        print(f"Port {given} {english}. Choose another: make run PORT={other}", file=sys.stderr)
        print(f"端口 {given} {chinese}，请换一个端口：make run PORT={other}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
