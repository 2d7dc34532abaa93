"""The bench says what it measured: shape of its result, medians, goals in both directions, names nobody knows."""

from __future__ import annotations

import importlib
import json
from io import StringIO

import pytest

from tests.bench import __main__ as bench
from tests.bench.businesses import VILLAGES, judged, record, typed
from tests.bench.figure import Figure, percentile


def test_a_figure_is_the_median_of_its_runs_held_against_its_goal() -> None:
    fast = Figure.of("x_ms", "ms", "<=", 15, [14.00049, 90.0, 3.0])
    assert fast.as_json() == {
        "name": "x_ms",
        "value": 14.0,
        "unit": "ms",
        "goal": {"op": "<=", "value": 15},
        "met": True,
        "runs": [14.0, 90.0, 3.0],
    }
    assert not Figure.of("x_s", "ops/s", ">=", 1200, [1199.0, 5000.0, 3.0]).met
    assert Figure.of("x_s", "ops/s", ">=", 1200, [1200.0]).met


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([float(n) for n in range(1, 101)], 99) == 99
    assert percentile([7.0], 99) == 7.0


def test_every_figure_has_somebody_who_measures_it() -> None:
    for module, function in bench.FIGURES.values():
        assert callable(getattr(importlib.import_module(f"tests.bench.{module}"), function))


def test_only_what_is_asked_for_is_measured_and_a_missed_goal_is_no_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []

    def measured(module: str, function: str) -> list[Figure]:
        asked.append(function)
        return [Figure.of(name, "s", "<=", 1, [2.0]) for name in ("pdf10k_s", "pdf_rss_ratio_100k_10k")]

    monkeypatch.setattr(bench, "measure", measured)
    monkeypatch.setattr(bench, "as_on_a_users_machine", lambda: None)
    assert bench.main(["pdf10k_s"]) == 0
    found = json.load(StringIO(capsys.readouterr().out))
    assert asked == ["registers"]
    assert [(one["name"], one["met"]) for one in found["figures"]] == [("pdf10k_s", False)]


def test_a_name_nobody_knows_is_told_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["pdf10k"]) == 2
    heard = capsys.readouterr()
    assert heard.out == ""
    assert "pdf10k_s" in heard.err


def test_businesses_are_complete_free_of_faults_and_always_the_same() -> None:
    for n in range(12):
        assert judged(typed(n)).violations() == []
        assert typed(n) == typed(n)
        assert set(typed(n).items()) <= set(record(n).items())
    assert {typed(n)["lokasi/desa"] for n in range(12)} == set(VILLAGES)
    assert len({typed(n)["pemilik/nik"] for n in range(200)}) == 200
