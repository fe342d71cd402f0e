"""Completion in real shells on a terminal: what stands in an archive reaches the command as one argument, and is never run."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import shlex
import shutil
import signal
import socketserver
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import reftel
from reftel.cli import group
from reftel.cli.completing import answer
from reftel.cli.completion import SCRIPTS

_PATIENCE = 120
"""Seconds until a shell counts as stuck; nothing here is about speed."""

_SHELLS = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "-i"],
}
_BEFORE = {
    "bash": "PS1='ready> '",
    "zsh": "PS1='ready> '; autoload -Uz compinit; compinit -u -d {dump}",
    "fish": "function fish_prompt; echo -n 'ready> '; end",
}
_READY = re.compile(rb"\[noted\].*ready> ", re.DOTALL)

# Origins; completion is asked for their first three letters. Every character of ASCII that is no letter or digit is in one of them.
_VALUES = {
    "P01": "Pwn>pwned.txt;id>pwned2.txt;",
    "P02": "$(id>pwned)`id>pwned``id`",
    "P03": "${HOME}$HOME$?$((1+1))$'x'",
    "P04": "!! !x !?!$ ^a^b^",
    "P05": "x' y\\ \\' z\\",
    "P06": "{a,b} [a-z]* ?(x) ~ ~root #c",
    "P07": "& | a|b && c;",
    "P08": "=ls :=x <(id>pwned) <x @ + % , . /_-",
    "P09": "São Tomé 東京 \N{PILCROW SIGN}",
    "P10": "plain",
    "P11": "-rf --x",
    "P12": "x" * 10_000,
    "P13": "say \"no\" “never”",
}
_ALIKE = ["R1 A;x", "R1 A|y"]
_UNSHOWABLE = {
    "Q01": "a\x1b[31mred",
    "Q02": "a\x1b]0;title\x07",
    "Q05": "a\x9b31m",
    "Q08": "a\x00b",
    "Q09": "a\x7fb",
}
# What can't be seen is no part of a value: with it, and what is offered.
_UNSEEN = {
    "Q03": ("a\u202etxt.exe", "atxt.exe"),
    "Q04": ("a\u2066x\u2069", "ax"),
    "Q06": ("a\u200b\ufeffb", "ab"),
    "Q07": ("a\U000e0041b", "ab"),
}


# Asks this process what the real program would be asked, so that a thousand TABs don't wait for a thousand Pythons.
_STUB = """\
#!/usr/bin/env bash
if [[ -n $_REFTEL_COMPLETE ]]; then
    {asked}
    exit
