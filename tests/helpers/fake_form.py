"""A small form with answers, hand-written: the UMKM interview of the design pictures without the form engine.

Stands in for ``services.entry`` in tests of screens: it judges a few things (NIK, phone, turnover) so that errors,
warnings, calculated values and rows behave as on a real laptop.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sidumba_field.services.views import (
    Changes,
    ChoiceView,
    CommandView,
    FormDelta,
    FormView,
    ItemView,
    Mark,
    RemarkView,
    RepeatView,
    SectionView,
)


@dataclass(frozen=True)
class Q:
    """One question of the fake form."""

    name: str
    label: str
    kind: str = "text"
    widget: str = ""
    choices: tuple[str, ...] = ()
    hint: str = ""
    help: str = ""
    required: bool = True
    readonly: bool = False
    previous: str = ""
    lookup: bool = False
    unit: str = ""


@dataclass(frozen=True)
class R:
    """One repeat of the fake form."""

    name: str
    label: str
    columns: tuple[Q, ...]
    max_rows: int = 5


_HELP_PRICE = "Harga satu satuan yang dibayar pembeli, tanpa ongkos kirim. Tulis angka saja."
PRODUCTS = R(
    "produk",
    "Produk utama",
    (
        Q("nama", "Nama produk"),
        Q("satuan", "Satuan"),
        Q("dibuat", "Dibuat / bulan", "int"),
        Q("harga", "Harga jual (Rp)", "int", "money", help=_HELP_PRICE, previous="8500"),
        Q("nilai", "Nilai / bulan (Rp)", "calculate", "money", readonly=True),
    ),
)
YES_NO = ("Ya", "Tidak")
SECTIONS: tuple[tuple[str, str, tuple[Q | R, ...]], ...] = (
    (
        "pemilik",
        "Pemilik usaha",
        (
            Q("nama", "Nama pemilik", help="Tulis sesuai KTP, tanpa gelar."),
            Q("kk", "Nomor KK", "text", "kk", required=False),
            Q("lahir", "Tanggal lahir", "date"),
            Q("alamat", "Alamat", help="Jalan, RT dan RW."),
            Q("rt", "RT", "int"),
            Q("nik", "NIK", "text", "nik", hint="16 angka, sesuai susunan NIK", help="Lihat KTP pemilik."),
            Q("hp", "Nomor HP", "text", "phone", help="Nomor yang dapat dihubungi lewat WA."),
            Q(
                "pendidikan",
                "Pendidikan terakhir",
                "select_one",
                choices=("Tidak sekolah", "SD", "SMP", "SMA", "D1–D3", "S1 ke atas"),
            ),
        ),
    ),
    (
        "usaha",
        "Usaha dan produk",
        (
            Q("kbli", "Bidang usaha", "lookup", "kbli", hint="KBLI 2020", lookup=True),
            PRODUCTS,
            Q(
                "omzet",
                "Omzet per bulan",
                "int",
                "money",
                help="Rata-rata tiga bulan terakhir.",
                previous="30000000",
            ),
            Q("kelas", "Kelas usaha", "calculate", readonly=True),
            Q("nama_usaha", "Nama usaha"),
            Q("mulai", "Mulai tahun", "int", "year"),
            Q("bentuk", "Bentuk usaha", "select_one", choices=("Perorangan", "CV", "PT", "Koperasi")),
            Q("tempat", "Tempat usaha", "select_one", choices=("Rumah", "Kios", "Pasar", "Keliling")),
            Q("merek", "Merek", required=False),
        ),
    ),
    (
        "legal",
        "Legalitas",
        (
            Q("izin", "Izin yang dimiliki", "select_multiple", choices=("NIB", "PIRT", "Halal", "SNI")),
            Q("nib", "Nomor NIB", "text", "nib", required=False),
        ),
    ),
    ("tenaga", "Tenaga kerja", (Q("laki", "Laki-laki", "int", unit="orang"), Q("puan", "Perempuan", "int"))),
    (
        "uang",
        "Keuangan",
        (Q("modal", "Modal usaha", "int", "money"), Q("kur", "Memakai KUR", "select_one", choices=YES_NO)),
    ),
    (
        "pasar",
        "Pemasaran",
        (
            Q("cara", "Cara menjual", "select_multiple", choices=("Langsung", "Titip", "Daring")),
            Q("jangkauan", "Jangkauan", "select_one", choices=("Desa", "Kecamatan", "Kabupaten", "Luar")),
        ),
    ),
    (
        "foto",
        "Foto dan lokasi",
        (Q("tempat", "Foto tempat usaha", "binary"), Q("titik", "Titik lokasi", "geopoint")),
    ),
    (
        "nyata",
        "Pernyataan",
        (
            Q("benar", "Isian sudah benar", "select_one", choices=YES_NO),
            Q("catatan", "Catatan", "text", "multiline", required=False),
        ),
    ),
)
LETTERS = "ABCDEFGH"
KBLI = {
    "10794": "Industri kerupuk, keripik, peyek, dan sejenisnya",
    "10750": "Industri makanan dan masakan olahan",
    "10710": "Industri produk roti dan kue",
    "47241": "Perdagangan eceran beras",
}
ROWS = ("r1", "r2", "r3")
FILLED: dict[str, str] = {
    "pemilik/nama": "Siti Aminah",
    "pemilik/kk": "6311021203180004",
    "pemilik/lahir": "1988-06-05",
    "pemilik/alamat": "Jl. Kapul Raya 12",
    "pemilik/rt": "3",
    "pemilik/nik": "6311024506880003",
    "pemilik/hp": "0812513477",
    "pemilik/pendidikan": "3",
    "usaha/kbli": "10794",
    "usaha/omzet": "45000000",
    "usaha/nama_usaha": "Keripik Singkong Bu Siti",
    "usaha/mulai": "2016",
    "usaha/bentuk": "1",
    "legal/izin": "1 3",
    "legal/nib": "1204003126789",
    "tenaga/laki": "0",
    "tenaga/puan": "2",
    "uang/modal": "12000000",
    "uang/kur": "2",
    "pasar/cara": "1 2",
    "pasar/jangkauan": "2",
    "foto/titik": "-2.2345 115.6271 0 0",
    "produk[r1]": "1",
    "produk[r1]/nama": "Keripik singkong asin",
    "produk[r1]/satuan": "bungkus 250 g",
    "produk[r1]/dibuat": "400",
    "produk[r1]/harga": "12000",
    "produk[r2]": "2",
    "produk[r2]/nama": "Keripik balado",
    "produk[r2]/satuan": "bungkus 250 g",
    "produk[r2]/dibuat": "250",
    "produk[r2]/harga": "13000",
    "produk[r3]": "3",
    "produk[r3]/nama": "Kerupuk ubi ungu",
    "produk[r3]/satuan": "bungkus 200 g",
    "produk[r3]/dibuat": "120",
}
REMARK = RemarkView(
    "rm1",
    "usaha/omzet",
    "Omzet per bulan",
    "Omzet lebih besar dari nilai produksi. Mohon periksa.",
    "M. Rizani",
    "19 Nov 15.10",
    "",
    False,
)


def dotted(number: int) -> str:
    """12000 -> 12.000."""
    return f"{number:,}".replace(",", ".")


def _whole(text: str) -> int:
    return int(text) if text.isdigit() else 0


@dataclass
class FakeForm:
    """One record in hand: answers, and views computed anew after each of them."""

    rid: str
    fields: dict[str, str] = field(default_factory=dict)
    remarks: tuple[RemarkView, ...] = ()
    version: str = "versi 1"
    posisi: tuple[str, str] = ("draf", "Draf")
    saved_at: str = ""
    seconds: int = 0
    history: list[dict[str, str]] = field(default_factory=list)
    ahead: list[dict[str, str]] = field(default_factory=list)

    def rows(self) -> tuple[str, ...]:
        """Row ids in their order."""
        found = {k[7:-1]: v for k, v in self.fields.items() if k.startswith("produk[") and k.endswith("]")}
        return tuple(sorted(found, key=lambda row: int(found[row])))

    def product_value(self, row: str) -> int:
        """Made per month times price."""
        return _whole(self.fields.get(f"produk[{row}]/dibuat", "")) * _whole(
            self.fields.get(f"produk[{row}]/harga", "")
        )

    def total_value(self) -> int:
        """Value of all products."""
        return sum(self.product_value(row) for row in self.rows())

    # -- views

    def judge(self, path: str, value: str) -> tuple[str, str]:
        """(error, warning) of one answer."""
        digits = len(value)
        if path == "pemilik/nik" and value and digits != 16:
            return f"NIK harus 16 angka, baru {digits}.", ""
        if path == "pemilik/hp" and value and not 11 <= digits <= 13:
            return (
                f"Kurang angka: baru {digits}, seharusnya 11–13. Boleh lanjut dulu, nanti diingatkan.",
                "",
            )
        total = self.total_value()
        if path == "usaha/omzet" and total and _whole(value) > 2 * total:
            reason = self.fields.get(f"@reason/{path}", "")
            return (
                "",
                ""
                if reason
                else f"Jauh di atas nilai produk (Rp {dotted(total)}). Periksa, atau tulis "
                "alasannya dengan F2.",
            )
        if path.endswith(("/rt", "/mulai", "/laki", "/puan", "/dibuat", "/harga")) and not (
            value.isdigit() or not value
        ):
            return "Tulis angka saja.", ""
        return "", ""

    def value_of(self, path: str, question: Q) -> str:
        """The answer, or what is computed."""
        if path == "usaha/kelas":
            yearly = 12 * _whole(self.fields.get("usaha/omzet", ""))
            return ("Usaha mikro" if yearly <= 2_000_000_000 else "Usaha kecil") if yearly else ""
        if path.startswith("produk[") and question.name == "nilai":
            value = self.product_value(path[7 : path.index("]")])
            return str(value) if value else ""
        return self.fields.get(path, "")

    def shown(self, question: Q, value: str) -> str:
        """As read."""
        if question.lookup and value:
            return KBLI.get(value, value)
        if question.kind in ("int", "calculate") and value.isdigit() and question.widget == "money":
            return dotted(int(value))
        if question.choices:
            return ", ".join(question.choices[int(v) - 1] for v in value.split() if v.isdigit())
        return value

    def item(self, path: str, question: Q, code: str) -> ItemView:
        """One question as the screen draws it."""
        value = self.value_of(path, question)
        error, warning = self.judge(path, value)
        reading = ""
        if path == "pemilik/nik" and value == FILLED[path]:
            reading = "Perempuan · Lahir 5 Juni 1988 (38 th) · Kec. Halong"
        hint = question.hint
        if path == "usaha/kelas" and value:
            hint = "Omzet Rp 540 juta per tahun, batas mikro Rp 2 miliar"
        remark = next((r for r in self.remarks if r.path == path), None)
        choices = tuple(ChoiceView(str(i), label) for i, label in enumerate(question.choices, 1))
        return ItemView(
            path=path,
            code=code,
            kind=question.kind,
            widget=question.widget,
            label=question.label,
            hint=hint,
            help=question.help,
            value=value,
            shown=self.shown(question, value),
            unit=question.unit,
            choices=choices,
            lookup=question.lookup,
            required=question.required,
            readonly=question.readonly,
            relevant=not (path == "legal/nib" and "1" not in self.fields.get("legal/izin", "").split()),
            error=error,
            warning=warning,
            reason=self.fields.get(f"@reason/{path}", ""),
            reading=reading,
            remark=remark.text if remark else "",
            remark_by=f"{remark.by_name}, {remark.when}" if remark else "",
            previous=question.previous,
            why="" if value else self.fields.get(f"@why/{path}", ""),
        )

    def repeat(self, code: str) -> RepeatView:
        """The product table."""
        cells = {
            row: {q.name: self.item(f"produk[{row}]/{q.name}", q, code) for q in PRODUCTS.columns}
            for row in self.rows()
        }
        total = self.total_value()
        return RepeatView(
            path="produk",
            code=code,
            label=PRODUCTS.label,
            add_text="Ketik untuk menambah produk",
            max_rows=PRODUCTS.max_rows,
            columns=tuple(self.item(f"produk/{q.name}", q, code) for q in PRODUCTS.columns),
            rows=self.rows(),
            cells=cells,
            totals={"nilai": dotted(total)} if total else {},
            error="",
            remark="",
        )

    def view(self) -> FormView:
        """Everything of the record."""
        items: dict[str, ItemView] = {}
        repeats: dict[str, RepeatView] = {}
        sections = []
        for letter, (key, label, questions) in zip(LETTERS, SECTIONS, strict=True):
            order, filled, errors, warnings, total = [], 0, 0, 0, 0
            for number, question in enumerate(questions, 1):
                code = f"{letter}{number}"
                if isinstance(question, R):
                    repeats["produk"] = self.repeat(code)
                    order.append("produk")
                    total += 1
                    filled += bool(self.rows())
                    continue
                path = f"{key}/{question.name}"
                items[path] = shown = self.item(path, question, code)
                order.append(path)
                if shown.relevant:
                    total += 1
                    filled += bool(shown.value)
                    errors += bool(shown.error)
                    warnings += bool(shown.warning)
            sections.append(SectionView(key, letter, label, tuple(order), filled, total, errors, warnings))
        every = [p for s in sections for p in s.order]
        cells = [c for r in repeats.values() for row in r.rows for c in r.cells[row].values()]
        asked = [items[p] for p in every if p in items] + cells
        return FormView(
            rid=self.rid,
            title=self.fields.get("usaha/nama_usaha", ""),
            number="UMKM-2026-KPL-0183",
            version_text=self.version,
            posisi=self.posisi[0],
            posisi_label=self.posisi[1],
            mark=Mark.LAPTOP,
            mark_text="Perubahan belum dikirim",
            sections=tuple(sections),
            items=items,
            repeats=repeats,
            filled=sum(s.filled for s in sections),
            total=sum(s.total for s in sections),
            errors=tuple(i.path for i in asked if i.error),
            empty=tuple(
                i.path for i in asked if i.required and i.relevant and not i.readonly and not i.value
            ),
            notes=tuple(r.path for r in self.remarks),
            remarks=self.remarks,
            commands=(CommandView("serahkan", "Selesai", "forward", False),),
            editable=True,
            why_locked="",
            saved_at=self.saved_at,
        )

    def change(self, changes: dict[str, str | None], *, remember: bool = True) -> FormDelta:
        """Write answers (None: gone) and tell what is different now."""
        before = self.view()
        if remember:
            self.history.append(dict(self.fields))
            self.ahead.clear()
        for path, value in changes.items():
            if value is None:
                self.fields = {
                    k: v for k, v in self.fields.items() if k != path and not k.startswith(path + "/")
                }
            else:
                self.fields[path] = value
        return self.delta(before)

    def delta(self, before: FormView) -> FormDelta:
        """What differs from ``before``."""
        self.seconds += 1
        self.saved_at = f"09.41.{12 + self.seconds % 47:02d}"
        now = replace(self.view(), saved_at=self.saved_at)
        return FormDelta(
            rid=self.rid,
            saved_at=self.saved_at,
            items={p: i for p, i in now.items.items() if before.items.get(p) != i},
            repeats={p: r for p, r in now.repeats.items() if before.repeats.get(p) != r},
            sections=now.sections,
            filled=now.filled,
            total=now.total,
            errors=now.errors,
            empty=now.empty,
            notes=now.notes,
            title=now.title,
            changes=Changes(records=frozenset({self.rid}), counts=True),
        )

    def step_back(self, source: list[dict[str, str]], target: list[dict[str, str]]) -> FormDelta | None:
        """Undo or redo."""
        if not source:
            return None
        before = self.view()
        target.append(dict(self.fields))
        self.fields = source.pop()
        return self.delta(before)
