"""standing: counts and hashes of what the server holds, for the record of a synchronisation (docs/spec/wire.md)."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from server_stub.api.audit import refusals_noted
from server_stub.api.deps import Server, person_of, reply, server_of, signed_device
from server_stub.auth.gate import Person
from server_stub.auth.sight import Sight
from sidumba_field.core.standing import standings
from sidumba_field.core.time import iso
from sidumba_field.wire import endpoints
from sidumba_field.wire.messages import FormStanding, ScopeStanding, StandingReply, StandingRow, StandingRows

router = APIRouter()


@router.get(endpoints.STANDING)
async def standing(request: Request) -> Response:
    person = await person_of(request, await signed_device(request))
    return reply(await run_in_threadpool(answer_standing, server_of(request), person))


def answer_standing(server: Server, person: Person) -> StandingReply:
    """Return what stands in every feed the person reads, signed by the server: this is its word for it."""
    with server.database.read() as work:
        sight = Sight.of(work, server.programs, person.grants, person.device, server.clock.now())
        scopes = [
            ScopeStanding(
                vid=scope.vid,
                seq=scope.seq,
                hash=scope.hash,
                forms=[
                    FormStanding(form=form, records=found.records, digest=found.digest)
                    for form, found in standings(sight.contents(scope)).items()
                ],
            )
            for scope in sight.scopes()
        ]
    unsigned = StandingReply(epoch=server.epoch, now=iso(server.clock.now()), scopes=scopes, sig="")
    return unsigned.model_copy(update={"sig": server.keys.signing.sign(unsigned.signed_bytes())})


@router.get(endpoints.STANDING_ROWS)
async def rows(request: Request, vid: str) -> Response:
    person = await person_of(request, await signed_device(request))
    return reply(await run_in_threadpool(answer_rows, server_of(request), person, vid))


def answer_rows(server: Server, person: Person, vid: str) -> StandingRows:
    """Return every filled form of one feed with its revision and hash, to name what differs."""
    with refusals_noted(server, person, "standing", vid), server.database.read() as work:
        sight = Sight.of(work, server.programs, person.grants, person.device, server.clock.now())
        found = sight.contents(sight.scope(vid))
    return StandingRows(vid=vid, rows=[StandingRow(rid=one.rid, rev=one.rev, sha=one.sha) for one in found])
