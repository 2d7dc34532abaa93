"""Laws of the line in which answers wait: order, one at a time, the newest answer wins, nothing is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sidumba_field.ui.viewmodels.answer_line import Answer, AnswerLine, DropRow, Finish, NewRow, Undo


def run_all(line: AnswerLine) -> list[object]:
    """Take every step to its end."""
    ran: list[object] = []
    while (step := line.take()) is not None:
        ran.append(step)
        line.done()
    return ran


def test_one_step_is_under_way_at_a_time() -> None:
    line = AnswerLine()
    line.put(Answer("a", "1"))
    line.put(Answer("b", "1"))
    assert line.take() == Answer("a", "1")
    assert line.take() is None
    line.done()
    assert line.take() == Answer("b", "1")


def test_a_newer_answer_takes_the_place_of_one_that_waits() -> None:
    line = AnswerLine()
    for value in "123":
        line.put(Answer("a", value))
    assert run_all(line) == [Answer("a", "3")]


def test_an_answer_is_never_carried_across_a_step_that_must_see_it() -> None:
    line = AnswerLine()
    for step in (Answer("a", "1"), Undo(), Answer("a", "2"), Finish(), Answer("a", "3")):
        line.put(step)
    assert run_all(line) == [Answer("a", "1"), Undo(), Answer("a", "2"), Finish(), Answer("a", "3")]


def test_an_answer_under_way_is_not_touched() -> None:
    line = AnswerLine()
    line.put(Answer("a", "1"))
    line.take()
    line.put(Answer("a", "2"))
    line.done()
    assert line.take() == Answer("a", "2")


def test_rows_are_called_by_their_id_once_the_store_has_named_them() -> None:
    line = AnswerLine()
    line.put(NewRow("produk", "new-1"))
    line.name_row("new-1", "0192ab")
    assert line.real_path("produk[new-1]/nama") == "produk[0192ab]/nama"
    assert line.real_path("produk[new-10]/nama") == "produk[new-10]/nama"
    assert line.row_id("new-1") == "0192ab"


_STEPS = st.lists(
    st.one_of(
        st.builds(Answer, st.sampled_from("abc"), st.sampled_from("123")),
        st.just(Undo()),
        st.just(DropRow("produk", "r1")),
    ),
    max_size=30,
)


@given(_STEPS)
def test_after_any_typing_every_field_ends_with_its_newest_answer(
    steps: list[Answer | Undo | DropRow],
) -> None:
    line = AnswerLine()
    for step in steps:
        line.put(step)
    ran = run_all(line)

    def state(seen: list[object]) -> list[dict[str, str]]:
        """Answers between the steps that must see them."""
        blocks: list[dict[str, str]] = [{}]
        for step in seen:
            if isinstance(step, Answer):
                blocks[-1][step.path] = step.value
            else:
                blocks.append({})
        return blocks

    assert state(ran) == state(list(steps))
    assert line.idle
