"""An activated laptop folder without a server: slots with a cheap Argon2id, an empty database, one person, his scope.

What enrolment and activation would have left is put there by hand; the desktop and the services then open the folder
as any other. The server it names is a port of this machine nobody listens at: the laptop is simply offline.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sidumba_field.core.ids import derived_id, new_id
from sidumba_field.core.time import Clock, SystemClock
from sidumba_field.programs import Program
from sidumba_field.seal.signing import SigningKey
from sidumba_field.seal.slots import KdfParams, KeyFile, UserCard, new_data_key, new_recovery_code
from sidumba_field.store import LocalUser, Store, open_store
from tests.helpers.desk import VILLAGE, any_program

CHEAP = KdfParams(m_kib=8, t=1, p=1)
NOBODY = "http://127.0.0.1:9"
VILLAGE_NAME = "Desa Halong"
ROLE = "petugas"


@dataclass(frozen=True, slots=True)
class LaptopFolder:
    """An activated laptop and everything that opens it. ``secrets``: what may stand nowhere in clear, by name."""

    folder: Path
    program: str
    user_id: str
    passphrase: str
    recovery_code: str
    data_key: bytes
    device_secret: bytes
    user_secret: bytes

    @property
    def secrets(self) -> dict[str, bytes]:
        return {
            "passphrase": self.passphrase.encode(),
            "recovery code": self.recovery_code.encode(),
            "data key": self.data_key,
            "device secret": self.device_secret,
            "user secret": self.user_secret,
        }

    def open(self, clock: Clock | None = None) -> Store:
        """Open the database as a program of its own would; close it before the desktop opens the folder."""
        return open_store(self.folder, self.data_key, clock or SystemClock())


def make_laptop(
    folder: Path,
    *,
    passphrase: str = "tiga perahu di dermaga",
    name: str = "Nor Halimah",
    program: Program | None = None,
) -> LaptopFolder:
    """Make the folder of a laptop of one village with one person who may begin records."""
    chosen = program or any_program()
    laptop = LaptopFolder(
        folder=folder,
        program=chosen.id,
        user_id=derived_id("user", name),
        passphrase=passphrase,
        recovery_code=new_recovery_code(),
        data_key=new_data_key(),
        device_secret=SigningKey.generate().secret,
        user_secret=SigningKey.generate().secret,
    )
    username = name.lower().replace(" ", ".")
    grant = {"role": ROLE, "program": chosen.id, "unit": VILLAGE}
    user = LocalUser(laptop.user_id, username, name, "", "", VILLAGE, VILLAGE_NAME, (grant,), "")
    clock = SystemClock()
    store = laptop.open(clock)
    store.users.upsert(user)
    store.people.upsert({laptop.user_id: name})
    store.scopes.upsert(derived_id("scope", chosen.id, VILLAGE), chosen.id, VILLAGE, VILLAGE_NAME)
    for key, value in {
        "server_url": NOBODY,
        "device": new_id(clock),
        "device_secret": laptop.device_secret.hex(),
        "office": chosen.office.name,
        "unit": VILLAGE,
    }.items():
        store.meta.set(key, value)
    store.close()
    # As in the real set-up the key file comes last: only a laptop that is ready has one.
    keys = KeyFile(folder / "keys.json")
    keys.create(laptop.data_key)
    keys.add_recovery(laptop.recovery_code, laptop.data_key, CHEAP)
    card = UserCard(laptop.user_id, name, chosen.role_label(ROLE, "id"), VILLAGE_NAME, username)
    keys.add_user(laptop.user_id, card, passphrase, laptop.data_key, laptop.user_secret, CHEAP)
    return laptop
