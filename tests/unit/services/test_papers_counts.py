"""Laws of counted papers: what is printed is what a plain count over the same records gives, and small figures hide."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sidumba_field.reports import Paper, Summary
from sidumba_field.services.papers.counts import COUNT, HEAD, HIDDEN, count, hidden
from sidumba_field.services.papers.select import Selection, states_of
from sidumba_field.store import Extract, Scope
from tests.helpers.desk import any_program

VILLAGES = ("63.11.02.2005", "63.11.02.2002", "63.11.03.2001")


class Records:
    """Stands where the store stands: records per village."""

    def __init__(self, records: Sequence[tuple[str, str, Mapping[str, str]]]) -> None:
        self.records = records  # (unit, state, answers)
        self.extracts = self

    def scope(self, program: str, vid: str, paths: Sequence[str], subject: str = "record") -> list[Extract]:
        return [
            Extract(f"r{n}", state, f"u{n % 3}", "2026", "2026-11-01T00:00:00.000Z", 1,
                    tuple(answers.get(path, "") for path in paths))
            for n, (unit, state, answers) in enumerate(self.records)
            if unit == vid
        ]  # fmt: skip


def drawn(seed: int, size: int) -> list[tuple[str, str, dict[str, str]]]:
    """Random records: any state, half of the answers missing, several ways of selling."""
    program, draw = any_program(), random.Random(seed)
    scales = ("mikro", "kecil", "menengah", "besar", "")
    records = []
    for _ in range(size):
        answers = {
            "usaha/skala": draw.choice(scales),
            "usaha/kbli": draw.choice(("10794", "47111", "14111", "")),
            "usaha/omzet": draw.choice(("", "4999999", "5000000", "167000000", "9000000000")),
            "pemasaran/metode": " ".join(draw.sample(("langsung", "titip", "pasar"), draw.randint(0, 3))),
            "pemilik/jk": draw.choice(("1", "2", "")),
            "pekerja/dibayar_l": draw.choice(("0", "3", "")),
            "pekerja/dibayar_p": draw.choice(("2", "12", "")),
            "pekerja/keluarga_l": draw.choice(("1", "")),
            "pekerja/keluarga_p": draw.choice(("", "5")),
            "legalitas/nib_ada": draw.choice(("ada", "tidak", "ada_tanpa_bukti", "")),
        }
        records.append((draw.choice(VILLAGES), draw.choice(sorted(program.states)), answers))
    return records


def recap() -> tuple[Paper, Selection]:
    """The shipped recapitulation over three villages in two districts."""
    program = any_program()
    papers = (Paper.from_toml(program.paper_text(spec.id)) for spec in program.papers)
    paper = next(paper for paper in papers if paper.kind == "recap")
    scopes = tuple(Scope(unit, program.id, unit, f"Desa {unit}", 0, "") for unit in VILLAGES)
    return paper, Selection(program, scopes, states_of(program, paper))


def counted(records: Sequence[tuple[str, str, Mapping[str, str]]]) -> dict[str, Summary]:
    paper, selection = recap()
    store: Any = Records(records)
    tallies, _ = count(paper.cuts, selection, store, str, lambda _records: None)
    return {str(n): tally.summary() for n, tally in enumerate(tallies, start=1)}


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 80))
def test_every_cell_and_total_is_what_a_plain_count_gives(seed: int, size: int) -> None:
    records = drawn(seed, size)
    _, selection = recap()
    inside = [(unit, answers) for unit, state, answers in records if state in selection.states]
    tables = counted(records)
    plain = Counter((unit, answers["usaha/skala"] or "@empty") for unit, answers in inside)
    rows = {row[HEAD]: row for row in tables["2"].rows}
    for unit in {unit for unit, _ in inside}:
        row = rows[any_program().place_name(unit) or unit]
        scales = {key for key, _, _ in tables["2"].heads if key not in (HEAD, COUNT)}
        assert {scale: row[scale] for scale in scales} == {scale: plain[(unit, scale)] for scale in scales}
    for key in ("1", "2", "3", "4", "8", "9"):
        total = tables[key].total
        assert total is not None
        assert total[COUNT] == len(inside) == sum(int(str(row[COUNT])) for row in tables[key].rows)
    workers = sum(
        int(answers[path] or 0)
        for _, answers in inside
        for path in ("pekerja/dibayar_l", "pekerja/dibayar_p", "pekerja/keluarga_l", "pekerja/keluarga_p")
    )
    assert tables["6"].total is not None
    assert tables["6"].total["@sum4"] == workers
    ways = Counter(way for _, answers in inside for way in answers["pemasaran/metode"].split())
    assert sum(int(str(row[COUNT])) for row in tables["7"].rows) == sum(ways.values()) + sum(
        not answers["pemasaran/metode"] for _, answers in inside
    )


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 60))
def test_progress_counts_every_record_wherever_it_lies(seed: int, size: int) -> None:
    tables = counted(drawn(seed, size))
    for key in ("10", "11"):
        total = tables[key].total
        assert total is not None
        assert total[COUNT] == size


def test_a_band_begins_at_its_bound() -> None:
    program = any_program()
    state = sorted(recap()[1].states)[0]
    records = [
        (VILLAGES[0], state, {"usaha/omzet": value}) for value in ("4999999", "5000000", "15000000", "")
    ]
    table = counted(records)["8"]
    assert [row[COUNT] for row in table.rows] == [1, 1, 1, 0, 0, 0, 0, 1]
    assert program.id


def test_kbli_codes_are_gathered_under_their_letter() -> None:
    state = sorted(recap()[1].states)[0]
    records = [(VILLAGES[0], state, {"usaha/kbli": code}) for code in ("10794", "14111", "47111", "")]
    rows = counted(records)["3"].rows
    assert [(str(row[HEAD])[:1], row[COUNT]) for row in rows] == [("C", 2), ("G", 1), ("B", 1)]
    assert str(rows[-1][HEAD]) == "Belum berkode"


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 40), st.integers(2, 8))
def test_a_public_table_shows_no_small_figure_and_lets_none_be_worked_out(
    seed: int, size: int, least: int
) -> None:
    for whole in counted(drawn(seed, size)).values():
        shown = hidden(whole, least)
        keys = [key for key, _, kind in whole.heads[1:] if kind == "number" and not key.startswith("@sum")]
        table = [*shown.rows, *([shown.total] if shown.total is not None else [])]
        figures = [row[key] for row in table for key in keys if isinstance(row[key], int)]
        assert all(figure == 0 or int(str(figure)) >= least for figure in figures)
        lines = [[row[key] for key in keys] for row in table if len(keys) > 1]
        if shown.total is not None:
            lines += [[row[key] for row in table] for key, _, kind in whole.heads[1:] if kind == "number"]
        for line in lines:
            assert line.count(HIDDEN) != 1, (whole.title, line)


def test_what_is_large_enough_stays_as_it_is() -> None:
    state = sorted(recap()[1].states)[0]
    records = [(unit, state, {"usaha/skala": "mikro"}) for unit in VILLAGES for _ in range(7)]
    whole = counted(records)["2"]
    assert hidden(whole, 5) == whole
