"""The cheapest client there is: what is measured is the server, not how long Python parses headers."""

import socket
import time
from collections.abc import Callable

_READERS = 4


class Wire:
    """One kept connection to a server on loopback."""

    def __init__(self, port: int) -> None:
        """Connect."""
        self._port = port
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)

    def ask(self, path: str, **headers: str) -> tuple[int, bytes]:
        """Return status and body, as sent (chunks are not joined).

        Raises:
            ConnectionError: the server hung up in the middle of an answer.

        """
        self.send(path, **headers)
        return self.answer()

    def send(self, path: str, **headers: str) -> None:
        """Ask, and wait for nothing."""
        told = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        host = f"127.0.0.1:{self._port}"
        self._socket.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{told}\r\n".encode())

    def answer(self) -> tuple[int, bytes]:
        """Return status and body of what was asked, as sent (chunks are not joined)."""
        got = self._until(b"", lambda so_far: b"\r\n\r\n" in so_far)
        head, _, body = got.partition(b"\r\n\r\n")
        status, lines = int(head[9:12]), head.lower()
        if status == 304:
            return status, b""
        if b"\r\ntransfer-encoding: chunked" in lines:
            return status, self._until(body, lambda so_far: so_far.endswith(b"0\r\n\r\n"))
        length = int(lines.partition(b"\r\ncontent-length: ")[2].partition(b"\r\n")[0])
        return status, self._until(body, lambda so_far: len(so_far) >= length)

    def _until(self, so_far: bytes, is_whole: Callable[[bytearray], bool]) -> bytes:
        found = bytearray(so_far)
        while not is_whole(found):
            more = self._socket.recv(1 << 18)
            if not more:
                raise ConnectionError("the server hung up")
            found += more
        return bytes(found)


def busy_rate(port: int, path: str, seconds: float, *, anew: bool = False) -> float:
    """Return answers a second while four readers keep the server at work: the best of three rounds.

    One reader alone leaves it idle between two questions, and a processor that was idle begins slowly.

    Raises:
        SystemExit: an answer is none.

    """
    wires, best, asked = [Wire(port) for _ in range(_READERS)], 0.0, 0

    def send(wire: Wire) -> None:
        nonlocal asked
        asked += 1
        wire.send(path, **({"Accept": f"*/*, x-bench/{asked}"} if anew else {}))

    for wire in wires:
        send(wire)
    for _ in range(3):
        begun, count = time.perf_counter(), 0
        while time.perf_counter() - begun < seconds / 3:
            for wire in wires:
                status, _ = wire.answer()
                if status != 200:
                    raise SystemExit(f"{path}: {status}")
                send(wire)
                count += 1
        best = max(best, count / (time.perf_counter() - begun))
    for wire in wires:
        wire.answer()
    return best


def rate(
    port: int,
    path: str,
    seconds: float,
    status: int = 200,
    *,
    anew: bool = False,
    held: str = "",
) -> float:
    """Return requests a second over one kept connection: the best of three rounds.

    `held` is the validator of what the reader holds. `anew` asks in another way each time (a media type nobody has), so that no answer kept from
    before will do.
    """
    wire, best, asked = Wire(port), 0.0, 0
    headers = {"If-None-Match": held} if held else {}
    for _ in range(3):
        begun, count = time.perf_counter(), 0
        while time.perf_counter() - begun < seconds / 3:
            if anew:
                headers["Accept"] = f"*/*, x-bench/{(asked := asked + 1)}"
            found, _ = wire.ask(path, **headers)
            if found != status:
                raise SystemExit(f"{path}: {found}")
            count += 1
        best = max(best, count / (time.perf_counter() - begun))
    return best
