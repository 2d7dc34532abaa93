"""Counts again, from the databases alone, what happened: ``python -m tests.tour.recount OUT``.

Opens every laptop with the test passphrases of ``accounts.json`` and the server's SQLite file; trusts no summary.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

from sidumba_field.core.records import GENESIS, content_sha256, link_hash, payload_digest
from sidumba_field.seal.slots import KeyFile

Row = tuple[Any, ...]


@contextmanager
def opened(path: Path, key: bytes | None = None) -> Iterator[Any]:
    """Open a database for reading; ``key``: the laptop's data key."""
    connection = dbapi2.connect(str(path))
    try:
        if key is not None:
            connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        yield connection
    finally:
        connection.close()


def laptop_key(folder: Path, accounts: dict[str, Any]) -> bytes:
    """Open a slot with a test passphrase, as its owner would."""
    person = accounts["laptops"][folder.name]["people"][0]
    key, _ = KeyFile(folder / "keys.json").open_user(person["user_id"], person["passphrase"])
    return key


def recount(out: Path) -> dict[str, Any]:
    """Return the figures of ``summary.json``, counted from ``out/laptops/*`` and ``out/server``."""
    accounts = json.loads((out / "accounts.json").read_text(encoding="utf-8"))
    entered: set[str] = set()
    saved: Counter[str] = Counter()
    local: list[tuple[str, dict[str, tuple[str, int, str]]]] = []
    for folder in sorted((out / "laptops").iterdir()):
        with opened(folder / "laptop.db", laptop_key(folder, accounts)) as db:
            saved.update(op for (op,) in db.execute("SELECT op FROM outbox WHERE state <> 'draft'"))
            own = db.execute(
                "SELECT DISTINCT r.rid FROM record r JOIN outbox o ON o.rid = r.rid"
                " WHERE r.subject = 'record' AND o.kind = 'edit' AND json_extract(o.payload, '$.base_rev') = 0"
            )
            entered |= {rid for (rid,) in own}
            local.append((folder.name, dict(_bases(db))))
    with opened(out / "server" / "server.db") as db:
        figures = _figures(db, entered, saved, local)
        if (out / "usb.json").exists():
            figures |= usb_figures(out, db, accounts)
        else:
            figures["backup_restored_ok"] = _restored(db, out / "backup" / "restored" / "server.db")
    return figures


def usb_figures(out: Path, server: Any, accounts: dict[str, Any]) -> dict[str, Any]:
    """What travelled by flashdisk: bundles and replies from the village's database and the server's; calls its laptop
    made after its line was cut, from the server's own list of calls; the rest as the story noted it.
    """
    told = json.loads((out / "usb.json").read_text(encoding="utf-8"))
    folder = out / "laptops" / "desa"
    with opened(folder / "laptop.db", laptop_key(folder, accounts)) as db:
        ((device,),) = db.execute("SELECT value FROM meta WHERE key = 'device'")
        bundles = {bundle for (bundle,) in db.execute("SELECT bundle FROM bundle")}
        replies = {answers for (answers,) in db.execute("SELECT answers FROM bundle_reply")}
        ((waiting,),) = db.execute(
            "SELECT COUNT(*) FROM bundle_op b JOIN outbox o ON o.op = b.op WHERE o.state IN ('queued', 'inflight')"
        )
    handled = dict(server.execute("SELECT bundle, state FROM bundle WHERE device = ?", (device,)))
    calls = server.execute(
        "SELECT COUNT(*) FROM nonce WHERE device = ? AND seen_at > ?", (device, told["cut_at"])
    ).fetchone()[0]
    return {
        "bundles_written": len(bundles),
        "bundles_answered_by_server": sum(handled.get(bundle) == "answered" for bundle in bundles),
        "bundles_unanswered": len(bundles - replies),
        "replies_read": len(replies),
        "ops_on_stick_unanswered": waiting,
        "calls_of_the_village": calls,
        **{name: told[name] for name in told if name not in ("cut_at", "refused")},
        "refused": len(told["refused"]),
    }


def _restored(db: Any, copy: Path) -> bool:
    """Whether the backup was proven, and the database restored from it is the server's own past: every feed whole and,
    link by link, the beginning of the feed the server has now; its records those the feed speaks of."""
    proven = db.execute("SELECT COUNT(*) FROM backup_proof WHERE result = ''").fetchone()[0]
    if not proven or not copy.exists():
        return False
    links = {(vid, seq): hash_ for vid, seq, hash_ in db.execute("SELECT vid, seq, hash FROM feed")}
    with opened(copy) as old:
        gaps, chain_ok = _chain(old)
        past = {(vid, seq): hash_ for vid, seq, hash_ in old.execute("SELECT vid, seq, hash FROM feed")}
        records = {rid for (rid,) in old.execute("SELECT rid FROM record")}
        spoken_of = {rid for (rid,) in old.execute("SELECT DISTINCT rid FROM feed WHERE kind <> 'file'")}
    same = all(links.get(place) == hash_ for place, hash_ in past.items())
    return bool(past) and gaps == 0 and chain_ok and same and records == spoken_of


