"""Enrolling a laptop and activating a person: what is sent, what comes back, what a broken line does to it."""

from __future__ import annotations

import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import is_id
from sidumba_field.core.time import FixedClock
from sidumba_field.seal.box import open_text
from sidumba_field.sync.activation import activate_person, enrol, new_laptop, sign_in
from sidumba_field.sync.transport import Transport
from sidumba_field.wire.messages import EnrolReply, EnrolRequest
from tests.helpers.faulty_transport import Fault, FaultyTransport, once
from tests.helpers.offices import START, new_server
from tests.helpers.twin import TwinLine, TwinServer

CLOCK = FixedClock(START)


@pytest.fixture
def server() -> TwinServer:
    twin = new_server(CLOCK)
    twin.passwords["hasanah"] = ("kata sandi panjang", "0192ab00-0000-7000-8000-00000000000a")
    return twin


def to(server: TwinServer, call: str = "", fault: Fault | None = None) -> Transport:
    line = TwinLine(server)
    return FaultyTransport(line, once(call, fault)) if fault else line  # type: ignore[return-value]


def test_an_enrolled_laptop_knows_itself_and_its_server(server: TwinServer) -> None:
    laptop = enrol(lambda key, device, inc: to(server), " ABCD-2345 ", "Laptop 1", CLOCK)
    assert is_id(laptop.device)
    assert is_id(laptop.inc)
    assert laptop.device != laptop.inc
    assert (laptop.epoch, laptop.server_key, laptop.age_recipient) == (
        server.epoch,
        server.server_key,
        server.age[1],
    )
    assert server.codes == {"ABCD-2345": laptop.device}


def test_the_recovery_code_leaves_sealed_to_the_district_only(server: TwinServer) -> None:
    laptop = enrol(lambda key, device, inc: to(server), "ABCD", "Laptop 1", CLOCK)
    sealed = server.sealed_codes[laptop.device]
    assert laptop.recovery_code not in sealed
    assert open_text(server.age[0], sealed) == laptop.recovery_code


@pytest.mark.parametrize(
    "fault", [Fault.CUT_AFTER, Fault.TIMEOUT_AFTER, Fault.WRONG_DIGEST, Fault.TWICE, Fault.CUT_BEFORE]
)
@pytest.mark.parametrize("call", ["hello", "enrol"])
def test_a_lost_answer_does_not_waste_the_code(server: TwinServer, call: str, fault: Fault) -> None:
    line = to(server, call, fault)
    laptop = enrol(lambda key, device, inc: line, "ABCD", "Laptop 1", CLOCK)
    assert server.codes == {"ABCD": laptop.device}


def test_the_same_laptop_may_ask_again_later(server: TwinServer) -> None:
    mine = new_laptop(CLOCK)
    first = enrol(lambda key, device, inc: to(server), "ABCD", "Laptop 1", CLOCK, mine)
    assert enrol(lambda key, device, inc: to(server), "ABCD", "Laptop 1", CLOCK, mine) == first


def test_a_spent_code_is_refused_to_another_laptop(server: TwinServer) -> None:
    enrol(lambda key, device, inc: to(server), "ABCD", "Laptop 1", CLOCK)
    with pytest.raises(SidumbaError, match="enrolment_code"):
        enrol(lambda key, device, inc: to(server), "ABCD", "Laptop 2", CLOCK)


def test_a_server_of_another_protocol_is_not_enrolled_at(server: TwinServer) -> None:
    server.proto = [7]
    with pytest.raises(SidumbaError, match="protocol_unknown"):
        enrol(lambda key, device, inc: to(server), "ABCD", "Laptop 1", CLOCK)
    assert server.codes == {}


def test_two_answers_of_two_servers_are_not_believed(server: TwinServer) -> None:
    class Swapped(TwinLine):
        def enrol(self, request: EnrolRequest) -> EnrolReply:
            return super().enrol(request).model_copy(update={"server_key": "ab" * 32})

    with pytest.raises(SidumbaError, match="not_our_server"):
        enrol(lambda key, device, inc: Swapped(server), "ABCD", "Laptop 1", CLOCK)


def test_a_person_gets_a_key_of_his_own_on_each_laptop(server: TwinServer) -> None:
    first = activate_person(to(server), " hasanah ", "kata sandi panjang")
    second = activate_person(to(server), "hasanah", "kata sandi panjang")
    assert first.reply.username == "hasanah"
    assert first.key.public_hex != second.key.public_hex


def test_a_wrong_password_is_refused_and_not_tried_again(server: TwinServer) -> None:
    line = FaultyTransport(TwinLine(server), lambda call, nth: None)
    with pytest.raises(SidumbaError, match="wrong_passphrase"):
        sign_in(line, "hasanah", "salah", "ab" * 32)  # type: ignore[arg-type]
    assert line.calls["session"] == 1
