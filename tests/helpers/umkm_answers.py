"""Whole UMKM forms of villages in Halong in any number, always the same: every question that applies is answered.

``full(n)`` is the n-th business: what people type and what the form works out, as a laptop sends it. No form engine
is asked (a law in tests/forms compares the two), so ten thousand are there in a few seconds. Names, numbers and
places on the map are invented; NIK have the right structure. ``typed(n)`` leaves out what the form works out itself.
"""

from __future__ import annotations

import hashlib
import random
import uuid
from dataclasses import dataclass

#: Five villages of Kecamatan Halong (forms/codebooks/wilayah.csv).
VILLAGES: dict[str, str] = {
    "63.11.02.2005": "Halong",
    "63.11.02.2002": "Bangkal",
    "63.11.02.2010": "Gunung Riut",
    "63.11.02.2011": "Kapul",
    "63.11.02.2019": "Uren",
}
WOMEN = (
    "Siti|Norhayati|Rusmina|Fatimah|Hamidah|Masliah|Jumiati|Mariana|Salasiah|Noorlaila|Yuliana|Rabiatul|Kartini|"
    "Misnawati|Saniah|Nor Asiah|Maimunah|Rusdiana|Hj. Aminah|Galuh"
).split("|")
MEN = (
    "Ahmad|Muhammad|Rahmadi|Syahrani|Hairudin|Fahriadi|Junaidi|Supian|Mulyadi|Abdurrahman|Basuni|Arbain|Utuh|Anang|"
    "Misran|Hasbullah|Jamhari|Kurniawan|Rusdi|Saberan"
).split("|")
WOMENS_LAST = (
    "Aminah Hidayati Rahmah Wahyuni Lestari Handayani Astuti Marlina Sari Wati Hasanah Khairani Mahmudah"
).split()
MENS_LAST = (
    "Saputra Hidayat Ramadhan Fauzi Maulana Rifani Anshari Noor Effendi Ilmi Zainuddin Rahman Halidi".split()
)
STREETS = (
    "Jl. Pasar Halong|Jl. Gunung Riut|Jl. Ahmad Yani|Jl. Balangan|Jl. Pendidikan|Jl. Masjid Raya|Jl. Jembatan Lama|"
    "Jl. Simpang Tiga|Gang Keluarga|Jl. Transmigrasi"
).split("|")
TOWNS = ("Balangan", "Balangan", "Balangan", "Hulu Sungai Utara", "Tabalong", "Banjarmasin")


@dataclass(frozen=True, slots=True)
class Trade:
    """A line of business: goods are (name, unit, usual price)."""

    group: str
    kbli: str
    category: str
    activity: str
    goods: tuple[tuple[str, str, int], ...]
    material: str = "desa"
    food: bool = False


