#!/bin/sh
# usage: release.sh VENV FOLDER
# Builds into FOLDER what a release consists of (sdist, the wheel made from it, man page, SBOM), and installs the wheel in a clean environment on
# each of Python 3.11 to 3.13 that is here. Fails if the wheel does not answer there, or if none of them is here.
set -eu
venv=$1 out=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python_of() {  # the interpreter of a version, in the path or among pyenv's; nothing where there is none
    if "python$1" -c '' 2>/dev/null; then
        command -v "python$1"
    elif found=$(pyenv latest "$1" 2>/dev/null); then
        echo "$(pyenv prefix "$found")/bin/python"
    fi
}

rm -rf "$out"
"$venv/bin/python" -m build --outdir "$out" . >"$work/build.log" 2>&1 || { cat "$work/build.log" >&2; exit 1; }
"$venv/bin/python" -m sphinx -q -W -b man docs "$work/man" && cp "$work/man/reftel.1" "$out/"
wheel=$(echo "$out"/*.whl)

tried=
for version in 3.11 3.12 3.13; do
    python=$(python_of $version)
    if [ -z "$python" ]; then
        echo "release: Python $version is not here, so the wheel was not tried on it" >&2
        continue
    fi
    "$python" -m venv "$work/$version"
    "$work/$version/bin/python" -m pip install --quiet --disable-pip-version-check "$wheel"
    (
        # from another folder, so that it is the wheel that answers
        samples=$PWD/corpus_samples
        cd "$work"
        "$version/bin/reftel" --version
        "$version/bin/reftel" index "$samples" --archive "archive-$version" --quiet
        "$version/bin/reftel" search '"Minsk Group" AND precedent' --archive "archive-$version" --format ids >"ids-$version"
        "$version/bin/python" -X dev -W error::DeprecationWarning:reftel -c 'import reftel; [getattr(reftel, name) for name in reftel.__all__]'
    )
    [ -s "$work/ids-$version" ] || { echo "release: the wheel found nothing on Python $version" >&2; exit 1; }
    cmp "$work/ids-$version" "$work/ids-${tried:-$version}" || { echo "release: other hits on Python $version than on $tried" >&2; exit 1; }
    tried=$version
done
[ -n "$tried" ] || { echo 'release: none of Python 3.11, 3.12 and 3.13 is here' >&2; exit 1; }

"$work/$tried/bin/python" -m pip install --quiet --disable-pip-version-check "$wheel[opensearch,mcp,pandas,plot,serve]"
"$venv/bin/cyclonedx-py" environment "$work/$tried/bin/python" --pyproject pyproject.toml --output-file "$out/reftel.cdx.json"
ls "$out"
