"""A command line cut into words as a shell cuts it, and text written so that bash reads it as that very text.

Nothing is expanded but ``~`` and variables of the environment, and nothing is ever run: a word whose text only the shell could tell is marked.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Literal

Shell = Literal["bash", "zsh", "fish"]

_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)\})", re.ASCII)
_LETTERS = re.compile(r"[\w@%+./:=,-]+")  # plain to every shell, in quotes and out of them
_HOME = re.compile(r"~[\w.-]*(?=/|\Z)")
# Inside these quotes a backslash takes the meaning of these characters, and stands for itself before others.
_ESCAPED = {
    "bash": {"'": "", '"': '$`"\\\n'},
    "zsh": {"'": "", '"': '$`"\\\n'},
    "fish": {"'": "'\\", '"': '$"\\\n'},
}
# Characters that begin what only the shell can tell, outside quotes and inside double ones.
_TOLD_BY_SHELL = {"bash": ("`", "`"), "zsh": ("`", "`"), "fish": ("()", "")}
_FISH_CODES = "abcefnrtuvxUX01234567"  # \n, \x1b and the like

_NOT_IN_QUOTES = {"'": "'", '"': '"$`\\!'}


@dataclass(slots=True)
class Word:
    """One word of a command line.

    ``raw``: as typed; ``text``: what the shell makes of it, if that is ``known``. ``quote``: the quote that is still open at its end.
    ``dangling``: it ends in a backslash that has nothing to quote yet. ``redirected``: the file of a ``<`` or ``>``.
    """

    raw: str = ""
    text: str = ""
    known: bool = True
    quote: str = ""
    dangling: bool = False
    redirected: bool = False


def split_line(line: str, shell: Shell) -> list[Word]:
    """The words of the last command in ``line``. The last one is the word at its end, an empty one behind a blank."""
    words, place = [Word()], 0
    while place < len(line):
        char, last = line[place], words[-1]
        if char in "<>":
            if last.raw.isdecimal() or last.raw == "&":  # 2> and &>
                words.pop()
            words.append(Word(redirected=True))
        elif char in "|;" or (char == "&" and line[place + 1 : place + 2] != ">" and not last.redirected):
            words = [Word()]
        elif char == "&" and last.redirected and not last.raw:  # >&
            pass
        elif not char.isspace():
            place = _read_piece(line, place, last, shell)
            continue
        elif last.raw:
            words.append(Word())
        place += 1
    return [word for word in words[:-1] if word.raw] + words[-1:]


def read_word(raw: str, shell: Shell) -> Word:
    """A single word, whatever stands in it."""
    word, place = Word(), 0
    while place < len(raw):
        place = _read_piece(raw, place, word, shell)
    return word


def _read_piece(line: str, place: int, word: Word, shell: Shell) -> int:
    """Add a quoted text, an escaped character, a variable or a plain character to ``word``; the place behind it."""
    char, start = line[place], place
    if char in "'\"":
        place = _read_quoted(line, place, word, shell)
    elif char == "\\":
        escaped = line[place + 1 : place + 2]
        word.dangling = not escaped
        word.known = word.known and not (shell == "fish" and escaped and escaped in _FISH_CODES)
        word.text += escaped
        place += 2
    elif char == "~" and not word.raw and (home := _HOME.match(line, place)):
        word.text += os.path.expanduser(home[0])  # noqa: PTH111 - a name without a home stays as it is
        place = home.end()
    else:
        place = _read_char(line, place, word, _TOLD_BY_SHELL[shell][0])
    word.raw += line[start:place]
    return min(place, len(line))


def _read_quoted(line: str, place: int, word: Word, shell: Shell) -> int:
    quote, place = line[place], place + 1
    word.quote = quote
    while place < len(line):
        if line[place] == quote:
            word.quote = ""
            return place + 1
        if line[place] == "\\" and _ESCAPED[shell][quote]:
            escaped = line[place + 1 : place + 2]
            word.dangling = not escaped
            word.text += escaped if escaped in _ESCAPED[shell][quote] else f"\\{escaped}"
            place += 2
        elif quote == "'":
            word.text += line[place]
            place += 1
        else:
            place = _read_char(line, place, word, _TOLD_BY_SHELL[shell][1])
    return place


def _read_char(line: str, place: int, word: Word, told_by_shell: str) -> int:
    """Plain characters, or a variable's value."""
    if plain := _LETTERS.match(line, place):
        word.text += plain[0]
        return plain.end()
    variable = _VARIABLE.match(line, place)
    if variable:
        value = os.environ.get(variable[1] or variable[2])
        word.known = word.known and value is not None
        word.text += variable[0] if value is None else value
        return variable.end()
    unknown = line[place] in told_by_shell or (line[place] == "$" and line[place + 1 : place + 2] in ("(", "{", "[", "'", '"'))
    word.known = word.known and not unknown
    word.text += line[place]
    return place + 1


def quote_for_bash(text: str, quote: str = "") -> str:
    """``text`` as bash reads it behind an open ``quote``, or behind none: what has a meaning to it is escaped.

    ``!`` is history inside double quotes, and no backslash helps there: the quote is closed for it, and opened again.
    """
    if not quote:
        return "".join(char if _LETTERS.match(char) else f"\\{char}" for char in text)
    return "".join(_inside_quotes(char, quote) for char in text)


def _inside_quotes(char: str, quote: str) -> str:
    if char not in _NOT_IN_QUOTES[quote]:
        return char
    return f"\\{char}" if quote == '"' and char != "!" else f"{quote}\\{char}{quote}"
