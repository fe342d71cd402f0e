"""Files of a segment, read from one memory map: nothing is copied before it is asked for, and no position is shared between threads."""

from __future__ import annotations

import io
import mmap
import struct
from pathlib import Path
from typing import Any

from reftel.engine import safe_pickle
from reftel.engine.stock import BufferFile, CompoundStorage

_HEAD = struct.Struct("!qi")  # where the directory stands, and its length


class _View(io.RawIOBase):
    """A file over a stretch of memory. Whoosh's own one copies the whole stretch when it is opened."""

    def __init__(self, data: memoryview) -> None:
        self._data, self._place = data, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = 0) -> int:
        self._place = max(0, offset + (0, self._place, len(self._data))[whence])
        return self._place

    def readinto(self, buffer: Any) -> int:
        part = self._data[self._place : self._place + len(buffer)]
        buffer[: len(part)] = part
        self._place += len(part)
        return len(part)


class MappedFile(BufferFile):  # type: ignore[misc]  # Whoosh is untyped
    """One file of a segment. The ``get_`` methods take a position and may be called from several threads."""

    def __init__(self, data: memoryview, name: str) -> None:
        self._buf, self._name, self.file = data, name, _View(data)
        self.onclose, self.is_real, self.is_closed = None, False, False

    def get(self, position: int, length: int) -> bytes:
        """``length`` bytes from ``position``; ``EOFError`` where the file is shorter."""
        part = self._buf[position : position + length]
        if len(part) < length:
            raise EOFError(f"'{self._name}' ends before byte {position + length}")
        return bytes(part)

    def read_pickle(self) -> Any:
        """The pickled object at the current place, without running foreign code."""
        return safe_pickle.load(self.file)


class MappedStorage(CompoundStorage):  # type: ignore[misc]
    """The files inside one compound segment file."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._source = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._whole = memoryview(self._source)
        self._file, self.is_closed = None, False
        place, length = _HEAD.unpack(self._whole[: _HEAD.size])
        self._dir = safe_pickle.loads(bytes(self._whole[place : place + length]))

    def open_file(self, name: str, *_args: Any, **_options: Any) -> MappedFile:
        """The file ``name``; ``NameError`` if the segment has none of that name."""
        offset, length = self.range(name)
        if offset + length > len(self._whole):
            raise EOFError(f"'{name}' reaches beyond the end of its segment")
        return MappedFile(self._whole[offset : offset + length], name)

    def close(self) -> None:
        """Let go of the map; arrays that still look into it keep it alive."""
        self.is_closed = True
        self._whole = memoryview(b"")
        try:
            self._source.close()
        except BufferError:
            del self._source
