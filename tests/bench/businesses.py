"""Filled UMKM forms in any number, realistic and always the same: every question that applies is answered.

The n-th business is drawn from a generator seeded with n, so that two runs measure the same data, and neighbours share
no more than real neighbours do (village, enumerator, street names). Names and numbers are invented.
"""

from __future__ import annotations

import hashlib
import random
import uuid
from functools import cache

from sidumba_field import programs
from sidumba_field.core.time import Clock, FixedClock, parse_iso
from sidumba_field.core.xforms import Interview
from sidumba_field.programs import Program

CLOCK: Clock = FixedClock(parse_iso("2026-11-20T02:00:00.000Z"))
VILLAGES = ("63.11.02.2005", "63.11.02.2002", "63.11.02.2010", "63.11.02.2011", "63.11.02.2014")
FORENAMES = (
    "Siti Norhayati Rusmina Fatimah Hamidah Masliah Jumiati Mariana Salasiah Noorlaila Ahmad Muhammad Rahmadi Syahrani "
    "Hairudin Fahriadi Junaidi Supian Mulyadi Abdurrahman Yuliana Rabiatul Kartini Misnawati Saniah Basuni Arbain"
).split()
SURNAMES = (
    "Aminah Hidayati Rahmah Wahyuni Lestari Handayani Astuti Marlina Saputra Hidayat Ramadhan Fauzi Maulana Rifani "
    "Anshari Noor Effendi Sari Wati Ilmi Zainuddin Hasanah Khairani Mahmudah"
).split()
STREETS = "Pasar Halong|Gunung Riut|Ahmad Yani|Balangan|Pendidikan|Masjid Raya|Desa Kapul|Jembatan Lama|Simpang Tiga"
#: group, KBLI, activity, products (name, unit, usual price)
TRADES = (
    (
        "kuliner",
        "10794",
        "Membuat keripik {0} dan menjualnya ke warung di sekitar {1}",
        (
            ("Keripik singkong", "bungkus 250 g", 12_000),
            ("Keripik pisang", "bungkus 200 g", 11_000),
            ("Kerupuk ubi", "bungkus 100 g", 7_500),
            ("Rempeyek kacang", "toples 500 g", 35_000),
        ),
    ),
    (
        "kriya",
        "16291",
        "Menganyam {0} untuk dijual di pasar mingguan dan lewat pengepul di {1}",
        (
            ("Bakul rotan", "buah", 60_000),
            ("Tikar purun", "lembar", 45_000),
            ("Topi anyaman", "buah", 25_000),
            ("Tas purun", "buah", 85_000),
        ),
    ),
    (
        "dagang",
        "47111",
        "Menjual kebutuhan harian, terutama {0}, di kios depan rumah di {1}",
        (
            ("Beras lokal", "kg", 14_000),
            ("Gula pasir", "kg", 17_500),
            ("Minyak goreng", "liter", 19_000),
            ("Telur ayam", "kg", 28_000),
        ),
    ),
    (
        "fesyen",
        "14111",
        "Menjahit {0} menurut pesanan pelanggan dari {1} dan desa sekitarnya",
        (
            ("Seragam sekolah", "stel", 165_000),
            ("Sasirangan", "lembar", 185_000),
            ("Kebaya", "buah", 250_000),
            ("Celana kain", "buah", 90_000),
        ),
    ),
)
SCHOOLING = ("sd", "smp", "sma", "diploma", "s1", "tidak_sekolah")
WAYS = ("langsung", "titip", "pasar", "reseller", "medsos", "lokapasar", "situs")


@cache
def program() -> Program:
    """The shipped program whose form is measured."""
    return next(iter(programs.shipped().values()))


def row_id(n: int, row: int) -> str:
    """A stable id of the n-th business' product row, as random as a real one."""
    return str(uuid.UUID(bytes=hashlib.sha256(f"row {n} {row}".encode()).digest()[:16], version=4))


