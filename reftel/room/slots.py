"""How many questions are answered at once, how many may wait, and for how long: a room that is full says so, and never hangs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Answer = TypeVar("Answer")


class RoomBusy(Exception):  # noqa: N818 - no error of the reader's
    """More questions wait than may."""


class TooSlow(Exception):  # noqa: N818
    """An answer took longer than it may. ``seconds``: how long that is."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Slots:
    """``at_once`` threads that work, ``waiting`` that may wait for one of them, each at most ``seconds``, and as long for its answer."""

    def __init__(self, at_once: int, waiting: int, seconds: float) -> None:
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="reftel-room")
        self._free, self._most, self._waiting, self._seconds = asyncio.Semaphore(at_once), waiting, 0, seconds

    async def run(self, work: Callable[[], Answer]) -> Answer:
        """What ``work`` gives in a thread. `RoomBusy` where there is none, `TooSlow` for what doesn't end; its slot is free when it does."""
        await self.take()
        try:
            future = asyncio.get_running_loop().run_in_executor(self._threads, work)
        except BaseException:
            self.give_back()
            raise
        future.add_done_callback(self._ended)
        try:
            return await asyncio.wait_for(asyncio.shield(future), self._seconds)
        except TimeoutError:
            if future.done():
                raise
            raise TooSlow(self._seconds) from None

    async def take(self) -> None:
        """Wait for a slot."""
        if self._free.locked() and self._waiting >= self._most:
            raise RoomBusy
        self._waiting += 1
        try:
            await asyncio.wait_for(self._free.acquire(), self._seconds)
        except TimeoutError:
            raise RoomBusy from None
        finally:
            self._waiting -= 1

    def give_back(self) -> None:
        """A slot is free again."""
        self._free.release()

    def _ended(self, future: asyncio.Future[Answer]) -> None:
        if not future.cancelled():
            future.exception()  # nobody may be waiting for it any more
        self.give_back()

    def close(self) -> None:
        """Take no more work."""
        with contextlib.suppress(RuntimeError):
            self._threads.shutdown(wait=False, cancel_futures=True)
