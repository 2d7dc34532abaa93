"""The named places at which a process is killed: each flow with the side that dies, as module:function:before|after.

``python3 run.py chaos --points`` walks all of them. A place that is never reached fails: a renamed function has to be
renamed here too.
"""

from __future__ import annotations

from dataclasses import dataclass

SERVER, LAPTOP = "server", "laptop"


@dataclass(frozen=True, slots=True)
class Point:
    """``flow``: what is under way, a name of ``point_flows.FLOWS``; ``side``: who dies; ``nth``: at which passing."""

    flow: str
    side: str
    where: str
    nth: int = 1

    @property
    def name(self) -> str:
        again = f"#{self.nth}" if self.nth > 1 else ""
        return f"{self.flow}/{self.where}{again}"


def _points(flow: str, side: str, *places: str) -> tuple[Point, ...]:
    made = []
    for place in places:
        where, _, nth = place.partition("#")
        made.append(Point(flow, side, where, int(nth or 1)))
    return tuple(made)


POINTS: tuple[Point, ...] = (
    *_points(
        "push",
        SERVER,
        "server_stub.store.devices:Devices.spend_nonce:after",
        "server_stub.workflow.service:WorkflowService.receive:before",
        "server_stub.workflow.foresight:foresee:after",
        "server_stub.store.together:Together.hold:after",
        "server_stub.store.together:Together.write_all:before",
        "server_stub.store.together:Together.write_all:after",
        "server_stub.store.database:Database.attempt_together:after",
        "server_stub.store.feed:Feed.append:after",
        "server_stub.store.together:_Ops.write:after",
        "server_stub.store.devices:Devices.next_receipt:after",
        "server_stub.api.sync:answer_push:after",
    ),
    *_points(
        "push",
        LAPTOP,
        "sidumba_field.store.outbox:Outbox.next_batch:after",
        "sidumba_field.sync.http:HttpTransport.push:before",
        "sidumba_field.sync.http:HttpTransport.push:after",
        "sidumba_field.store.answering:take:after#3",
        "sidumba_field.store.outbox:Outbox.apply_answers:after",
        "sidumba_field.store.outbox:Outbox.next_batch:after#2",
    ),
    *_points(
        "upload",
        SERVER,
        "server_stub.api.uploads:_write:before",
        "sidumba_field.attachments.blobs:BlobDir._append:before#2",
        "sidumba_field.attachments.blobs:BlobDir._append:after#2",
        "sidumba_field.attachments.blobs:BlobDir._finish:before",
        "sidumba_field.attachments.blobs:BlobDir._finish:after",
        "server_stub.store.files:Files.complete:after",
        "server_stub.workflow.service:WorkflowService.file_whole:after",
    ),
    *_points(
        "upload",
        LAPTOP,
        "sidumba_field.sync.http:HttpTransport.att_write:before#2",
        "sidumba_field.sync.http:HttpTransport.att_write:after#2",
        "sidumba_field.store.files:Files.set_state:before",
        "sidumba_field.store.files:Files.set_state:after#2",
    ),
    *_points(
        "pull",
        SERVER,
        "server_stub.store.feed:Feed.page:after",
        "server_stub.api.sync:answer_pull:after",
        "server_stub.api.sync:answer_snapshot:after",
    ),
    *_points(
        "pull",
        LAPTOP,
        "sidumba_field.sync.http:HttpTransport.pull:after",
        "sidumba_field.store.feed:Feed.apply_page:before",
        "sidumba_field.store.feed:Feed._apply:after#2",
        "sidumba_field.store.feed:Feed.apply_page:after",
        "sidumba_field.store.scopes:Scopes.upsert:after",
        "sidumba_field.store.feed:Feed.apply_snapshot:before",
        "sidumba_field.store.feed:Feed.apply_snapshot:after",
        "sidumba_field.sync.engine:_finish:before",
    ),
    *_points(
        "bundle",
        LAPTOP,
        "sidumba_field.store.outbox:Outbox.leave_all:after",
        "sidumba_field.bundle.parts:PartWriter.write:after#2",
        "sidumba_field.bundle.parts:PartWriter._read_back:before",
        "sidumba_field.seal.durable:replace:after",
        "sidumba_field.bundle.parts:PartWriter.finish:after",
        "sidumba_field.store.bundles:Bundles.add:after",
        "sidumba_field.sync.push:settle:after",
        "sidumba_field.sync.pull:take_in:after",
        "sidumba_field.store.bundles:Bundles.note_reply:before",
    ),
    *_points(
        "bundle",
        SERVER,
        "server_stub.api.bundles.desk:BundleDesk._begun:after",
        "server_stub.api.bundles.taking:Taking.flush:after",
        "server_stub.api.bundles.taking:Taking._keep:before",
        "server_stub.api.bundles.taking:Taking._keep:after",
        "server_stub.api.bundles.desk:BundleDesk._receipt:after",
        "server_stub.api.bundles.desk:BundleDesk._write:before",
        "server_stub.api.bundles.desk:BundleDesk._write:after",
        "server_stub.api.bundles.desk:BundleDesk._done:before",
        "server_stub.api.bundles.desk:BundleDesk._done:after",
    ),
    *_points(
        "wipe",
        LAPTOP,
        "sidumba_field.sync.orders:receive:after",
        "sidumba_field.store.records:Records.seal:after",
        "sidumba_field.sync.sticks.export:export:after",
        "sidumba_field.services.account.emptied:write_note:after",
        "sidumba_field.seal.durable:shred:after",
        "sidumba_field.seal.slots:KeyFile.destroy:after",
        "sidumba_field.sync.sticks.carrying:send_carried:before",
        "sidumba_field.sync.sticks.carrying:send_carried:after",
    ),
    *_points(
        "wipe",
        SERVER,
        "server_stub.api.bundles.desk:BundleDesk._set_aside:before",
        "server_stub.api.bundles.desk:BundleDesk._set_aside:after",
    ),
    *_points(
        "upgrade",
        LAPTOP,
        "sidumba_field.store.database:Database.copy_to:before",
        "sidumba_field.store.database:Database.copy_to:after",
        "sidumba_field.store.migrations:Migration.run:after",
        "sidumba_field.store.migrations:Migration.run:after#2",
        "sidumba_field.store.upgrading:_compare:before",
        "sidumba_field.store.upgrading:_make_new:after",
        "sidumba_field.store.upgrading:_flush:after",
        "sidumba_field.store.database:Database.fold:after",
        "sidumba_field.store.database:Database.fold:after#2",
        "sidumba_field.store.upgrading:_swap:before",
        "sidumba_field.seal.durable:sync_folder:before",
        "sidumba_field.seal.durable:replace:after#2",
        "sidumba_field.store.upgrading:_swap:after",
        "sidumba_field.store.lives:settle:before",
        "sidumba_field.store.lives:write_twin:after",
    ),
)