fi
printf '%s\\0' "$@" > '{noted}.new'
mv '{noted}.new' '{noted}'
echo '[noted]'
"""
_ASKED = """\
exec 3<>/dev/tcp/127.0.0.1/{port}
for name in _REFTEL_COMPLETE COMP_WORDS COMP_REST COMP_WORD; do printf '%s\\0' "${{!name-none}}"; done >&3
cat <&3
"""


class _Answer(socketserver.BaseRequestHandler):
    """What `reftel.cli.completing` answers to one TAB."""

    def handle(self) -> None:
        sent = b""
        while sent.count(b"\0") < 4 and (more := self.request.recv(1 << 16)):
            sent += more
        values = sent.decode("utf-8", "surrogateescape").split("\0")
        environment = dict(zip(("asked", "COMP_WORDS", "COMP_REST", "COMP_WORD"), values[:-1], strict=True))
        environment = {name: value for name, value in environment.items() if value != "none"}
        shell = environment.pop("asked").removesuffix("_complete")
        self.request.sendall(answer(group, shell, environment).encode())


class Terminal:
    """An interactive shell with completion, and a ``reftel`` on its path that notes what it is called with.

    ``port`` 0: each TAB asks the real program.
    """

    def __init__(self, shell: str, folder: Path, archive: Path, port: int = 0) -> None:
        self.here, self.noted, binaries = folder / "here", folder / "noted", folder / "bin"
        for each in (self.here, binaries):
            each.mkdir()
        stub = binaries / "reftel"
        asked = _ASKED.format(port=port) if port else shlex.join([sys.executable, "-m", "reftel"])
        stub.write_text(_STUB.format(asked=asked, noted=self.noted), "utf-8")
        stub.chmod(0o755)
        script = folder / f"completion.{shell}"
        script.write_text(SCRIPTS[shell], "utf-8")
        environment = {
            "HOME": str(folder), "PATH": f"{binaries}:{os.environ['PATH']}", "TERM": "xterm", "LC_ALL": "C.UTF-8", "HISTFILE": "/dev/null",
            "REFTEL_ARCHIVE": str(archive), "XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder),
        }  # fmt: skip
        self.shown = b""
        self.pid, self.file = pty.fork()
        if not self.pid:
            os.chdir(self.here)
            os.execvpe(_SHELLS[shell][0], _SHELLS[shell], environment)
        self.run(_BEFORE[shell].replace("{dump}", str(folder.parent / "zcompdump")))
        self.run(f"source {script}")

    def run(self, line: str) -> None:
        """Have the shell run a line, and wait until it takes the next one."""
        before = len(self.shown)
        os.write(self.file, f"{line}; echo '[no''ted]'\r".encode())
        self._wait(before)

    def arguments(self, keys: str) -> list[str]:
        """What ``reftel`` is called with after these keys and Enter."""
        before = len(self.shown)
        self.noted.unlink(missing_ok=True)
        os.write(self.file, keys.encode() + b"\r")
        self._wait(before)
        return self.noted.read_bytes().decode().removesuffix("\0").split("\0")

    def _wait(self, before: int) -> None:
        end = time.monotonic() + _PATIENCE
        while not _READY.search(self.shown, before):
            assert time.monotonic() < end, self.shown[before:][-2000:]
            if select.select([self.file], [], [], 1)[0]:
                self.shown += os.read(self.file, 65536)

    def close(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.file)


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    origins = [*(f"{begin}{value}" for begin, value in (_VALUES | _UNSHOWABLE).items()), *_ALIKE]
    origins += [f"{begin}{value}" for begin, (value, _seen) in _UNSEEN.items()]
    cables = [{"origin": origin, "subject": "x", "body": f"1. (C) {place}."} for place, origin in enumerate(origins)]
    (folder / "cables.jsonl").write_text("".join(json.dumps(cable) + "\n" for cable in cables), "utf-8")
    report = reftel.build([folder / "cables.jsonl"], folder / "archive")
    assert not report.failures
    with reftel.open(folder / "archive") as opened:
        values = {bucket.value for bucket in opened.facets("*", ["from:all"])["from"]}
        assert values >= {f"{begin}{' '.join(value.split())}".upper() for begin, value in _VALUES.items()}
    return folder / "archive"


@pytest.fixture(scope="module")
def port(archive):
    """Where this process answers completions for ``archive``."""
    with pytest.MonkeyPatch.context() as patch, socketserver.TCPServer(("127.0.0.1", 0), _Answer) as server:
        patch.setenv("REFTEL_ARCHIVE", str(archive))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_zsh_finds_it_in_a_folder_of_its_fpath(archive, port, tmp_path, monkeypatch):
    (tmp_path / "functions").mkdir()
    (tmp_path / "functions" / "_reftel").write_text(SCRIPTS["zsh"], "utf-8")
    monkeypatch.setitem(SCRIPTS, "zsh", "")
    monkeypatch.setitem(_BEFORE, "zsh", f"fpath=({tmp_path}/functions $fpath); {_BEFORE['zsh']}")
    for terminal in _opened("zsh", tmp_path, archive, port):
        for begin in ("P01", "P02", "P10"):
            assert terminal.arguments(f"reftel search from:{begin.lower()}\t") == ["search", _expected(begin, quoted=False)]


def _opened(shell: str, folder: Path, archive: Path, port: int = 0) -> Iterator[Terminal]:
    if not shutil.which(shell):
        pytest.skip(f"there is no {shell} here")
    terminal = Terminal(shell, folder, archive, port)
    yield terminal
    terminal.close()


@pytest.fixture(scope="module", params=list(_SHELLS))
def terminal(request, archive, port, tmp_path_factory):
    """A shell that asks this process."""
    yield from _opened(request.param, tmp_path_factory.mktemp(request.param), archive, port)


@pytest.fixture(params=list(_SHELLS))
def whole_terminal(request, archive, tmp_path):
    """A shell that asks the real program."""
    yield from _opened(request.param, tmp_path, archive)


def _expected(begin: str, *, quoted: bool) -> str:
    value = f"{begin}{_VALUES[begin]}".lower()
    value = "".join("?" if char in '"“”' else char for char in " ".join(value.split()))
    needed = quoted or any(char in ' (),|~"' for char in value)
    return f'from:"{value}"' if needed else f"from:{value}"


_QUOTED = [("from:{}", False), ("'from:{}", False), ('"from:{}', False)]
_QUOTED_IN_THE_MIDDLE = [('from:"{}', False), ("from:'{}", False), (r"fro\m:{}", False), ("'from:\"{}", True), (r"from:\"{}", True)]


@pytest.mark.parametrize(
    ("begin", "typed", "quoted"),
    [
        *((begin, *typed) for begin in _VALUES for typed in _QUOTED),
        *((begin, *typed) for begin in ("P02", "P04", "P05", "P13") for typed in _QUOTED_IN_THE_MIDDLE),
    ],
)
def test_a_value_reaches_the_command_as_it_is(terminal, begin, typed, quoted):
    got = terminal.arguments("reftel search " + typed.format(begin.lower()) + "\t")
    assert got == ["search", _expected(begin, quoted=quoted)]
    assert list(terminal.here.iterdir()) == []


@pytest.mark.parametrize("begin", list(_UNSEEN))
def test_a_value_is_offered_without_what_cannot_be_seen(terminal, begin):
    before = len(terminal.shown)
    assert terminal.arguments(f"reftel search from:{begin.lower()}\t") == ["search", f"from:{begin.lower()}{_UNSEEN[begin][1]}"]
    shown = terminal.shown[before:].decode("utf-8", "replace")
    assert not any(sign in shown for sign in _UNSEEN[begin][0] if not sign.isprintable())


@pytest.mark.parametrize("begin", list(_UNSHOWABLE))
def test_what_cannot_be_shown_is_not_offered(terminal, begin):
    before = len(terminal.shown)
    assert terminal.arguments(f"reftel search from:{begin.lower()}\t") == ["search", f"from:{begin.lower()}"]
    shown = terminal.shown[before:].decode("utf-8", "replace")
    assert not any(sign in shown for sign in ("[31mred", "title\a", "\u202e", "\u2066", "\x9b", "\u200b", "\U000e0041", "\0"))


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("search 'x fro\tp10\t", ["x from:p10plain"]),
        ('search "x fro\tp10\t', ["x from:p10plain"]),
        ("search x fro\tp10\t", ["x", "from:p10plain"]),
        ("search --facet=yea\t", ["--facet=year"]),
        ("search --sort -da\t", ["--sort", "-date"]),
        ("search from:p10\\\t", ["from:p10plain"]),
        ("search \"it's\" 'from:p04\t", ["it's", 'from:"p04!! !x !?!$ ^a^b^"']),
        ("search -A nowhere from:p10\t", ["-A", "nowhere", "from:p10"]),
        ("search from:p1 -n 3" + "\x02" * 5 + "0\t", ["from:p10plain", "-n", "3"]),
    ],
)
def test_words_of_the_line(terminal, keys, expected):
    assert terminal.arguments(f"reftel {keys}") == ["search", *expected]


@pytest.mark.parametrize("shell", ["bash", "zsh"])
@pytest.mark.parametrize("open_quote", ["", "'", '"'])
def test_no_lone_backslash_is_filled_in(shell, open_quote, archive, port, tmp_path):
    """Both candidates go on with a sign that needs a backslash: what is typed next must not be quoted by it."""
    typed = {"": '\\;x\\"', "'": ";x\"'", '"': ';x\\""'}[open_quote]
    for terminal in _opened(shell, tmp_path, archive, port):
        assert terminal.arguments(f"reftel search {open_quote}from:r1\t{typed}") == ["search", 'from:"r1 a;x"']


_NAMES = ["$(id>pwned)", "`id>pwned`", "a b;id>pwned", "it's", 'q"q', "b!!c", "new\nline", "{x,y}z", "é*", "=ls", "#c", "~root"]


@pytest.mark.parametrize("name", _NAMES)
@pytest.mark.parametrize("typed", ["index files/", "search --notes=files/"])
def test_a_file_reaches_the_command_as_it_is(terminal, name, typed):
    (terminal.here / "files").mkdir()
    (terminal.here / "files" / name).touch()
    try:
        got = terminal.arguments(f"reftel {typed}\t")
    finally:
        shutil.rmtree(terminal.here / "files")
    command, _, word = typed.partition(" ")
    assert got == [command, f"{word}{name}"]
    assert list(terminal.here.iterdir()) == []


_SETTINGS = {
    "bash": ["set -u", "set -o posix", "shopt -s failglob", "COMP_WORDBREAKS=${COMP_WORDBREAKS//:}", "COMP_WORDBREAKS=' '", "set +H", "IFS=:p",
             "bind 'TAB:menu-complete'", "bind 'set show-all-if-ambiguous on'"],
    "zsh": ["setopt rcquotes ksharrays shwordsplit nounset", "unsetopt banghist", "setopt extendedglob interactivecomments", "setopt completeinword",
            "setopt menucomplete", "setopt globcomplete", "setopt cshjunkiequotes", "zstyle ':completion:*' matcher-list 'm:{a-z}={A-Z}'",
            "zstyle ':completion:*' completer _expand _complete _approximate"],
    "fish": ["set -g fish_autosuggestion_enabled 0"],
}  # fmt: skip


@pytest.mark.parametrize(("shell", "setting"), [(shell, setting) for shell in _SETTINGS for setting in _SETTINGS[shell]])
def test_settings_of_the_shell_change_nothing(shell, setting, archive, port, tmp_path):
    for terminal in _opened(shell, tmp_path, archive, port):
        terminal.run(setting)
        for begin in ("P01", "P02", "P04", "P05"):
            for typed in ("from:", "'from:", '"from:'):
                got = terminal.arguments(f"reftel search {typed}{begin.lower()}\t")
                assert got == ["search", _expected(begin, quoted=False)]
        assert list(terminal.here.iterdir()) == []


def test_the_whole_program_answers_so(whole_terminal):
    for begin, quote in (("P01", ""), ("P02", "'")):
        assert whole_terminal.arguments(f"reftel search {quote}from:{begin.lower()}\t") == ["search", _expected(begin, quoted=False)]
    assert list(whole_terminal.here.iterdir()) == []
