"""``python -m tests.tour.pictures OUT docs/pictures``: choose and shrink the tour's pictures for the written pages.

The pictures of the guides are taken by the tour and by nobody else, so that they show the program as it is and only
invented people. ``CHOSEN`` names them: file in the docs -> picture of the tour without its running number. Running this
again after a tour renews them all; a picture no page needs any more is removed.
"""

from __future__ import annotations

import argparse
import re
import sys
from io import BytesIO
from pathlib import Path

from PIL import Image

#: Width in pixels and the most bytes one picture may weigh (tests/unit/test_docs.py).
WIDTH, MOST_BYTES = 960, 80_000
#: Numbers of colours tried until a picture is light enough. Rare colours matter more than smooth greys: the signs of
#: the states are small and told apart by them, so colours are chosen by how far they lie apart.
PALETTES = (256, 128, 64)

CHOSEN: dict[str, str] = {
    "masuk": "masuk",
    "siapkan": "siapkan-bekal",
    "beranda": "beranda-diserahkan-luring",
    "formulir": "formulir-terisi",
    "produk": "formulir-catatan-kecamatan",
    "sinkronisasi": "sinkronisasi-luring",
    "flashdisk": "flashdisk-tersimpan",
    "pilah": "seleksi-admin-desa",
    "pesan": "diajukan-ke-kecamatan",
    "dikembalikan": "beranda-dikembalikan",
    "verifikasi": "verifikasi-catatan",
    "validasi": "validasi-kabupaten",
    "daftar": "lists-petugas",
    "laporan": "reports-petugas",
    "dasbor": "dashboard-admin-kecamatan",
    "beranda-kepala-dinas": "beranda-kepala-dinas",
    "pengesahan": "pengesahan",
    "periode": "periods-verifikator-kabupaten",
    "operator": "home-operator-server",
}


class NotThere(Exception):
    """The tour left no picture of that name."""


def find(screens: Path, name: str) -> Path:
    """Return the tour's picture ``name`` whatever its running number; the last one when the tour met it twice."""
    pattern = re.compile(rf"\d+-{re.escape(name)}\.png")
    found = sorted(path for path in screens.glob("*.png") if pattern.fullmatch(path.name))
    if not found:
        raise NotThere(f"no picture {name} in {screens}")
    return found[-1]


def shrink(source: Path) -> bytes:
    """Return the picture as a PNG of ``WIDTH`` pixels with few colours, as many as fit into ``MOST_BYTES``."""
    with Image.open(source) as picture:
        height = round(picture.height * WIDTH / picture.width)
        small = picture.convert("RGB").resize((WIDTH, height), Image.Resampling.LANCZOS)
    packed = b""
    for colours in PALETTES:
        out = BytesIO()
        few = small.quantize(colours, Image.Quantize.MAXCOVERAGE, kmeans=3, dither=Image.Dither.NONE)
        few.save(out, "PNG", optimize=True)
        packed = out.getvalue()
        if len(packed) < MOST_BYTES:
            break
    return packed


def renew(out: Path, docs: Path) -> list[str]:
    """Write every chosen picture of the tour in ``out`` into ``docs``; return their names.

    Nothing is written when one is missing (``NotThere``).
    """
    sources = {name: find(out / "screens", picture) for name, picture in CHOSEN.items()}
    docs.mkdir(parents=True, exist_ok=True)
    for name, source in sources.items():
        (docs / f"{name}.png").write_bytes(shrink(source))
    for old in docs.glob("*.png"):
        if old.stem not in CHOSEN:
            old.unlink()
    return list(sources)


def main(arguments: list[str] | None = None) -> int:
    """Renew the pictures; 1 when the tour left not all of them."""
    parser = argparse.ArgumentParser(prog="pictures")
    parser.add_argument("out", type=Path, help="folder the tour wrote")
    parser.add_argument("docs", type=Path, help="folder of the pictures of the written pages")
    chosen = parser.parse_args(arguments)
    try:
        names = renew(chosen.out, chosen.docs)
    except NotThere as fault:
        print(fault, file=sys.stderr)
        return 1
    print(f"{len(names)} pictures in {chosen.docs}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
