"""Saved searches are kept whole, whoever changes them at the same time."""

from __future__ import annotations

import json
import threading

import pytest

import reftel
from reftel.personal import saved


def test_changes_of_several_threads_are_all_kept(tmp_path):
    def change(number: int) -> None:
        with saved.changing(tmp_path) as found:
            found.searches[f"s{number}"] = "minsk"

    threads = [threading.Thread(target=change, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(saved.read_saved(tmp_path).searches) == 20
    assert sorted(path.name for path in tmp_path.iterdir()) == ["saved.json"]


def test_a_change_that_fails_changes_nothing(tmp_path):
    with saved.changing(tmp_path) as found:
        found.searches["kept"] = "minsk"
    with pytest.raises(KeyError), saved.changing(tmp_path) as found:  # noqa: PT012 - a change, and then its failure
        found.searches.clear()
        raise KeyError
    assert saved.read_saved(tmp_path).searches == {"kept": "minsk"}


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{}", '{"searches": [], "marks": {}}', '{"searches": {}, "marks": {"a": "x"}}', "\x00", "null", "1e999", "[" * 100_000,
        '{"searches": {"a": "\\ud800"}, "marks": {}}', '{"searches": {"a": 1}, "marks": {}}',
    ],
)  # fmt: skip
def test_a_damaged_file_is_named(tmp_path, text):
    (tmp_path / saved.FILE_NAME).write_text(text, "utf-8")
    with pytest.raises(reftel.ArchiveDamaged, match=r"saved\.json: the saved searches cannot be read"):
        saved.read_saved(tmp_path)


def test_a_query_that_cannot_be_read_any_more_is_told_beside_the_others(archive_path, tmp_path):
    import shutil

    copy = shutil.copytree(archive_path, tmp_path / "copy")
    (copy / saved.FILE_NAME).write_text(json.dumps({"searches": {"bad": "singer:roe", "good": "minsk"}, "marks": {}}), "utf-8")
    with reftel.open(copy) as archive:
        bad, good = saved.new_hits(archive, {})
        assert bad.error is not None
        assert "unknown field 'singer'" in bad.error
        assert [hit.key for hit in good.hits] == ["08BAKU101", "08MOSCOW202"]
        saved.mark(archive, [bad, good])
    assert list(saved.read_saved(copy).marks) == ["good"]


def test_a_configured_search_goes_before_a_kept_one_of_its_name(archive_path, tmp_path):
    import shutil

    copy = shutil.copytree(archive_path, tmp_path / "copy")
    with reftel.open(copy) as archive:
        assert not saved.add(archive, "one", "minsk")
        assert saved.add(archive, "one", "minsk")
        (found,) = saved.new_hits(archive, {"one": "calm"})
        assert (found.query, found.hits) == ("calm", ())  # its mark stays: nothing came since