TRADES = (
    Trade(
        "kuliner",
        "10794",
        "C",
        "Membuat {good} di rumah lalu menitipkannya ke warung di Desa {place}",
        (
            ("Keripik singkong", "bungkus 250 g", 12_000),
            ("Keripik pisang", "bungkus 200 g", 11_000),
            ("Kerupuk ubi", "bungkus 100 g", 7_500),
            ("Rempeyek kacang", "toples 500 g", 35_000),
        ),
        food=True,
    ),
    Trade(
        "kuliner",
        "10710",
        "C",
        "Membuat {good} menurut pesanan dan menjualnya di pasar pagi {place}",
        (
            ("Bingka kentang", "loyang", 45_000),
            ("Kue lapis", "kotak isi 10", 25_000),
            ("Amparan tatak", "loyang", 40_000),
            ("Roti pisang", "bungkus isi 5", 12_500),
        ),
        food=True,
    ),
    Trade(
        "kuliner",
        "56102",
        "I",
        "Warung makan yang menyajikan {good} untuk pekerja kebun di sekitar {place}",
        (
            ("Nasi kuning habang", "porsi", 15_000),
            ("Soto Banjar", "porsi", 18_000),
            ("Ketupat Kandangan", "porsi", 17_000),
            ("Es kelapa", "gelas", 6_000),
        ),
    ),
    Trade(
        "kriya",
        "16291",
        "C",
        "Menganyam {good} untuk dijual di pasar mingguan dan lewat pengepul di {place}",
        (
            ("Bakul rotan", "buah", 60_000),
            ("Tikar purun", "lembar", 45_000),
            ("Topi anyaman", "buah", 25_000),
            ("Lanjung bambu", "buah", 85_000),
        ),
    ),
    Trade(
        "dagang",
        "47112",
        "G",
        "Menjual kebutuhan harian, terutama {good}, di kios depan rumah di {place}",
        (
            ("Beras lokal", "kg", 14_000),
            ("Gula pasir", "kg", 17_500),
            ("Minyak goreng", "liter", 19_000),
            ("Telur ayam", "kg", 28_000),
        ),
        material="kabupaten",
    ),
    Trade(
        "fesyen",
        "14120",
        "C",
        "Menjahit {good} menurut pesanan pelanggan dari {place} dan desa sekitarnya",
        (
            ("Seragam sekolah", "stel", 165_000),
            ("Baju sasirangan", "lembar", 185_000),
            ("Kebaya", "buah", 250_000),
            ("Celana kain", "buah", 90_000),
        ),
        material="provinsi",
    ),
    Trade(
        "jasa",
        "45407",
        "G",
        "Memperbaiki sepeda motor warga {place}, terutama {good}, di bengkel sendiri",
        (
            ("Servis ringan", "motor", 45_000),
            ("Ganti oli", "motor", 55_000),
            ("Tambal ban", "ban", 15_000),
            ("Ganti kampas rem", "motor", 60_000),
        ),
        material="kabupaten",
    ),
    Trade(
        "tani",
        "10211",
        "C",
        "Mengolah hasil kolam menjadi {good} dan menjualnya ke pasar {place}",
        (
            ("Ikan sepat kering", "kg", 70_000),
            ("Wadi ikan", "kg", 55_000),
            ("Abon haruan", "bungkus 100 g", 30_000),
            ("Pakasam", "toples 500 g", 40_000),
        ),
        food=True,
    ),
)
SCHOOLING = ("tidak_sekolah", "sd", "sd", "smp", "smp", "sma", "sma", "smk", "diploma", "s1")
OLD_PERMITS = ("situ", "siup", "tdp", "skdp", "iumk", "sku")
MICRO, SMALL, MEDIUM = (2_000_000_000, 15_000_000_000, 50_000_000_000)


def village_of(n: int) -> str:
    """The village the n-th business lies in when none is asked for."""
    return tuple(VILLAGES)[n % len(VILLAGES)]


def row_id(n: int, row: int) -> str:
    """A stable id of the n-th business' product row, as random as a real one."""
    return str(uuid.UUID(bytes=hashlib.sha256(f"row {n} {row}".encode()).digest()[:16], version=4))


def photo_name(n: int, what: str = "photo") -> str:
    """The name of an attachment of the n-th business."""
    return hashlib.sha256(f"{what} {n}".encode()).hexdigest() + ".jpg"


def full(n: int, village: str = "") -> dict[str, str]:
    """The n-th record as it is sent: flat fields, row markers and worked-out answers included."""
    return _whole(n, village, worked_out=True)


def typed(n: int, village: str = "") -> dict[str, str]:
    """What people type for the n-th business, in the order of the form; nothing the form works out itself."""
    return _whole(n, village, worked_out=False)


def _whole(n: int, village: str, worked_out: bool) -> dict[str, str]:
    draw = random.Random(n)
    place = village or village_of(n)
    owner = _owner(draw, place)
    workers = _workers(draw)
    trade = draw.choice(TRADES)
    scale = draw.choices((1, 45, 250), (93, 6, 1))[0]
    business = _business(draw, owner, place, trade)
    found = {"pendataan/hasil": "lengkap", "pendataan/sumber": draw.choice(("wawancara",) * 4 + ("kertas",))}
    found |= owner | _standing(draw, workers)
    found |= business | _products(n, draw, trade, scale, worked_out)
    value = _value_of(found)
    found["usaha/omzet"] = str(_round(value * draw.uniform(0.9, 1.3)))
    money = _money(draw, int(found["usaha/omzet"]), scale)
    found |= _permits(draw, owner["pemilik/nik"], trade, business["usaha/badan"]) | workers | money
    found |= _making(draw, trade) | _selling(draw, owner["pemilik/nama"]) | _support(n, draw)
    found |= _place(n, draw, place, owner) | _statement(n, draw, place, owner)
    return found | _worked_out(found) if worked_out else found


