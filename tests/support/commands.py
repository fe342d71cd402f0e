"""The command line as a process of its own, without starting Python for each: one process has everything loaded and forks for every command.

What a test sees is what ``python -m reftel`` does with these streams, this folder and this environment. What Python itself does before ``main``
and at its end, and what only a fresh process has loaded, is tested by processes that are started.
"""

from __future__ import annotations

import atexit
import contextlib
import io
import json
import os
import selectors
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

_LENGTH = struct.Struct("<I")
_STATUS = struct.Struct("<i")
SECONDS = 300  # far more than any command takes


class Process:
    """A command that was started; like ``subprocess.Popen``, as far as tests need it."""

    def __init__(self, arguments: Sequence[str], pid: int, ended: int) -> None:
        self.args, self.pid, self._ended = arguments, pid, ended
        self.returncode: int | None = None

    def wait(self, timeout: float = SECONDS) -> int:
        """The exit status, negative for a signal."""
        if self.returncode is None:
            with selectors.DefaultSelector() as waiting:
                waiting.register(self._ended, selectors.EVENT_READ)
                if not waiting.select(timeout):
                    os.kill(self.pid, signal.SIGKILL)
                    raise subprocess.TimeoutExpired(self.args, timeout)
            (self.returncode,) = _STATUS.unpack(os.read(self._ended, _STATUS.size))
            os.close(self._ended)
        return self.returncode


class _Server:
    """The process that forks, as this one sees it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        ours, its = socket.socketpair()
        with its:
            self._process = subprocess.Popen([sys.executable, __file__, str(its.fileno())], pass_fds=[its.fileno()])
        self._socket = ours
        atexit.register(self.close)

    def start(self, arguments: Sequence[str], streams: Sequence[int], folder: str, environment: dict[str, str]) -> Process:
        ended, its_end = os.pipe()
        asked = json.dumps([list(arguments), folder, environment]).encode()
        try:
            with self._lock:
                socket.send_fds(self._socket, [_LENGTH.pack(len(asked))], [*streams, its_end])
                self._socket.sendall(asked)
                (pid,) = _LENGTH.unpack(_exactly(self._socket, _LENGTH.size))
        finally:
            os.close(its_end)
        return Process(arguments, pid, ended)

    def close(self) -> None:
        self._socket.close()
        self._process.wait()


_server: list[_Server] = []


def start(
    *arguments: object, stdin: int | None = None, stdout: int | None = None, stderr: int | None = None, cwd: str | os.PathLike[str] | None = None,
    env: dict[str, str] | None = None,
) -> Process:  # fmt: skip
    """Start ``reftel ARGUMENTS`` with these streams; without one, an empty standard input and this process's outputs."""
    if not _server:
        _server.append(_Server())
    with Path(os.devnull).open("rb") as nothing:
        given = nothing.fileno() if stdin in (None, subprocess.DEVNULL) else stdin
        streams = (given, 1 if stdout is None else stdout, 2 if stderr is None else stderr)
        return _server[0].start(list(map(str, arguments)), streams, os.fspath(cwd or Path.cwd()), dict(os.environ if env is None else env))


def run(
    *arguments: object, input: str | bytes = b"", stdin: int | None = None, cwd: str | os.PathLike[str] | None = None, env: dict[str, str] | None = None,  # noqa: A002 - as in subprocess.run
    text: bool = True, timeout: float = SECONDS,
) -> subprocess.CompletedProcess:  # fmt: skip
    """What ``reftel ARGUMENTS`` prints and its exit status; standard input is a pipe with ``input``, or the open file ``stdin``."""
    with contextlib.ExitStack() as pipes:

        def pipe() -> tuple[int, io.FileIO]:
            reading, writing = os.pipe()
            return reading, pipes.enter_context(io.FileIO(writing, "wb"))

        outputs = [pipe() for _ in range(2)]
        given = None if stdin is not None else pipe()
        process = start(*arguments, stdin=stdin if given is None else given[0], stdout=outputs[0][1].fileno(), stderr=outputs[1][1].fileno(), cwd=cwd, env=env)
        for _reading, writing in outputs:
            writing.close()
        feeder = None
        if given is not None:
            os.close(given[0])
            feeder = threading.Thread(target=_feed, args=(given[1], input.encode() if isinstance(input, str) else input))
            feeder.start()
        found = _read_all([reading for reading, _writing in outputs], process, timeout)
        status = process.wait(timeout)
        if feeder is not None:
            feeder.join()
    out, err = (io.TextIOWrapper(io.BytesIO(data), "utf-8").read() if text else data for data in found)
    return subprocess.CompletedProcess(process.args, status, out, err)


