"""Stage PUSH: rounds of ops until the outbox is drained, each op answered by itself.

The outbox freezes what it hands out; the same bytes go out again until an answer is stored. A batch the server
cannot swallow is halved down to the one op at fault, so that a poisoned op delays nobody else.
"""

from __future__ import annotations

from collections.abc import Sequence

from sidumba_field.core.canonical import canonical
from sidumba_field.core.errors import CODES, SidumbaError
from sidumba_field.core.records import Op, OpAnswer, OpStatus
from sidumba_field.core.time import iso
from sidumba_field.sync.pace import Pace
from sidumba_field.sync.stages import Run
from sidumba_field.wire.endpoints import MAX_BATCH_BYTES, MAX_OPS
from sidumba_field.wire.messages import MAX_MARKS, PushReply, PushRequest
from sidumba_field.wire.versions import CURRENT

TARGET_S = 10.0
START_BYTES = 32 * 1024
FLOOR_BYTES = 4 * 1024
PACE = "pace/push"
#: The batch as a whole was refused or broke the server; its parts may fare better.
SPLIT = frozenset({"wire.body_too_big", "wire.malformed", "wire.server_fault", "op.malformed"})
#: So many refusals without one success: it is the server, not an op.
PATIENCE = 12


def push(run: Run) -> None:
    """Send every queued op. Raises the fault that stopped it; what was answered until then is kept.

    An op the server puts off, or that it cannot swallow even alone, stays frozen until the stage is over, so that it
    is not sent twice in one run; then it is queued again and the failure counted (spec/sync.md promise P6).
    """
    limits = run.agreed.limits
    ceiling = max(FLOOR_BYTES, min(MAX_BATCH_BYTES, limits.max_batch_bytes))
    pace = Pace(int(run.store.meta.get(PACE) or START_BYTES), FLOOR_BYTES, ceiling, TARGET_S)
    started, failed = pace.size, dict[str, str]()
    try:
        while batch := _next(run, min(MAX_OPS, limits.max_ops), pace.size):
            _deliver(run, batch, pace, failed)
    finally:
        for code in sorted(set(failed.values())):
            run.store.outbox.note_failure([op for op, why in failed.items() if why == code], code)
        if pace.size != started:
            run.store.meta.set(PACE, str(pace.size))


def _next(run: Run, max_ops: int, max_bytes: int) -> list[Op]:
    run.check()
    return run.store.outbox.next_batch(max_ops, max_bytes, iso(run.clock.now()))


def _deliver(run: Run, batch: Sequence[Op], pace: Pace, failed: dict[str, str]) -> None:
    """Send a batch, halving what does not get through. An op is blamed only once the server took something else, or
    when the batch is done: a server that refuses everything is no op's fault."""
    waiting, suspects, failures = [list(batch)], dict[str, str](), 0
    while waiting:
        ops = waiting.pop()
        try:
            _round(run, ops, pace, failed)
        except SidumbaError as error:
            pace.failed()
            failures += 1
            if error.code not in SPLIT or failures > PATIENCE:
                raise
            if len(ops) == 1:
                run.problem(error, ops[0].op)
                suspects[ops[0].op] = error.code
            else:
                middle = len(ops) // 2
                waiting += [ops[middle:], ops[:middle]]
            continue
        failures = 0
        failed.update(suspects)
    failed.update(suspects)


def _round(run: Run, ops: Sequence[Op], pace: Pace, failed: dict[str, str]) -> None:
    items = [op.payload() for op in ops]
    who = run.identity
    request = PushRequest(
        proto=CURRENT,
        epoch=run.agreed.epoch,
        device=who.device,
        inc=who.inc,
        items=items,
        marks=run.store.next_marks(MAX_MARKS),
    )
    began = run.clock.monotonic()
    reply = run.ask(run.transport.push, request)
    pace.took(sum(len(canonical(item)) for item in items), run.clock.monotonic() - began)
    failed.update(settle(run, _answers(ops, reply), reply))
    if reply.epoch != run.agreed.epoch:
        # Restored between two calls: what it answered holds, the next run begins with the new epoch.
        raise SidumbaError("wire.rewound")


def settle(run: Run, answers: Sequence[OpAnswer], reply: PushReply) -> dict[str, str]:
    """Store the answers of one round in one transaction; return op -> code of those the server puts off.

    ``retry`` and no answer at all leave the op as it is. By line or by stick, answers are taken here.
    """
    failed: dict[str, str] = {}
    final = [answer for answer in answers if answer.st is not OpStatus.RETRY]
    run.store.outbox.apply_answers(final, reply.heads, reply.receipt)
    run.sent += len(final)
    run.answered.update(answer.st.value for answer in answers)
    run.receipt = reply.receipt or run.receipt
    run.twin |= reply.twin
    if reply.dseq > run.store.outbox.dseq():
        # This laptop's database is older than what it once sent: go on counting above that.
        run.restored = True
        run.store.meta.set("dseq", str(reply.dseq))
    for answer in answers:
        if answer.st is OpStatus.RETRY:
            error = SidumbaError(
                answer.code if answer.code in CODES else "wire.server_fault", **answer.params
            )
            failed[answer.op] = error.code
            run.problem(error, answer.op)
    run.tell(run.sent)
    return failed


def _answers(ops: Sequence[Op], reply: PushReply) -> list[OpAnswer]:
    """Return one answer per op sent; an answer to something else is not ours to act on, a missing one means retry."""
    named = {message.op: message.to_answer() for message in reply.results}
    if len(named) != len(reply.results):
        raise SidumbaError("wire.malformed")
    return [named.get(op.op, OpAnswer(op.op, OpStatus.RETRY)) for op in ops]
