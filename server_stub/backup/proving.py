"""Proves a backup: restored into a scratch database, counted, walked link by link and held against this server.

Only a proven backup counts for the step that closes a period's work (guard restore_proven). The proof is written down
either way; nothing is ever deleted but the scratch.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from server_stub.auth.keys import ServerKeys
from server_stub.backup.container import Head, Manifest, damaged
from server_stub.backup.restoring import check, lay
from server_stub.backup.sealed import fingerprint
from server_stub.settings import Settings
from server_stub.store.audit import audit
from server_stub.store.copying import counts
from server_stub.store.database import Database
from server_stub.store.proofs import Proof
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import new_id
from sidumba_field.core.time import Clock, iso

_SCRATCH = "scratch-"


def prove(database: Database, settings: Settings, keys: ServerKeys, clock: Clock, path: Path) -> Proof:
    """Prove a backup and write the proof into this server's database; return it, whatever it says.

    Raises ``backup.missing`` when there is no such file: then there is nothing to write down.
    """
    if not path.is_file():
        raise SidumbaError("backup.missing", file=path.name)
    for left in settings.data.glob(_SCRATCH + "*"):
        shutil.rmtree(left, ignore_errors=True)
    sha, size = fingerprint(path)
    try:
        head, manifest = check(path, keys.age_identity)
        _ours(database, keys, head, manifest)
        _restored(settings, keys, path, manifest)
        proof = _proof(clock, path, sha, size, head, manifest)
    except SidumbaError as error:
        proof = Proof(new_id(clock), path.name, sha, "", iso(clock.now()), error.code, size, 0, 0, 0, 0, {})
    with database.write() as work:
        work.proofs.add(proof)
    return proof


def _ours(database: Database, keys: ServerKeys, head: Head, manifest: Manifest) -> None:
    """Every feed of the backup is a beginning of the feed this server has, and this server signed it."""
    if head.server_key != keys.signing.public_hex:
        raise SidumbaError("backup.foreign", where="server")
    with database.read() as work:
        for vid, (seq, hash_) in manifest.heads.items():
            scope = work.scopes.get(vid)
            is_ours = scope is not None and (seq == 0 or work.feed.hash_at(vid, int(seq)) == hash_)
            if not is_ours:
                raise SidumbaError("backup.foreign", where=vid)
    if manifest.missing:
        raise damaged(manifest.missing[0])


def _restored(settings: Settings, keys: ServerKeys, path: Path, manifest: Manifest) -> None:
    """Restore into a scratch database and compare: rows, heads, every link of every chain."""
    with tempfile.TemporaryDirectory(prefix=_SCRATCH, dir=settings.data, ignore_cleanup_errors=True) as home:
        scratch = Database(Path(home) / "server.db")
        try:
            lay(path, keys.age_identity, scratch, None)
            with scratch.read() as work:
                found = {scope.vid: [scope.seq, scope.hash] for scope in work.scopes.all()}
                rows = counts(work)
            faults = audit(scratch).faults
        finally:
            scratch.close()
    if _differs(rows, manifest.counts):
        raise damaged("counts")
    if found != {vid: list(head) for vid, head in manifest.heads.items()}:
        raise damaged("feeds")
    if faults:
        raise damaged(faults[0])


def _differs(found: Mapping[str, int], wanted: Mapping[str, int]) -> bool:
    """Tell whether a table has other rows than it should; one this program added since is empty."""
    return any(number != wanted.get(name, 0) for name, number in found.items())


def _proof(clock: Clock, path: Path, sha: str, size: int, head: Head, manifest: Manifest) -> Proof:
    return Proof(
        id=new_id(clock),
        file=path.name,
        sha256=sha,
        made_at=head.made_at,
        proven_at=iso(clock.now()),
        result="",
        size=size,
        records=manifest.counts.get("record", 0),
        entries=manifest.counts.get("feed", 0),
        files=manifest.files,
        scopes=len(manifest.heads),
        heads={vid: (int(seq), str(hash_)) for vid, (seq, hash_) in manifest.heads.items()},
    )