def _round(amount: float, step: int = 10_000) -> int:
    return max(step, int(amount / step) * step)


def _owner(draw: random.Random, village: str) -> dict[str, str]:
    woman = draw.random() < 0.6
    day, month, year = draw.randint(1, 28), draw.randint(1, 12), draw.randint(1955, 1999)
    nik = f"631102{day + 40 * woman:02d}{month:02d}{year % 100:02d}{draw.randint(1, 9999):04d}"
    first, last = (WOMEN, WOMENS_LAST) if woman else (MEN, MENS_LAST)
    found = {
        "pemilik/nik": nik,
        "pemilik/no_kk": f"631102{draw.randint(1, 28):02d}{draw.randint(1, 12):02d}{draw.randint(5, 25):02d}"
        f"{draw.randint(1, 9999):04d}",
        "pemilik/nama": f"{draw.choice(first)} {draw.choice(last)}",
        "pemilik/tempat_lahir": draw.choice(TOWNS),
        "pemilik/tgl_lahir": f"{year}-{month:02d}-{day:02d}",
        "pemilik/jk": "2" if woman else "1",
        "pemilik/alamat": f"{draw.choice(STREETS)} No. {draw.randint(1, 180)}",
        "pemilik/alamat_rt": f"{draw.randint(1, 12):03d}",
        "pemilik/alamat_rw": f"{draw.randint(1, 4):03d}",
        "pemilik/alamat_kec": village[:8],
        "pemilik/alamat_desa": village,
        "pemilik/alamat_sama": draw.choice(("ya", "ya", "ya", "tidak")),
        "pemilik/hp": f"08{draw.choice(('12', '13', '21', '52', '57', '95'))}{draw.randint(1_000_000, 99_999_999)}",
    }
    if draw.random() < 0.15:
        name = found["pemilik/nama"].split()[-1].lower()
        found["pemilik/surel"] = f"{name}{draw.randint(1, 99)}@contoh.id"
    if not woman and draw.random() < 0.1:
        found["pemilik/gelar_depan"] = "H."
    return found


def _standing(draw: random.Random, workers: dict[str, str]) -> dict[str, str]:
    paid = int(workers["pekerja/dibayar_l"]) + int(workers["pekerja/dibayar_p"])
    family = int(workers["pekerja/keluarga_l"]) + int(workers["pekerja/keluarga_p"])
    schooling = draw.choice(SCHOOLING)
    found = {
        "pemilik/pendidikan": schooling,
        "pemilik/kawin": draw.choices(("belum", "kawin", "cerai_hidup", "cerai_mati"), (8, 80, 4, 8))[0],
        "pemilik/disabilitas": draw.choices(("ya", "tidak"), (3, 97))[0],
        "pemilik/status_pengusaha": "dibantu_tetap" if paid else "dibantu" if family else "sendiri",
        "pemilik/jumlah_usaha": str(draw.choices((1, 2, 3), (88, 10, 2))[0]),
        "pemilik/pekerjaan_lain": draw.choices(("asn", "karyawan", "petani", "tidak"), (3, 7, 40, 50))[0],
        "pemilik/bansos": draw.choices(("ya", "tidak"), (30, 70))[0],
    }
    if schooling == "s1":
        found["pemilik/gelar_belakang"] = draw.choice(("S.E.", "S.Pd.", "S.P."))
    if found["pemilik/disabilitas"] == "ya":
        found["pemilik/disabilitas_jenis"] = draw.choice(("fisik", "sensorik"))
    return found


def _workers(draw: random.Random) -> dict[str, str]:
    counts = [draw.choices((0, 1, 2, 3, 4), (55, 20, 15, 6, 4))[0] for _ in range(4)]
    names = ("dibayar_l", "dibayar_p", "keluarga_l", "keluarga_p")
    found = {f"pekerja/{name}": str(count) for name, count in zip(names, counts, strict=True)}
    if sum(counts):
        found["pekerja/pekerja_disabilitas"] = "0"
        found["pekerja/pekerja_anak"] = "0" if draw.random() < 0.95 else "1"
        found["pekerja/bpjs"] = draw.choices(("semua", "sebagian", "tidak"), (5, 10, 85))[0]
    return found


