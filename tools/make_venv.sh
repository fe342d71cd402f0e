#!/bin/sh
# usage: make_venv.sh FOLDER
# Makes a virtual environment in FOLDER and installs reftel into it, editable, with the development tools.
# Falls back from `python3 -m venv` to uv and to virtualenv; says which package is missing when none of them works.
set -eu
venv=$1
python=${PYTHON:-python3}

fail() { printf 'make_venv: %s\n' "$1" >&2; exit 1; }

command -v "$python" >/dev/null 2>&1 || fail "'$python' not found; install Python 3.11 or later, or name one: make PYTHON=/path/to/python3"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "$("$python" --version) is too old; reftel needs Python 3.11 or later: make PYTHON=python3.12"

if [ ! -x "$venv/bin/python" ]; then
    rm -rf "$venv"
    if "$python" -c 'import ensurepip, venv' 2>/dev/null && "$python" -m venv "$venv"; then :
    elif rm -rf "$venv"; command -v uv >/dev/null 2>&1 && uv venv --seed --python "$python" "$venv"; then :
    elif "$python" -m virtualenv --version >/dev/null 2>&1 && "$python" -m virtualenv "$venv"; then :
    else fail "cannot make a virtual environment; install one of: the package python3-venv (Debian, Ubuntu), uv, virtualenv"
    fi
fi

# `pip install --group` needs pip 25.1 or later.
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable . --group dev
