"""Builds the server: the only place that puts database, keys, programs and endpoints together."""

from __future__ import annotations

import gc
import multiprocessing
import os
import secrets
import signal
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from multiprocessing.process import BaseProcess

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from server_stub.api import access, forms, orders, standing, sync, uploads, users
from server_stub.api.bundles import endpoints as bundles
from server_stub.api.deps import Server
from server_stub.api.doorkeeper import Doorkeeper
from server_stub.api.errors import Backstop, on_http, on_refusal
from server_stub.auth.accounts import Accounts
from server_stub.auth.gate import Gate
from server_stub.auth.keys import open_keys
from server_stub.auth.passwords import Passwords
from server_stub.publishing.witness import Witness
from server_stub.settings import Settings, from_environment
from server_stub.store import schema
from server_stub.store.database import Database
from server_stub.store.faults import log_discreetly
from server_stub.store.storage import open_blobs
from server_stub.workflow.installed import install
from server_stub.workflow.rules import Rules
from server_stub.workflow.service import WorkflowService
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import Clock, SystemClock
from sidumba_field.programs import FormShelf, installed

#: New things before the collector looks at them, and how seldom it looks at older ones.
_COLLECT = (50_000, 20, 100)


def open_database(settings: Settings) -> Database:
    """Open the database of ``settings`` and bring it to today's schema; draw its epoch when it is new."""
    database = Database(settings.database, settings.database_url)
    schema.upgrade(database)
    with database.write() as work:
        work.scopes.put_fact_once("epoch", secrets.token_hex(8))
    return database


def build_server(
    settings: Settings,
    clock: Clock | None = None,
    programs: Mapping[str, Rules] | None = None,
    database: Database | None = None,
) -> Server:
    """Return everything the endpoints and the command line work with. ``programs``: default = all shipped ones."""
    clock = clock or SystemClock()
    if programs is None:
        shelf = FormShelf(settings.data / "forms")
        programs = install(installed(shelf.home, settings.data / "cache"), clock, shelf)
    rules = programs
    database = database or open_database(settings)
    keys = open_keys(settings.keys)
    with database.read() as work:
        epoch = work.scopes.fact("epoch")
    return Server(
        settings=settings,
        database=database,
        clock=clock,
        keys=keys,
        gate=Gate(database, clock),
        accounts=Accounts(database, Passwords(settings.argon), clock),
        workflow=WorkflowService(database, rules, clock),
        programs=rules,
        blobs=open_blobs(settings),
        epoch=epoch,
        witness=Witness(database, keys, clock, epoch),
    )


def create_app(
    settings: Settings, clock: Clock | None = None, programs: Mapping[str, Rules] | None = None
) -> FastAPI:
    """Return the app of one worker process; it opens its own database and closes it when it ends."""
    server = build_server(settings, clock, programs)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        server.database.close()

    app = FastAPI(
        lifespan=lifespan,
        # No pages of documentation on the wire: what is listed in docs/spec/wire.md is all there is.
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        middleware=[
            Middleware(Backstop, hosts=settings.allowed_hosts),
            Middleware(Doorkeeper, clock=server.clock),
            Middleware(GZipMiddleware, minimum_size=500),
        ],
        exception_handlers={SidumbaError: on_refusal, HTTPException: on_http},
        redirect_slashes=False,
    )
    app.state.server = server
    for room in (sync, standing, users, uploads, orders, access, forms, bundles):
        app.include_router(room.router)
    return app


def from_environ() -> FastAPI:
    """Build the app of a worker process from what its parent wrote into the environment."""
    log_discreetly()
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    app = create_app(from_environment())
    _spare_collector()
    return app


def _spare_collector() -> None:
    """Let the garbage collector pass over what lives as long as the worker (forms, lists), and come less often: a push
    makes ten thousands of small things that go by themselves. It took an eighth of the time of a push."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT)


def _end_with(parent: BaseProcess) -> None:
    """End this worker when its parent is gone: a worker nobody watches would keep the port for itself."""
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
