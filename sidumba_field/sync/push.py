"""Stage PUSH: rounds of ops until the outbox is drained, each op answered by itself.

The outbox freezes what it hands out; the same bytes go out again until an answer is stored. A batch the server
cannot swallow is halved down to the one op at fault, so that a poisoned op delays nobody else.
"""

from __future__ import annotations

from collections.abc import Sequence

from sidumba_field.core.canonical import canonical
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.records import Op, OpAnswer, OpStatus
from sidumba_field.core.time import iso
from sidumba_field.sync.pace import Pace
from sidumba_field.sync.stages import Run
from sidumba_field.wire.endpoints import MAX_BATCH_BYTES, MAX_OPS
from sidumba_field.wire.messages import PushReply, PushRequest
from sidumba_field.wire.versions import CURRENT

TARGET_S = 10.0
START_BYTES = 32 * 1024
FLOOR_BYTES = 4 * 1024
PACE = "pace/push"
#: The batch as a whole was refused or broke the server; its parts may fare better.
SPLIT = frozenset({"wire.body_too_big", "wire.malformed", "wire.server_fault", "op.malformed"})
#: So many refusals without one success: it is the server, not an op.
PATIENCE = 12
#: Repeating these cannot help: after as many runs the op is set aside for people to look at.
PERMANENT = frozenset({"wire.body_too_big", "wire.malformed", "op.malformed"})
REFUSALS = 5


def push(run: Run) -> None:
    """Send every queued op. Raises the fault that stopped it; what was answered until then is kept."""
    limits = run.agreed.limits
    ceiling = max(FLOOR_BYTES, min(MAX_BATCH_BYTES, limits.max_batch_bytes))
    pace = Pace(int(run.store.meta.get(PACE) or START_BYTES), FLOOR_BYTES, ceiling, TARGET_S)
    started = pace.size
    try:
        while batch := _next(run, min(MAX_OPS, limits.max_ops), pace.size):
            _deliver(run, batch, pace)
    finally:
        if pace.size != started:
            run.store.meta.set(PACE, str(pace.size))


def _next(run: Run, max_ops: int, max_bytes: int) -> list[Op]:
    run.check()
    return run.store.outbox.next_batch(max_ops, max_bytes, iso(run.clock.now()))


def _deliver(run: Run, batch: Sequence[Op], pace: Pace) -> None:
    waiting, failures = [list(batch)], 0
    while waiting:
        ops = waiting.pop()
        try:
            _round(run, ops, pace)
            failures = 0
        except SidumbaError as error:
            pace.failed()
            failures += 1
            if error.code not in SPLIT or failures > PATIENCE:
                raise
            if len(ops) == 1:
                _refused(run, ops[0], error)
            else:
                middle = len(ops) // 2
                waiting += [ops[middle:], ops[:middle]]


def _round(run: Run, ops: Sequence[Op], pace: Pace) -> None:
    items = [op.payload() for op in ops]
    who = run.identity
    request = PushRequest(proto=CURRENT, epoch=run.agreed.epoch, device=who.device, inc=who.inc, items=items)
    began = run.clock.monotonic()
    reply = run.ask(run.transport.push, request)
    pace.took(sum(len(canonical(item)) for item in items), run.clock.monotonic() - began)
    _settle(run, ops, reply)
    if reply.epoch != run.agreed.epoch:
        # Restored between two calls: what it answered holds, the next run begins with the new epoch.
        raise SidumbaError("wire.rewound")


def _settle(run: Run, ops: Sequence[Op], reply: PushReply) -> None:
    """Store the answers of one round in one transaction. ``retry`` and no answer at all leave the op as it is."""
    answers = _answers(ops, reply)
    final = [answer for answer in answers if answer.st is not OpStatus.RETRY]
    heads = {vid: (head.seq, head.hash) for vid, head in reply.heads.items()}
    run.store.outbox.apply_answers(final, heads, reply.receipt)
    run.sent += len(final)
    run.answered.update(answer.st.value for answer in answers)
    run.receipt = reply.receipt or run.receipt
    run.restored = run.restored or reply.dseq > int(run.store.meta.get("dseq") or 0)
    for answer in answers:
        if answer.st is OpStatus.RETRY:
            run.problem(SidumbaError("wire.server_fault"), answer.op)
    run.tell(run.sent)


def _answers(ops: Sequence[Op], reply: PushReply) -> list[OpAnswer]:
    """Return one answer per op sent; an answer to something else is not ours to act on, a missing one means retry."""
    named = {message.op: message.to_answer() for message in reply.results}
    if len(named) != len(reply.results):
        raise SidumbaError("wire.malformed")
    return [named.get(op.op, OpAnswer(op.op, OpStatus.RETRY)) for op in ops]


def _refused(run: Run, op: Op, error: SidumbaError) -> None:
    """One op alone does not get through: a row for the user; set aside after ``REFUSALS`` runs if it never can."""
    run.problem(error, op.op)
    if error.code not in PERMANENT:
        return
    counter = f"refused/{op.op}"
    times = int(run.store.meta.get(counter) or 0) + 1
    run.store.meta.set(counter, str(times))
    if times >= REFUSALS:
        answer = OpAnswer(op.op, OpStatus.REJECTED, code=error.code, params=dict(error.params))
        run.store.outbox.apply_answers([answer], {}, "")
