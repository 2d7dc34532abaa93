"""Berita Acara Sinkronisasi: both sides per unit and form, what is not on the server yet, differences, receipts.

Prints the last comparison as it was found (``services.exchange.comparing``), and beside it what waits now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace

from sidumba_field.core.canonical import digest
from sidumba_field.core.time import parse_iso
from sidumba_field.programs import Program
from sidumba_field.reports import ReportData, Summary
from sidumba_field.reports.model import Value
from sidumba_field.services.desk import Desk
from sidumba_field.services.exchange.comparing import Comparison, kept
from sidumba_field.store import Scope
from sidumba_field.sync.status import LAST_SYNC
from sidumba_field.words import say, stamp

#: Digits of a hash on paper: enough to compare by eye; the spreadsheet has them all.
SHORT = 16
RECEIPTS = 15


class SyncPaper:
    """Gathers the paper's values; holds no state of its own."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def data(self, program: Program, base: ReportData) -> ReportData:
        """Return ``base`` with the comparison, what waits, and the receipts in it."""
        seat = self.desk.seat()
        found = kept(seat)
        scopes = {scope.vid: scope for scope in seat.store.scopes.all() if scope.program == program.id}
        mine = [scopes[vid] for vid in self.desk.my_vids(program.id) if vid in scopes]
        summaries = [self._sides(program, mine, found), self._waiting(mine)]
        if found is not None and found.differences:
            summaries.append(self._differences(program, found))
        summaries.append(self._receipts())
        return replace(
            base,
            values={**base.values, **self._values(found, mine)},
            summaries=tuple(
                replace(one, title=f"{n}. {one.title}") for n, one in enumerate(summaries, start=1)
            ),
            marks=self._marks(found, scopes),
            provenance=replace(base.provenance, snapshot_sha256=_digest(found)),
        )

    def _say(self, key: str, **params: object) -> str:
        return say(f"papers.standing.{key}", **params)

    def _when(self, at: str) -> str:
        return stamp(parse_iso(at), self.desk.zone) if at else ""

    def _values(self, found: Comparison | None, mine: list[Scope]) -> dict[str, object]:
        meta = self.desk.seat().store.meta
        result = "never" if found is None else "same" if found.same else "differs"
        return {
            "laptop": (meta.get("device") or "")[-12:] or self._say("none"),
            "server": meta.get("server_url") or self._say("none"),
            "kunci_server": (meta.get("server_key") or "")[:SHORT] or self._say("none"),
            "dicocokkan": self._when(found.at) if found is not None else self._say("never_at"),
            "sinkron_terakhir": self._when(meta.get(LAST_SYNC) or "") or self._say("never_at"),
            "hasil": self._say(f"result.{result}"),
            "tanda_server": found.sig[:32] if found is not None else self._say("none"),
            "jumlah_wilayah": len(mine),
        }

    # ---- tables

    def _sides(self, program: Program, mine: list[Scope], found: Comparison | None) -> Summary:
        vids = {scope.vid: scope for scope in mine}
        rows: list[Mapping[str, Value]] = []
        here = there = 0
        for pair in found.pairs if found is not None else ():
            if pair.vid not in vids:
                continue
            here, there = here + pair.here, there + pair.there
            rows.append(
                {
                    "unit": vids[pair.vid].unit_name,
                    "form": pair.form,
                    "here": pair.here,
                    "there": pair.there,
                    "here_digest": pair.here_digest[:SHORT],
                    "there_digest": pair.there_digest[:SHORT],
                    "result": self._say("same" if pair.same else "differs"),
                }
            )
        names = ("unit", "form", "here", "there", "here_digest", "there_digest", "result")
        kinds = ("text", "text", "number", "number", "code", "code", "text")
        total: Mapping[str, Value] | None = (
            {"unit": self._say("total"), "here": here, "there": there} if rows else None
        )
        return Summary(
            title=self._say("sides"),
            heads=tuple(
                (name, self._say(f"head.{name}"), kind) for name, kind in zip(names, kinds, strict=True)
            ),
            widths=(34.0, 20.0, 15.0, 15.0, 31.0, 31.0, 19.0),
            rows=tuple(rows),
            total=total,
            note=self._say("sides_note") if rows else self._say("no_comparison"),
        )

    def _waiting(self, mine: list[Scope]) -> Summary:
        store = self.desk.seat().store
        names = ("laptop", "waiting", "differing", "trouble")
        rows: list[Mapping[str, Value]] = []
        sums = dict.fromkeys(names, 0)
        for scope in mine:
            counted = store.standings.waiting(scope.vid)
            told = {name: int(getattr(counted, name)) for name in names}
            sums = {name: sums[name] + told[name] for name in names}
            if any(told.values()):
                rows.append({"unit": scope.unit_name, **told})
        return Summary(
            title=self._say("waiting"),
            heads=(
                ("unit", self._say("head.unit"), "text"),
                *((name, self._say(f"head.{name}"), "number") for name in names),
            ),
            widths=(57.0, 27.0, 27.0, 27.0, 27.0),
            rows=tuple(rows),
            total={"unit": self._say("total"), **sums},
            note=self._say("waiting_note", files=store.counts().files_waiting),
        )

    def _differences(self, program: Program, found: Comparison) -> Summary:
        store = self.desk.seat().store
        rows: list[Mapping[str, Value]] = []
        for one in found.differences:
            record = store.records.get(one.rid)
            number = record.fields.get(program.number_path, "") if record is not None else ""
            word = "only_here" if not one.there else "only_there" if not one.here else "both"
            rows.append(
                {
                    "record": number or one.rid[-12:],
                    "here": one.here or self._say("none"),
                    "there": one.there or self._say("none"),
                    "why": self._say(f"why.{word}"),
                }
            )
        note = self._say("more", count=found.more) if found.more else ""
        heads = (("record", "text"), ("here", "text"), ("there", "text"), ("why", "text"))
        return Summary(
            title=self._say("differences"),
            heads=tuple((name, self._say(f"difference.{name}"), kind) for name, kind in heads),
            widths=(50.0, 25.0, 25.0, 65.0),
            rows=tuple(rows),
            note=note,
        )

    def _receipts(self) -> Summary:
        receipts = self.desk.seat().store.receipts.all()[:RECEIPTS]
        rows = tuple({"number": one.number, "at": self._when(one.at), "ops": one.ops} for one in receipts)
        return Summary(
            title=self._say("receipts"),
            heads=(
                ("number", self._say("receipt.number"), "text"),
                ("at", self._say("receipt.at"), "text"),
                ("ops", self._say("receipt.ops"), "number"),
            ),
            widths=(50.0, 80.0, 35.0),
            rows=rows,
            note="" if rows else self._say("no_receipts"),
        )

    def _marks(self, found: Comparison | None, scopes: Mapping[str, Scope]) -> tuple[str, ...]:
        if found is None:
            return (self._say("mark_never"),)
        behind = sum(count for vid, count in found.behind.items() if vid in scopes)
        as_of = self._say("mark_as_of", at=self._when(found.at))
        return (as_of, self._say("mark_behind", count=behind)) if behind else (as_of,)


def _digest(found: Comparison | None) -> str:
    """The hash over everything that was compared, the server's signature among it."""
    return digest(asdict(found)) if found is not None else ""