def _business(draw: random.Random, owner: dict[str, str], village: str, trade: Trade) -> dict[str, str]:
    good = trade.goods[draw.randrange(len(trade.goods))][0]
    home = owner["pemilik/alamat_sama"] == "ya"
    spot = "rumah" if home else draw.choice(("khusus", "kaki_lima", "keliling", "khusus"))
    address = owner["pemilik/alamat"] if home else f"{draw.choice(STREETS)} No. {draw.randint(1, 180)}"
    found = {
        "usaha/nama": f"{good} {owner['pemilik/nama'].split()[0]} {draw.choice(WOMENS_LAST + MENS_LAST)}",
        "usaha/alamat": address,
        "usaha/alamat_usaha_rt": owner["pemilik/alamat_rt"] if home else f"{draw.randint(1, 12):03d}",
        "usaha/alamat_usaha_rw": owner["pemilik/alamat_rw"] if home else f"{draw.randint(1, 4):03d}",
        "usaha/badan": draw.choices(("perorangan", "kelompok", "cv", "pt_perorangan"), (92, 4, 2, 2))[0],
        "usaha/tahun_mulai": str(draw.randint(2012, 2024)),
        "usaha/status_usaha": draw.choices(("aktif", "musiman", "tutup_sementara"), (88, 9, 3))[0],
        "usaha/tempat": spot,
    }
    if spot != "keliling":
        owned = draw.choices(("sendiri", "sewa", "pinjam", "keluarga", "pemda"), (60, 12, 5, 18, 5))[0]
        found["usaha/milik_tempat"] = owned
        if owned in ("sendiri", "keluarga"):
            found["usaha/bukti_tanah"] = draw.choices(("shm", "girik", "tidak"), (45, 35, 20))[0]
        elif owned == "sewa":
            found["usaha/bukti_tanah"] = draw.choice(("sewa", "tidak"))
        found["usaha/luas"] = str(draw.choice((6, 9, 12, 15, 18, 20, 24, 30, 36, 48)))
    found |= {
        "usaha/jaringan": draw.choices(("tunggal", "pusat", "cabang"), (95, 3, 2))[0],
        "usaha/kegiatan": trade.activity.format(good=good.lower(), place=VILLAGES.get(village, "Halong")),
        "usaha/kbli": trade.kbli,
        "usaha/kategori": trade.category,
        "usaha/kelompok": trade.group,
    }
    return found


def _products(n: int, draw: random.Random, trade: Trade, scale: int, worked_out: bool) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, (name, unit, price) in enumerate(draw.sample(trade.goods, 3), start=1):
        row = f"usaha/produk[{row_id(n, number)}]"
        price += draw.randint(-2, 4) * 500
        made = max(2, int(draw.uniform(900_000, 6_000_000) * scale / price))
        found |= {row: str(number), f"{row}/nama": name, f"{row}/satuan": unit}
        found |= {f"{row}/dibuat": str(made), f"{row}/harga": str(price)}
        if worked_out:
            found[f"{row}/nilai"] = str(made * price)
    return found


def _value_of(found: dict[str, str]) -> int:
    rows = [path for path in found if path.startswith("usaha/produk[") and path.endswith("]")]
    return sum(int(found[f"{row}/dibuat"]) * int(found[f"{row}/harga"]) for row in rows)


