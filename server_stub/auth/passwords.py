"""Passwords: Argon2id (RFC 9106), and the same work for a name nobody has."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from server_stub.settings import Argon
from sidumba_field.core.errors import SidumbaError

SHORTEST = 10


class Passwords:
    """Hashes and checks passwords at the cost an operator chose."""

    def __init__(self, cost: Argon) -> None:
        self._hasher = PasswordHasher(time_cost=cost.time, memory_cost=cost.memory, parallelism=cost.lanes)
        self._nobody = self._hasher.hash("nobody has this name")

    def hash(self, password: str) -> str:
        """Return the hash to store; raise ``auth.weak_passphrase`` below ten characters."""
        if len(password) < SHORTEST:
            raise SidumbaError("auth.weak_passphrase", shortest=SHORTEST)
        return self._hasher.hash(password)

    def fits(self, password_hash: str, password: str) -> bool:
        """Tell whether the password belongs to the hash; takes as long for "" (no such account) as for any other."""
        try:
            fits = self._hasher.verify(password_hash or self._nobody, password)
        except (VerifyMismatchError, InvalidHashError):
            return False
        return fits and bool(password_hash)
