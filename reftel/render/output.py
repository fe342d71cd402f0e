"""Files that a person named: an export, a picture, a configuration. Private to their owner, and there whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from reftel.base import durable
from reftel.schema.errors import OutputError


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """A file that takes the place of ``path`` when all of it is written; whatever ends the writing before leaves ``path`` as it was.

    A new file gets mode 0600; one that is there keeps the mode that its owner gave it. A link leads to the file that is written, since it is
    the person's own. Errors: `OutputError`.
    """
    target = Path(os.path.realpath(path))  # resolve() fails for links in a circle
    try:
        before = durable.status(target)
        if before is not None and not stat.S_ISREG(before.st_mode):  # a device or pipe can only be written to
            with target.open("wb") as file:
                yield file
            return
        with durable.replacing(target, target.with_name(f".{target.name[:40]}.{os.urandom(4).hex()}.part")) as file:
            if before is not None:
                os.fchmod(file.fileno(), stat.S_IMODE(before.st_mode) & 0o777)
            yield file
    except BrokenPipeError:  # whoever read from the pipe has enough
        raise
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from error


def write_new(path: Path, text: str) -> None:
    """Write a text file where there is none, with the folders that it lies in; nothing is left of it, or of them, if it can't be written.

    Errors: ``FileExistsError``, `OutputError`.
    """
    with contextlib.ExitStack() as undo:
        try:
            for folder in reversed([folder for folder in path.absolute().parents if not folder.exists()]):
                folder.mkdir(durable.PRIVATE_FOLDER)
                undo.callback(_suppressed, folder.rmdir)
            with durable.fresh_file(path) as file:
                undo.callback(_suppressed, path.unlink)
                file.write(text.encode("utf-8"))
                file.flush()
                os.fsync(file.fileno())
        except FileExistsError:
            raise
        except OSError as error:
            raise OutputError(f"{path} cannot be written: {error.strerror or error}") from error
        undo.pop_all()


def _suppressed(action: Callable[[], None]) -> None:
    with contextlib.suppress(OSError):
        action()