def _money(draw: random.Random, turnover: int, scale: int) -> dict[str, str]:
    year = _round(turnover * 12 * draw.uniform(0.85, 1.1))
    # Capital of the same class as the sales: PP 7/2021 Pasal 35, half of the limits.
    capital = _round(year * 0.4 * draw.uniform(0.5, 1.0))
    if scale > 1:
        capital = max(capital, 1_100_000_000 if year <= SMALL else 5_100_000_000)
        capital = min(capital, 4_900_000_000 if year <= SMALL else 9_900_000_000)
    costs = _round(turnover * draw.uniform(0.45, 0.7))
    tools = _round(capital * 0.35)
    return {
        "keuangan/modal_awal": str(_round(capital * draw.uniform(0.1, 0.6))),
        "keuangan/modal": str(capital),
        "keuangan/sumber_modal": draw.choice(
            ("sendiri", "sendiri keluarga", "sendiri kur", "sendiri pnm", "keluarga")
        ),
        "keuangan/aset_alat": str(tools),
        "keuangan/aset_kendaraan": str(draw.choice((0, 7_500_000, 12_000_000, 18_000_000))),
        "keuangan/aset_persediaan": str(_round(turnover * 0.3)),
        "keuangan/penjualan": str(year),
        "keuangan/biaya": str(costs),
        "keuangan/laba": str(_round((turnover - costs) * draw.uniform(0.6, 0.95))),
        "keuangan/catat": draw.choices(("tidak", "sederhana", "lengkap", "aplikasi"), (45, 45, 6, 4))[0],
    }


def _permits(draw: random.Random, nik: str, trade: Trade, form: str) -> dict[str, str]:
    found: dict[str, str] = {}
    day = f"{draw.randint(2019, 2025)}-{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d}"

    def paper(name: str, chance: float, number: str, ends: str = "") -> None:
        shown = draw.random() < chance
        found[f"legalitas/{name}_ada"] = "ada" if shown else "tidak"
        if shown:
            found[f"legalitas/{name}"] = number
            found[f"legalitas/{name}_surat/tanggal"] = day
            if ends:
                found[f"legalitas/{name}_surat/berlaku"] = ends

    paper("nib", 0.55, f"{draw.randint(10**12, 10**13 - 1)}")
    paper("npwp", 0.3, nik if form == "perorangan" else f"0{draw.randint(10**14, 10**15 - 1)}")
    old = draw.choices(("tidak", "sku", "iumk", "sku iumk", "siup tdp"), (55, 25, 10, 5, 5))[0]
    found["legalitas/izin_lama"] = " ".join(one for one in (*OLD_PERMITS, "tidak") if one in old.split())
    for one in old.split() if old != "tidak" else ():
        found[f"legalitas/izin_{one}/bukti"] = "ada"
        found[f"legalitas/izin_{one}/nomor"] = f"503/{draw.randint(1, 400):03d}/{one.upper()}/{day[:4]}"
        found[f"legalitas/izin_{one}/tanggal"] = day
    ends = draw.randint(27, 30)
    pirt = f"2{draw.randint(1, 15):02d}6311{draw.randint(1, 99):02d}{draw.randint(1, 9999):04d}{ends}"
    paper("pirt", 0.3 if trade.food else 0.0, pirt, f"20{ends}-06-30")
    paper("halal", 0.25 if trade.food else 0.0, f"ID{draw.randint(10**16, 10**17 - 1)}")
    paper("bpom", 0.02 if trade.food else 0.0, f"MD{draw.randint(10**11, 10**12 - 1)}")
    paper("merek", 0.04, f"IDM{draw.randint(10**8, 10**9 - 1)}")
    paper("sni", 0.02, f"440/{draw.randint(1, 90):02d}/LH/{day[:4]}")
    if form == "pt_perorangan":
        paper("akta", 0.9, f"AHU-{draw.randint(10_000, 99_999)}.AH.01.30.{day[:4]}")
    return found


def _making(draw: random.Random, trade: Trade) -> dict[str, str]:
    supply = draw.choices(("pln_meteran", "pln_tanpa", "non_pln", "bukan"), (80, 10, 3, 7))[0]
    found = {
        "produksi/bahan": trade.material,
        "produksi/alat": draw.choices(("manual", "semi", "mesin"), (60, 33, 7))[0],
        "produksi/listrik": supply,
    }
    if supply == "pln_meteran":
        found["produksi/daya"] = draw.choices(("450", "900", "1300", "2200", "lebih"), (30, 45, 18, 5, 2))[0]
    return found | {
        "produksi/kapasitas": str(draw.randint(10, 120) * 10),
        "produksi/kapasitas_satuan": trade.goods[0][1],
        "produksi/kemasan": draw.choices(("tanpa", "polos", "label", "ritel"), (25, 45, 25, 5))[0],
        "produksi/limbah": draw.choices(("tidak_ada", "buang", "olah", "jual"), (40, 45, 10, 5))[0],
    }


