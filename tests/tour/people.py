"""What the tour types: one business of a village, as a petugas hears it, and the picture he takes of it.

All names and numbers are invented; the NIK has the right structure and a serial nobody was given.
"""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

# Path of a question -> what is typed, key by key. Digits choose; a name is searched and taken with Enter.
BUSINESS: dict[str, str] = {
    "pemilik/nik": "6311024506880003",
    "pemilik/no_kk": "6311021203150007",
    "pemilik/nama": "Siti Aminah",
    "pemilik/tempat_lahir": "Balangan",
    "pemilik/alamat": "Jl. Pasar Halong RT 003",
    "pemilik/alamat_rt": "003",
    "pemilik/alamat_rw": "001",
    "pemilik/hp": "081251347790",
    "pemilik/pendidikan": "SMP",
    "pemilik/kawin": "2",
    "pemilik/disabilitas": "2",
    "pemilik/status_pengusaha": "3",
    "pemilik/jumlah_usaha": "1",
    "usaha/nama": "Keripik Singkong Bu Siti",
    "usaha/alamat": "Jl. Pasar Halong RT 003 RW 001",
    "usaha/badan": "Perorangan",
    "usaha/tahun_mulai": "2018",
    "usaha/status_usaha": "1",
    "usaha/tempat": "2",
    "usaha/milik_tempat": "1",
    "usaha/bukti_tanah": "1",
    "usaha/luas": "24",
    "usaha/jaringan": "1",
    "usaha/kegiatan": "Membuat dan menjual keripik singkong dan kerupuk ubi",
    "usaha/kbli": "10794",
    "usaha/kelompok": "1",
    "usaha/omzet": "9100000",
    "legalitas/nib_ada": "1",
    "legalitas/nib": "1234567890123",
    "legalitas/npwp_ada": "3",
    "legalitas/izin_lama": "7",
    "legalitas/pirt_ada": "3",
    "legalitas/halal_ada": "3",
    "pekerja/dibayar_l": "1",
    "pekerja/dibayar_p": "2",
    "pekerja/keluarga_l": "0",
    "pekerja/keluarga_p": "1",
    "pekerja/bpjs": "3",
    "keuangan/modal": "25000000",
    "keuangan/sumber_modal": "Milik",
    "keuangan/penjualan": "108000000",
    "keuangan/biaya": "5500000",
    "keuangan/laba": "3000000",
    "keuangan/catat": "2",
    "produksi/bahan": "1",
    "produksi/alat": "1",
    "produksi/kemasan": "3",
    "pemasaran/metode": "13",
    "pemasaran/wilayah_pasar": "2",
    "pemasaran/internet": "2",
    "pembiayaan/kredit": "1",
    "pembiayaan/tidak_kredit": "1",
    "pembiayaan/bantuan_ada": "2",
    "pembiayaan/kendala": "Bahan",
    "pembiayaan/kebutuhan": "2",
    "lokasi/prov": "Kalimantan Selatan",
    "lokasi/kab": "Kabupaten Balangan",
    "lokasi/kec": "Halong",
    "lokasi/desa": "Halong",
    "lokasi/rt": "003",
    "lokasi/rw": "001",
    "pernyataan/setuju": "1",
    "pernyataan/catatan": "Pemilik ditemui di rumah produksi.",
}

# What the form keeps where a digit or a word chooses.
STORED: dict[str, str] = {
    "pemilik/pendidikan": "smp",
    "pemilik/kawin": "kawin",
    "pemilik/disabilitas": "tidak",
    "pemilik/status_pengusaha": "dibantu_tetap",
    "usaha/badan": "perorangan",
    "usaha/status_usaha": "aktif",
    "usaha/tempat": "rumah",
    "usaha/milik_tempat": "sendiri",
    "usaha/bukti_tanah": "shm",
    "usaha/jaringan": "tunggal",
    "usaha/kelompok": "kuliner",
    "legalitas/nib_ada": "ada",
    "legalitas/npwp_ada": "tidak",
    "legalitas/izin_lama": "tidak",
    "legalitas/pirt_ada": "tidak",
    "legalitas/halal_ada": "tidak",
    "pekerja/bpjs": "tidak",
    "keuangan/sumber_modal": "sendiri",
    "keuangan/catat": "sederhana",
    "produksi/bahan": "desa",
    "produksi/alat": "manual",
    "produksi/kemasan": "label",
    "pemasaran/metode": "langsung pasar",
    "pemasaran/wilayah_pasar": "kecamatan",
    "pemasaran/internet": "komunikasi",
    "pembiayaan/kredit": "belum",
    "pembiayaan/tidak_kredit": "tidak_perlu",
    "pembiayaan/bantuan_ada": "tidak",
    "pembiayaan/kendala": "bahan",
    "pembiayaan/kebutuhan": "alat",
    "lokasi/prov": "63",
    "lokasi/kab": "63.11",
    "lokasi/kec": "63.11.02",
    "lokasi/desa": "63.11.02.2005",
    "pernyataan/setuju": "ya",
}