def on_terminal(arguments: Sequence[object], *, columns: int, folder: Path, environment: dict[str, str]) -> str:
    """What a terminal of ``columns`` shows of ``reftel ARGUMENTS``; see `terminal.run_in_terminal`."""
    from terminal import run_in_terminal  # the process that forks has no use for it

    return run_in_terminal(list(map(str, arguments)), columns=columns, folder=folder, environment=environment, start=lambda given, **more: start(*given, **more))


def _feed(pipe: io.FileIO, data: bytes) -> None:
    rest = memoryview(data)
    with contextlib.suppress(BrokenPipeError), pipe:
        while rest:
            rest = rest[pipe.write(rest) :]


def _read_all(ends: Sequence[int], process: Process, timeout: float) -> list[bytes]:
    found = {end: bytearray() for end in ends}
    until = time.monotonic() + timeout
    with selectors.DefaultSelector() as waiting:
        for end in ends:
            waiting.register(end, selectors.EVENT_READ)
        while waiting.get_map():
            ready = waiting.select(max(0.0, until - time.monotonic()))
            if not ready:
                os.kill(process.pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired(process.args, timeout)
            for key, _ in ready:
                if piece := os.read(key.fd, 1 << 16):
                    found[key.fd] += piece
                else:
                    waiting.unregister(key.fd)
                    os.close(key.fd)
    return [bytes(data) for data in found.values()]


def _exactly(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        if not (piece := connection.recv(size - len(data))):
            raise EOFError("the process that forks is gone")
        data += piece
    return data


# -- in the process that forks ------------------------------------------------------------------------------------------------------------


def _serve(connection: socket.socket) -> None:
    waiting: dict[int, int] = {}

    def ended(*_: object) -> None:
        with contextlib.suppress(ChildProcessError):
            while (gone := os.waitpid(-1, os.WNOHANG))[0]:
                with contextlib.suppress(BrokenPipeError):  # nobody waits for it
                    os.write(waiting[gone[0]], _STATUS.pack(os.waitstatus_to_exitcode(gone[1])))
                os.close(waiting.pop(gone[0]))

    signal.signal(signal.SIGCHLD, ended)
    while True:
        head, descriptors, _flags, _address = socket.recv_fds(connection, _LENGTH.size, 4)
        if not head:
            return
        arguments, folder, environment = json.loads(_exactly(connection, *_LENGTH.unpack(head)))
        *streams, its_end = descriptors
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
        if (pid := os.fork()) == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
            for each in (connection.fileno(), its_end, *waiting.values()):
                os.close(each)
            _be_command(arguments, streams, folder, environment)
        waiting[pid] = its_end
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
        for each in streams:
            os.close(each)
        connection.sendall(_LENGTH.pack(pid))


def _be_command(arguments: list[str], streams: list[int], folder: str, environment: dict[str, str]) -> None:
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    for stream in streams:
        os.close(stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.argv = ["reftel", *arguments]
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, mode, encoding="utf-8", errors=errors, closefd=False)  # noqa: SIM115
        for number, mode, errors in ((0, "r", "surrogateescape"), (1, "w", "surrogateescape"), (2, "w", "backslashreplace"))
    )
    status = 1
    try:
        from reftel.cli import main

        main(arguments)
    except SystemExit as error:
        status = error.code
    except BaseException:  # noqa: BLE001 - as Python does at the end of a program
        sys.excepthook(*sys.exc_info())
    finally:
        atexit._run_exitfuncs()
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def _load() -> None:
    """Load what commands load, dictionaries and tables too, so that none has to: index a cable and find it."""
    import gc
    import importlib
    import tempfile

    from reftel.cli import COMMANDS
    from reftel.cli import run as run_here

    for name in COMMANDS:
        importlib.import_module(f"reftel.cli.{name}")
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        Path(folder, "a.txt").write_text("S E C R E T BAKU 000001\n\nTAGS: PREL\nSUBJECT: TALKS\n\n1. (C) They talked.\n", "utf-8")
        for command in (["index", f"{folder}/a.txt"], ["search", "talking"]):
            run_here([*command, "--archive", f"{folder}/archive"])
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.fsync = os.fstat  # as in conftest.py
    _load()
    _serve(socket.socket(fileno=int(sys.argv[1])))