def _selling(draw: random.Random, owner: str) -> dict[str, str]:
    ways = ("langsung", "titip", "pasar", "reseller", "medsos", "lokapasar", "situs")
    uses = ("komunikasi", "informasi", "iklan", "jual", "beli")
    chosen = set(draw.sample(ways, draw.randint(1, 3)))
    net = set(draw.sample(uses, draw.randint(1, 3))) if draw.random() < 0.6 else set()
    found = {
        "pemasaran/metode": " ".join(way for way in ways if way in chosen),
        "pemasaran/wilayah_pasar": draw.choices(
            ("desa", "kecamatan", "kabupaten", "provinsi", "nasional"), (25, 40, 25, 8, 2)
        )[0],
        "pemasaran/internet": " ".join(use for use in uses if use in net) or "tidak",
    }
    if chosen & {"medsos", "lokapasar", "situs"} or net & {"iklan", "jual"}:
        shop = draw.choice(("Facebook", "WA Business", "Instagram", "Shopee", "TikTok Shop"))
        found["pemasaran/akun"] = f"{shop} {owner.split()[0].lower()}{draw.randint(1, 99)}"
    found["pemasaran/nontunai"] = draw.choices(
        ("tidak", "transfer", "qris transfer", "qris", "transfer dompet"), (50, 20, 12, 12, 6)
    )[0]
    return found


def _support(n: int, draw: random.Random) -> dict[str, str]:
    credit = draw.choices(("belum", "lunas", "sedang"), (62, 20, 18))[0]
    found = {"pembiayaan/kredit": credit}
    if credit == "belum":
        reasons = ("tidak_perlu", "agunan", "cara", "ditolak", "bunga", "agama")
        found["pembiayaan/tidak_kredit"] = draw.choices(reasons, (40, 12, 15, 3, 12, 18))[0]
    else:
        found["pembiayaan/kredit_lembaga"] = draw.choice(
            ("BRI Unit Halong", "Bank Kalsel", "PNM Mekaar", "BSI Paringin")
        )
        found["pembiayaan/kredit_plafon"] = str(draw.choice((3, 5, 10, 15, 25, 50)) * 1_000_000)
        found["pembiayaan/kredit_tahun"] = str(draw.randint(2018, 2025))
    aided = draw.random() < 0.3
    found["pembiayaan/bantuan_ada"] = "ya" if aided else "tidak"
    if aided:
        row = f"pembiayaan/bantuan_daftar/bantuan[{row_id(n, 9)}]"
        name, amount = draw.choice((("BPUM", 2_400_000), ("Mesin spinner", 3_500_000), ("BPUM", 1_200_000)))
        found |= {row: "1", f"{row}/program": name, f"{row}/tahun": str(draw.randint(2020, 2024))}
        found[f"{row}/nilai_bantuan"] = str(amount)
    found["pembiayaan/anggota"] = draw.choices(("ya", "tidak"), (20, 80))[0]
    if found["pembiayaan/anggota"] == "ya":
        found["pembiayaan/anggota_nama"] = draw.choice(
            ("Koperasi Balangan Jaya", "KUBE Melati", "UP2K Desa", "Aspindo")
        )
    if draw.random() < 0.06:
        found["pembiayaan/kemitraan"] = draw.choice(
            ("Toko oleh-oleh Paringin", "Alfamart Paringin", "BUM Desa")
        )
    training = ("manajemen", "produksi", "kemasan", "digital", "keuangan", "halal")
    attended = set(draw.sample(training, 2)) if draw.random() < 0.3 else set()
    found["pembiayaan/pelatihan"] = " ".join(one for one in training if one in attended) or "belum"
    troubles = ("modal", "bahan", "pasar", "tenaga", "alat", "izin", "tempat", "saing", "angkut", "internet")
    felt = set(draw.sample(troubles, draw.randint(1, 3)))
    found["pembiayaan/kendala"] = " ".join(one for one in troubles if one in felt)
    needs = ("modal", "alat", "pelatihan", "izin", "promosi", "tempat")
    asked = set(draw.sample(needs, draw.randint(1, 2)))
    found["pembiayaan/kebutuhan"] = " ".join(one for one in needs if one in asked)
    return found


