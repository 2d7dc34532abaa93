"""Form versions for laptops: what an office installs here, every laptop fetches when it next synchronises."""

from __future__ import annotations

from base64 import b64encode

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from server_stub.api.deps import Server, reply, server_of, signed_device
from sidumba_field.core.errors import SidumbaError
from sidumba_field.programs import FormShelf
from sidumba_field.wire import endpoints
from sidumba_field.wire.messages import FormReply

router = APIRouter()


@router.get(endpoints.FORM)
async def form(request: Request, program: str, form: str, version: str) -> Response:
    await signed_device(request)
    return reply(await run_in_threadpool(form_of, server_of(request), program, form, version))


def form_of(server: Server, program: str, form: str, version: str) -> FormReply:
    """Return a version that is installed here. What a path names is compared with what lies there, never opened."""
    if program not in server.programs:
        raise SidumbaError("wire.not_found")
    found = FormShelf(server.settings.data / "forms").find(program, form, version)
    if found is None or found.damaged:
        raise SidumbaError("wire.not_found")
    source = found.source
    return FormReply(
        program=program,
        form=found.form_id,
        version=found.version,
        title=found.title,
        sha256=found.sha256,
        xml=found.xml,
        source_name=source.name,
        source=b64encode(source.read_bytes()).decode("ascii"),
    )
