"""A run in a process of its own, fed through a pipe."""

from __future__ import annotations

import contextlib
import multiprocessing
import pickle
import queue
import signal
import threading
from multiprocessing.connection import Connection
from typing import Any

from reftel.engine.batch import BatchMaker
from reftel.engine.errors import EngineError
from reftel.engine.run import Run, Task

_WAITING = 2  # batches that are still to be sent


class RemoteRun:
    """Does what `Run` does, in another process.

    ``EngineError`` from `finish` if that process could not do it or is gone; the index is then as it was before.
    """

    def __init__(self, task: Task) -> None:
        # Spawned, not forked: a forked process would hold the lock of the index open beyond the death of its writer.
        context = multiprocessing.get_context("spawn")
        self._pipe, other = context.Pipe()
        self._process = context.Process(target=_work, args=(other, task), name="inverting", daemon=True)
        self._process.start()
        other.close()
        self._unsent: queue.Queue[BatchMaker | None] = queue.Queue(_WAITING)
        self._gone = threading.Event()
        self._sender = threading.Thread(target=self._send, name="sending", daemon=True)
        self._sender.start()

    @property
    def ready(self) -> bool:
        """Whether `add` would not wait."""
        return not self._unsent.full()

    def add(self, maker: BatchMaker) -> None:
        """Take a full batch."""
        self._unsent.put(maker)

    def end(self) -> None:
        """Let the other process finish, without waiting for it."""
        self._unsent.put(None)

    def finish(self) -> list[tuple[str, int]]:
        """Wait for what was begun with `end`; names and sizes of the segments, in the order of the batches."""
        self._sender.join()
        try:
            done: list[tuple[str, int]] | str = self._pipe.recv()
        except (EOFError, OSError) as error:
            self._process.join()
            raise EngineError(f"a process that inverts ended with {self._process.exitcode} before its work was done") from error
        self._process.join()
        if isinstance(done, str):
            raise EngineError(f"a process that inverts failed: {done}")
        return done

    def abandon(self) -> None:
        """Stop; what the process has written is left over."""
        self._gone.set()
        self._process.kill()
        self._process.join()
        self._unsent.put(None)  # does not wait for long: nothing is sent any more, so the queue empties
        self._sender.join()
        self._pipe.close()

    def _send(self) -> None:
        """Send what waits, up to the end. Once the process is gone nothing more is sent, but all is taken, so that nobody waits."""
        while (maker := self._unsent.get()) is not None:
            self._send_one(maker)
        self._send_one(None)

    def _send_one(self, message: Any) -> None:
        if not self._gone.is_set():
            try:
                self._pipe.send_bytes(pickle.dumps(message, protocol=5))
            except OSError:
                self._gone.set()


def _work(pipe: Connection, task: Task) -> None:
    """What the other process does: everything up to the end, or up to the death of the one that sends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the writer's to handle
    run = Run(task)
    try:
        while (maker := pickle.loads(pipe.recv_bytes())) is not None:  # noqa: S301 - comes from the process that started this one
            run.add(maker)
        answer: list[tuple[str, int]] | str = run.finish()
    except EOFError:
        run.abandon()
        return
    except Exception as error:  # noqa: BLE001 - whatever it is, the writer is to know
        run.abandon()
        answer = f"{type(error).__name__}: {error}"
    with contextlib.suppress(OSError):
        pipe.send(answer)