# Rows of the product table: name, unit, made per month, price.
PRODUCTS: tuple[tuple[str, str, str, str], ...] = (
    ("Keripik singkong asin", "bungkus 250 g", "400", "12000"),
    ("Keripik balado", "bungkus 250 g", "250", "13000"),
    ("Kerupuk ubi ungu", "bungkus 200 g", "120", "9000"),
)

# Two more of the same village, typed the same way: what differs from the first.
OTHERS: tuple[tuple[dict[str, str], tuple[tuple[str, str, str, str], ...]], ...] = (
    (
        {
            "pemilik/nik": "6311021708790004",
            "pemilik/no_kk": "6311020906110012",
            "pemilik/nama": "Muhammad Rasyid",
            "pemilik/hp": "085249011256",
            "pemilik/pendidikan": "SMA",
            "usaha/nama": "Warung Barokah",
            "usaha/tahun_mulai": "2016",
            "usaha/kegiatan": "Menjual beras, gula, minyak goreng dan kebutuhan harian warga",
            "usaha/kbli": "47112",
            "usaha/kelompok": "4",
            "usaha/omzet": "21000000",
            "legalitas/nib": "1234567890456",
            "keuangan/penjualan": "250000000",
            "keuangan/biaya": "16000000",
            "keuangan/laba": "4000000",
            "pemasaran/metode": "1",
        },
        (
            ("Beras lokal", "kg", "800", "14000"),
            ("Gula pasir", "kg", "300", "17500"),
            ("Minyak goreng", "liter", "250", "19000"),
        ),
    ),
    (
        {
            "pemilik/nik": "6311025212900007",
            "pemilik/no_kk": "6311022710140003",
            "pemilik/nama": "Noor Hasanah",
            "pemilik/hp": "082150773481",
            "usaha/nama": "Jahitan Noor",
            "usaha/tahun_mulai": "2020",
            "usaha/kegiatan": "Menjahit seragam sekolah dan baju sasirangan menurut pesanan",
            "usaha/kbli": "14120",
            "usaha/kelompok": "2",
            "usaha/omzet": "6200000",
            "legalitas/nib": "1234567890789",
            "keuangan/modal": "18000000",
            "keuangan/penjualan": "72000000",
            "keuangan/biaya": "3500000",
            "keuangan/laba": "2500000",
        },
        (
            ("Seragam sekolah", "stel", "16", "165000"),
            ("Baju sasirangan", "lembar", "12", "185000"),
            ("Celana kain", "buah", "15", "90000"),
        ),
    ),
)

RETURN_PATH = "usaha/omzet"
RETURN_TEXT = "Omzet belum cocok dengan nilai produk. Tolong cek buku kas."
CORRECTED = "9130000"


def photo(width: int = 1280, height: int = 960) -> bytes:
    """Return a JPEG of a small shop, drawn, with a GPS position in its EXIF that must not survive the import."""
    image = Image.new("RGB", (width, height), "#b9c9d8")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, height * 0.72, width, height), fill="#8f7a5c")
    draw.polygon(
        [(width * 0.12, height * 0.34), (width * 0.42, height * 0.14), (width * 0.74, height * 0.34)],
        fill="#8a3d2c",
    )
    draw.rectangle((width * 0.16, height * 0.34, width * 0.70, height * 0.78), fill="#dcc59a")
    draw.rectangle((width * 0.21, height * 0.45, width * 0.33, height * 0.78), fill="#5c7f8c")
    for step in range(3):
        left = width * (0.42 + 0.08 * step)
        draw.rectangle((left, height * 0.48, left + width * 0.06, height * 0.60), fill="#c8602f")
    exif = Image.Exif()
    exif[0x8825] = {1: "S", 2: (2.0, 20.0, 0.0), 3: "E", 4: (115.0, 30.0, 0.0)}
    exif[0x010E] = "Toko Siti Aminah 6311024506880003"
    out = io.BytesIO()
    image.save(out, "JPEG", quality=88, exif=exif)
    return out.getvalue()


def signed_sheet() -> bytes:
    """Return a JPEG as a scanner makes of a paper signed by hand: lines of words, a stamp, a stroke of ink."""
    image = Image.new("RGB", (1240, 1754), "#fbfaf5")
    draw = ImageDraw.Draw(image)
    draw.text((420, 160), "LEMBAR PENGESAHAN DATABASE UMKM", fill="#222222")
    for line in range(18):
        draw.rectangle((160, 320 + line * 46, 1080 - (line % 5) * 60, 326 + line * 46), fill="#55585c")
    draw.ellipse((640, 1320, 860, 1540), outline="#3a3f9c", width=6)
    draw.line((720, 1500, 790, 1380, 840, 1480, 900, 1400, 1010, 1470), fill="#1c2a6e", width=7)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()
