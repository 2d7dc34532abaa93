"""The unit of work: every repository over one connection, so that what belongs together commits together."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from server_stub.store.accesses import Accesses
from server_stub.store.bundles import Bundles
from server_stub.store.destructions import Destructions
from server_stub.store.devices import Devices
from server_stub.store.feed import Feed
from server_stub.store.files import Files
from server_stub.store.lives import Lives
from server_stub.store.ops import Ops
from server_stub.store.orders import Orders
from server_stub.store.people import People
from server_stub.store.proofs import Proofs
from server_stub.store.records import Records
from server_stub.store.refusals import Refusals
from server_stub.store.requests import Requests
from server_stub.store.roots import Roots
from server_stub.store.scopes import Scopes


class Work:
    """One open transaction. Repositories return core values; rows never leave."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.scopes = Scopes(connection)
        self.records = Records(connection)
        self.feed = Feed(connection)
        self.ops = Ops(connection)
        self.files = Files(connection)
        self.people = People(connection)
        self.devices = Devices(connection)
        self.lives = Lives(connection)
        self.proofs = Proofs(connection)
        self.refusals = Refusals(connection)
        self.accesses = Accesses(connection)
        self.requests = Requests(connection)
        self.destructions = Destructions(connection)
        self.orders = Orders(connection)
        self.roots = Roots(connection)
        self.bundles = Bundles(connection)