def _bases(db: Any) -> Iterator[tuple[str, tuple[str, int, str]]]:
    for rid, base in db.execute("SELECT rid, base FROM record WHERE base IS NOT NULL"):
        raw = json.loads(base)
        yield rid, (raw["state"], raw["rev"], content_sha256(raw["form"], raw["form_v"], raw["fields"]))


def _figures(
    db: Any, entered: set[str], saved: Counter[str], local: list[tuple[str, dict[str, tuple[str, int, str]]]]
) -> dict[str, Any]:
    records = {
        rid: (state, rev, content_sha256(form, form_v, json.loads(fields)))
        for rid, state, rev, form, form_v, fields in db.execute(
            "SELECT rid, state, rev, form, form_v, fields FROM record"
        )
    }
    forms = {rid for (rid,) in db.execute("SELECT rid FROM record WHERE subject = 'record'")}
    on_server = Counter(op for (op,) in db.execute("SELECT op FROM op"))
    returned, corrected, validated = _steps(db, forms)
    feed = Counter(
        (op, rid, kind) for op, rid, kind in db.execute("SELECT op, rid, kind FROM feed WHERE kind <> 'file'")
    )
    gaps, chain_ok = _chain(db)
    return {
        "records_entered": len(entered),
        "records_received_by_server": len(forms & entered),
        "returned": len(returned),
        "corrected": len(corrected),
        "held": sum(1 for body in _bodies(db, "proposal") if body.get("reason") == "held"),
        "validated": len(validated),
        "signed_off": sum(1 for rid in forms if records[rid][0] == "disahkan"),
        "ops_saved": len(saved),
        "ops_on_server": len(on_server),
        "ops_lost": sum(1 for op in saved if op not in on_server),
        "duplicates": sum(n - 1 for n in (*on_server.values(), *feed.values()) if n > 1),
        "feed_gaps": gaps,
        "feed_chain_ok": chain_ok,
        "clients_equal_server": all(
            records.get(rid) == known for _, bases in local for rid, known in bases.items()
        )
        and {rid for _, bases in local for rid in bases} >= forms,
    }


def _bodies(db: Any, kind: str) -> Iterator[dict[str, Any]]:
    query = "SELECT p.body FROM feed f JOIN payload p ON p.vid = f.vid AND p.seq = f.seq WHERE f.kind = ?"
    for (body,) in db.execute(query, (kind,)):
        yield json.loads(body)


def _steps(db: Any, forms: set[str]) -> tuple[set[str], set[str], set[str]]:
    """Return rids that were returned with remarks, corrected afterwards, and validated."""
    returned: set[str] = set()
    corrected: set[str] = set()
    validated: set[str] = set()
    query = (
        "SELECT f.rid, f.kind, p.body FROM feed f JOIN payload p ON p.vid = f.vid AND p.seq = f.seq"
        " ORDER BY f.vid, f.seq"
    )
    for rid, kind, body in db.execute(query):
        said = json.loads(body)
        if rid not in forms:
            continue
        if kind == "transition" and said.get("remarks"):
            returned.add(rid)
        if kind == "edit" and rid in returned:
            corrected.add(rid)
        if kind == "transition" and said.get("to") == "tervalidasi":
            validated.add(rid)
    return returned, corrected, validated


def _chain(db: Any) -> tuple[int, bool]:
    """Return (missing numbers over all feeds, whether every link and every head is right)."""
    gaps, right = 0, True
    last: dict[str, tuple[int, str]] = {}
    columns = "vid, seq, prev, hash, rid, rev, kind, op, actor, server_time, payload_digest"
    for vid, seq, prev, hash_, *rest in db.execute("SELECT " + columns + " FROM feed ORDER BY vid, seq"):
        before_seq, before_hash = last.get(vid, (0, GENESIS))
        gaps += seq - before_seq - 1
        rid, rev, kind, op, actor, at, digest = rest
        right &= prev == before_hash and hash_ == link_hash(prev, seq, rid, rev, kind, op, actor, at, digest)
        last[vid] = (seq, hash_)
    for vid, seq, hash_ in db.execute("SELECT vid, seq, hash FROM head"):
        right &= last.get(vid, (0, GENESIS)) == (seq, hash_)
    joined = "SELECT f.payload_digest, p.salt, p.body FROM feed f JOIN payload p ON p.vid = f.vid AND p.seq = f.seq"
    for digest, salt, body in db.execute(joined):
        right &= payload_digest(salt, json.loads(body)) == digest
    return gaps, bool(right)


if __name__ == "__main__":
    print(json.dumps(recount(Path(sys.argv[1])), indent=1))