def _place(n: int, draw: random.Random, village: str, owner: dict[str, str]) -> dict[str, str]:
    home = owner["pemilik/alamat_sama"] == "ya"
    found = {
        "lokasi/prov": village[:2],
        "lokasi/kab": village[:5],
        "lokasi/kec": village[:8],
        "lokasi/desa": village,
        "lokasi/dusun": draw.choice(("Dusun I", "Dusun II", "Dusun III", "Lingkungan Pasar")),
        "lokasi/rt": owner["pemilik/alamat_rt"] if home else f"{draw.randint(1, 12):03d}",
        "lokasi/rw": owner["pemilik/alamat_rw"] if home else f"{draw.randint(1, 4):03d}",
        "lokasi/foto": photo_name(n),
    }
    if draw.random() < 0.5:
        found["lokasi/koordinat"] = f"{draw.uniform(-2.36, -2.24):.5f} {draw.uniform(115.48, 115.62):.5f}"
    return found


def _statement(n: int, draw: random.Random, village: str, owner: dict[str, str]) -> dict[str, str]:
    clock = f"{draw.randint(8, 16):02d}:{draw.randint(0, 59):02d}"
    return {
        "pernyataan/tanggal": "2026-11-20",
        "pernyataan/petugas": "Nor Halimah",
        "pernyataan/nomor": f"{village}/2026/{n % 10_000:04d}",
        "pernyataan/setuju": "ya",
        "pernyataan/setuju_waktu": f"2026-11-20T{clock}:00.000+08:00",
        "pernyataan/responden": owner["pemilik/nama"],
        "pernyataan/catatan": f"Ditemui pukul {clock.replace(':', '.')} di tempat usaha.",
    }


def _worked_out(found: dict[str, str]) -> dict[str, str]:
    """What the form calculates from these answers (PP 7/2021 Pasal 35 for the class)."""
    nik = found["pemilik/nik"]
    day, turnover = int(nik[6:8]), 12 * int(found["usaha/omzet"])
    paid = int(found["pekerja/dibayar_l"]) + int(found["pekerja/dibayar_p"])
    family = int(found["pekerja/keluarga_l"]) + int(found["pekerja/keluarga_p"])
    goods = ("aset_alat", "aset_kendaraan", "aset_persediaan")
    by_sales = _class(int(found["keuangan/penjualan"]), (MICRO, SMALL, MEDIUM))
    capital = int(found["keuangan/modal"])
    return {
        "pendataan/dijawab": "ya",
        "pemilik/nik_hari": str(day - 40 if day > 40 else day),
        "pemilik/nik_tgl": f"19{nik[10:12]}-{nik[8:10]}-{day - 40 if day > 40 else day:02d}",
        "pemilik/nik_jk": "2" if day > 40 else "1",
        "pemilik/nik_wilayah": f"{nik[:2]}.{nik[2:4]}.{nik[4:6]}",
        "usaha/kbli_versi": "2020",
        "usaha/kbli_kategori": found["usaha/kategori"],
        "usaha/nilai_produk": str(_value_of(found)),
        "usaha/skala": by_sales,
        "usaha/skala_penjualan": by_sales,
        "usaha/skala_omzet": _class(turnover, (MICRO, SMALL, MEDIUM)),
        "usaha/skala_modal": _class(capital, (1_000_000_000, 5_000_000_000, 10_000_000_000)),
        "pekerja/dibayar": str(paid),
        "pekerja/jumlah_pekerja": str(paid + family),
        "keuangan/aset": str(sum(int(found[f"keuangan/{one}"]) for one in goods)),
        "pernyataan/setuju_versi": "PDP-2026/1",
    }


def _class(amount: int, limits: tuple[int, int, int]) -> str:
    for name, limit in zip(("mikro", "kecil", "menengah"), limits, strict=True):
        if amount <= limit:
            return name
    return "besar"
