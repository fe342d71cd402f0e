"""The report of a run: what it counts, and that it can be written as JSON."""

from __future__ import annotations

import json

from reftel.indexer.report import BuildReport, summary_line


def test_it_is_json_with_rates():
    report = BuildReport(read_cables=30, seconds=2.0, new=["08BAKU1"])
    report.count("read")
    report.count("read")
    with report.timed("reading"):
        pass
    record = json.loads(json.dumps(report.to_dict()))
    assert (record["cables_per_second"], record["outcomes"], record["new"]) == (15.0, {"read": 2}, ["08BAKU1"])
    assert list(record["durations"]) == ["reading"]
    assert BuildReport().to_dict()["cables_per_second"] == 0.0


def test_a_stage_is_timed_even_if_it_fails():
    report = BuildReport()
    try:
        with report.timed("publishing"):
            raise OSError
    except OSError:
        pass
    assert report.durations["publishing"] >= 0


def test_the_summary_is_one_line():
    line = summary_line(BuildReport(total=1234, added=2, seconds=0.25), "archive")
    assert line.startswith("archive: 1,234 cables; 2 added, 0 replaced, 0 removed;")
    assert "\n" not in line
