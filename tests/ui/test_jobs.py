"""Work away from the window: the event loop never waits, results come home on the main thread, or not at all."""

from __future__ import annotations

import itertools
import threading
import time

import pytest
from PySide6.QtCore import QObject, QTimer

from sidumba_field.ui.jobs import Job, Jobs
from tests.helpers.qt import idle, settle, wait_until


def test_a_two_second_job_leaves_the_event_loop_ticking(jobs: Jobs, qtbot) -> None:
    ticks: list[float] = []
    timer = QTimer()
    timer.timeout.connect(lambda: ticks.append(time.monotonic()))
    timer.start(10)
    home: list[str] = []
    jobs.db(lambda: time.sleep(2) or "done", home.append)
    wait_until(lambda: bool(home), 5000)
    timer.stop()
    assert len(ticks) > 60
    assert max(after - before for before, after in itertools.pairwise(ticks)) < 0.5


def test_results_come_home_on_the_main_thread_and_never_at_once(jobs: Jobs) -> None:
    seen: list[tuple[int, threading.Thread]] = []
    jobs.db(lambda: 7, lambda result: seen.append((result, threading.current_thread())))
    assert seen == []
    idle(jobs)
    assert seen == [(7, threading.main_thread())]


def test_database_jobs_run_one_after_the_other_in_order(jobs: Jobs) -> None:
    inside, most, order = 0, 0, []

    def work(number: int) -> int:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        time.sleep(0.005)
        inside -= 1
        return number

    for number in range(10):
        jobs.db(lambda number=number: work(number), order.append)
    idle(jobs)
    assert order == list(range(10))
    assert most == 1


def test_the_network_does_not_hold_up_the_database(jobs: Jobs) -> None:
    gate, home = threading.Event(), []
    jobs.net(lambda _job: gate.wait(5), lambda _result: home.append("net"))
    jobs.db(lambda: None, lambda _result: home.append("db"))
    wait_until(lambda: home == ["db"])
    gate.set()
    idle(jobs)
    assert home == ["db", "net"]


def test_a_failure_goes_to_fail_with_its_exception(jobs: Jobs) -> None:
    told: list[BaseException] = []
    jobs.db(lambda: 1 / 0, lambda _result: pytest.fail("there is no result"), told.append)
    idle(jobs)
    assert [type(error) for error in told] == [ZeroDivisionError]


@pytest.mark.expects_log("sidumba_field.ui.jobs", "ERROR", "nobody was told")
def test_a_failure_nobody_asked_about_is_logged_and_told(jobs: Jobs) -> None:
    told: list[BaseException] = []
    jobs.failed.connect(told.append)
    jobs.db(lambda: 1 / 0)
    idle(jobs)
    assert [type(error) for error in told] == [ZeroDivisionError]


def test_a_cancelled_job_calls_nobody_and_its_work_can_see_it(jobs: Jobs) -> None:
    begun, home, saw = threading.Event(), [], []

    def work(job: Job) -> None:
        begun.set()
        while not job.cancelled:
            time.sleep(0.001)
        saw.append(True)

    job = jobs.net(work, lambda _result: home.append("then"), lambda _error: home.append("fail"))
    assert begun.wait(2)
    job.cancel()
    idle(jobs)
    assert (home, saw) == ([], [True])


def test_work_not_begun_is_dropped_when_cancelled(jobs: Jobs) -> None:
    gate, ran = threading.Event(), []
    jobs.db(lambda: gate.wait(5))
    waiting = jobs.db(lambda: ran.append(True))
    waiting.cancel()
    gate.set()
    idle(jobs)
    assert ran == []


class Screen(QObject):
    """Somebody who waits for a result and may be gone."""

    heard: list[int] = []

    def take(self, result: int) -> None:
        self.heard.append(result)


@pytest.mark.parametrize("named", [True, False])
def test_nothing_is_called_back_after_the_owner_is_gone(jobs: Jobs, named: bool) -> None:
    gate, screen = threading.Event(), Screen()
    Screen.heard.clear()
    if named:
        jobs.db(lambda: gate.wait(5), lambda _result: Screen.heard.append(0), owner=screen)
    else:
        jobs.db(lambda: gate.wait(5), screen.take)
    screen.deleteLater()
    settle()
    gate.set()
    idle(jobs)
    assert Screen.heard == []


def test_after_close_nothing_is_called_back_and_nothing_starts(qapp: object) -> None:
    jobs, home = Jobs(), []
    jobs.db(lambda: time.sleep(0.05), lambda _result: home.append(True))
    jobs.db(lambda: home.append("second"), lambda _result: home.append(True))
    jobs.close()
    jobs.close()
    settle(20)
    assert home == []
    with pytest.raises(RuntimeError):
        jobs.db(lambda: None)


def test_busy_is_told(jobs: Jobs) -> None:
    told: list[int] = []
    jobs.busy_changed.connect(told.append)
    jobs.db(lambda: None)
    idle(jobs)
    assert told == [1, 0]