def _owner(draw: random.Random) -> dict[str, str]:
    woman = draw.random() < 0.6
    day, month, year = draw.randint(1, 28), draw.randint(1, 12), draw.randint(1955, 1999)
    serial = f"{draw.randint(1, 9999):04d}"
    nik = f"631102{day + 40 * woman:02d}{month:02d}{year % 100:02d}{serial}"
    name = f"{draw.choice(FORENAMES)} {draw.choice(SURNAMES)}"
    street = f"Jl. {draw.choice(STREETS.split('|'))} RT {draw.randint(1, 12):03d} No. {draw.randint(1, 180)}"
    return {
        "pemilik/nik": nik,
        "pemilik/no_kk": f"631102{draw.randint(10_101, 311_221):06d}{draw.randint(1, 9999):04d}",
        "pemilik/nama": name,
        "pemilik/tgl_lahir": f"{year}-{month:02d}-{day:02d}",
        "pemilik/jk": "2" if woman else "1",
        "pemilik/alamat": street,
        "pemilik/hp": f"08{draw.choice(('12', '13', '21', '52', '57', '95'))}{draw.randint(1_000_000, 99_999_999)}",
        "pemilik/pendidikan": draw.choice(SCHOOLING),
    }


def _business(n: int, draw: random.Random, owner: dict[str, str], place: str) -> dict[str, str]:
    group, kbli, activity, goods = draw.choice(TRADES)
    chosen = draw.sample(goods, 3)
    first = chosen[0][0]
    found = {
        "usaha/nama": f"{first} {owner['pemilik/nama'].split()[0]} {draw.choice(SURNAMES)}",
        "usaha/alamat": owner["pemilik/alamat"] + f" RW {draw.randint(1, 4):03d}",
        "usaha/tahun_mulai": str(draw.randint(2012, 2024)),
        "usaha/kegiatan": activity.format(first.lower(), place),
        "usaha/kbli": kbli,
        "usaha/kelompok": group,
    }
    value = 0
    for number, (name, unit, price) in enumerate(chosen, start=1):
        row = f"usaha/produk[{row_id(n, number)}]"
        made, price = draw.randint(4, 60) * 5, price + draw.randint(-3, 6) * 500
        value += made * price
        found |= {row: str(number), f"{row}/nama": name, f"{row}/satuan": unit}
        found |= {f"{row}/dibuat": str(made), f"{row}/harga": str(price)}
    found["usaha/omzet"] = str(round(value * draw.uniform(0.9, 1.3), -4).__int__())
    return found


def _rest(n: int, draw: random.Random, village: str, year_value: int) -> dict[str, str]:
    licensed = draw.random() < 0.6
    photo = hashlib.sha256(f"photo {n}".encode()).hexdigest()
    return {
        "legalitas/nib_ada": "ada" if licensed else "tidak",
        **({"legalitas/nib": f"{draw.randint(10**12, 10**13 - 1)}"} if licensed else {}),
        "pekerja/dibayar_l": str(draw.randint(0, 4)),
        "pekerja/dibayar_p": str(draw.randint(0, 4)),
        "pekerja/keluarga_l": str(draw.randint(0, 2)),
        "pekerja/keluarga_p": str(draw.randint(0, 2)),
        "keuangan/modal": str(draw.randint(2, 90) * 500_000),
        "keuangan/penjualan": str(year_value),
        "pemasaran/metode": " ".join(sorted(draw.sample(WAYS, draw.randint(1, 3)))),
        "lokasi/prov": village[:2],
        "lokasi/kab": village[:5],
        "lokasi/kec": village[:8],
        "lokasi/desa": village,
        "lokasi/rt": f"{draw.randint(1, 12):03d}",
        "lokasi/rw": f"{draw.randint(1, 4):03d}",
        "lokasi/foto": f"{photo}.jpg",
        "pernyataan/tanggal": "2026-11-20",
        "pernyataan/petugas": "Nor Halimah",
        "pernyataan/nomor": f"{village}/2026/{n % 10_000:04d}",
        "pernyataan/setuju": "ya",
        "pernyataan/catatan": f"Ditemui pukul {draw.randint(8, 16)}.{draw.randint(0, 59):02d} di tempat usaha.",
    }


def typed(n: int, village: str = "") -> dict[str, str]:
    """What a petugas types for the n-th business, row markers included; nothing the form works out itself."""
    draw = random.Random(n)
    village = village or VILLAGES[n % len(VILLAGES)]
    owner = _owner(draw)
    business = _business(n, draw, owner, "Halong")
    return {**owner, **business, **_rest(n, draw, village, int(business["usaha/omzet"]) * 12)}


def judged(fields: dict[str, str]) -> Interview:
    """The whole form over these answers."""
    opened = program()
    definition = opened.form(*opened.main_form)
    return Interview(definition, fields, lookups=opened.lookups, clock=CLOCK)


def record(n: int, village: str = "") -> dict[str, str]:
    """All fields of the n-th record as they are sent, worked-out ones included."""
    return judged(typed(n, village)).fields()
