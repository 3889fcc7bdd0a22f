# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""One call's whole life: from outside into the queue, listened to, recorded, consulted about, made a
conference, barged into, transferred, hung up, and given its disposition a day later. The clock only
moves where the test winds it."""

from support.bayeux import LongPolling
from support.rest import (Agent, Http, Telephone, accepted, advance, eventually, outside,
                          refused)

CUSTOMER = "+4915112345678"
DAY_MS = 24 * 3600 * 1000


class Supervisor(Agent):
    def __init__(self, server):
        super().__init__(server, 0)
        self.name, self.dn = "super0", "19000"
        self.http = Http(server, self.name)


def log_in(agent):
    accepted(agent.http.post("/api/v2/me", {"operationName": "StartContactCenterSession",
                                            "channels": ["voice"]}))


def hears(server, number):
    return sorted(Telephone(server, number).leg["hears"])


def customer_hears(server):
    return sorted(outside(server, CUSTOMER).leg["hears"])


def test_one_call_with_everything(server):
    agents = [Agent(server, number) for number in range(3)]
    supervisor = Supervisor(server)
    people = [*agents, supervisor]
    for person in people:
        log_in(person)
    first, second, third, over = [LongPolling(server, person.name).open("/v2/me/*")
                                  for person in people]
    customer = outside(server, CUSTOMER)

    # The supervisor will hear what the first agent gets.
    accepted(supervisor.http.post(f"/api/v2/me/devices/{supervisor.device_id}", {
        "operationName": "ListenIn",
        "targetDeviceUri": f"{server.base}/api/v2/devices/{agents[0].device_id}"}))

    # The queue has nobody ready: the customer hears music.
    customer.dial("9000")
    eventually(lambda: customer.leg["tone"] == "music", "music in the queue")
    accepted(agents[0].http.post("/api/v2/me/channels/voice", {"operationName": "Ready"}))
    ringing = first.wait_call(state="Ringing")["call"]
    assert (ringing["callType"], ringing["dnis"], ringing["ani"]) == ("Inbound", "9000", CUSTOMER)
    assert {"Answer", "Reject"} <= set(ringing["capabilities"])
    call_id = ringing["id"]
    agents[0].operate(call_id, "Answer")
    established = first.wait_call(state="Established")
    assert established["extensions"]["BusinessCall"] == 1

    # The supervisor's telephone goes off hook by itself, and nobody hears it.
    listening = over.wait_call(state="Established")["call"]
    assert (listening["id"], listening["mute"], listening["monitoring"]) == (call_id, "On", True)
    eventually(lambda: agents[0].call(call_id)["supervisorListeningIn"], "the supervisor's ear")
    assert hears(server, "19000") == sorted([CUSTOMER, "15000"])
    assert customer_hears(server) == ["15000"]

    # Recorded, with data.
    agents[0].operate(call_id, "StartCallRecording")
    recorded = first.wait_call("CallRecordingStateChange")["call"]
    assert recorded["recordingState"] == "Recording"
    assert customer.leg["recording"] == "on"
    agents[0].operate(call_id, "AttachUserData", userData={"case": 42})

    # Asks the second agent, while the customer hears music.
    agents[0].operate(call_id, "InitiateTransfer", destination={"phoneNumber": "15001"})
    assert first.wait_call(state="Held")["call"]["id"] == call_id
    consult_id = first.wait_call(state="Dialing")["call"]["id"]
    asked = second.wait_call(state="Ringing")["call"]
    assert (asked["id"], asked["callType"]) == (consult_id, "Consult")
    assert asked["userData"]["case"] == 42
    assert asked["parentCallUri"].endswith(f"/api/v2/me/calls/{call_id}")
    agents[1].operate(consult_id, "Answer")
    second.wait_call(state="Established")
    assert customer.leg["tone"] == "music" and hears(server, "15000") == ["15001"]
    agents[1].operate(consult_id, "UpdateUserData", userData={"note": "important"})

    # And it becomes a conference, with what the second agent noted.
    agents[0].operate(consult_id, "CompleteConference")
    assert first.wait_call(state="Released")["call"]["id"] == consult_id
    joined = second.wait_call(state="Established")["call"]
    assert (joined["id"], joined["previousCallUuid"]) == (call_id, consult_id)
    assert joined["userData"]["case"] == 42 and joined["userData"]["note"] == "important"
    assert "parentCallUri" not in joined
    assert second.wait_call(state="Released")["extensions"]["ReleaseReason"] == "conferenced"
    assert customer_hears(server) == ["15000", "15001"]

    # The supervisor speaks.
    supervisor.operate(call_id, "SwitchToBargeIn")
    assert over.wait_call(state="Established")["call"]["mute"] == "Off"
    assert customer_hears(server) == ["15000", "15001", "19000"]
    supervisor.operate(call_id, "Hangup")
    over.wait_call(state="Released")

    # The first leaves, the second hands the customer on.
    agents[0].operate(call_id, "Hangup")
    first.wait_call(state="Released")
    agents[1].operate(call_id, "SingleStepTransfer", destination={"phoneNumber": "15002"})
    assert second.wait_call(state="Released")["extensions"]["ReleaseReason"] == "transferred"
    third.wait_call(state="Ringing")
    agents[2].operate(call_id, "Answer")
    got = third.wait_call(state="Established")["call"]
    assert [party["phoneNumber"] for party in got["participants"]] == [CUSTOMER]
    assert got["userData"]["note"] == "important"
    assert customer_hears(server) == ["15002"]

    # Three quarters of a day later the customer hangs up; dispositions are taken for a day more.
    advance(server, DAY_MS * 3 // 4)
    customer.hang_up()
    released = third.wait_call(state="Released")
    assert released["extensions"]["ReleaseReason"] == "answered-and-hung-up"
    assert int(released["call"]["duration"]) >= DAY_MS * 3 // 4 // 1000
    for listener in (first, second, third, over):
        listener.take_all()
    disposition = {"operationName": "SetCallDisposition", "callUuid": call_id,
                   "disposition": "Sale"}
    device = f"/api/v2/me/devices/{agents[2].device_id}"
    advance(server, DAY_MS - 1000)
    accepted(agents[2].http.post(device, disposition))
    assert third.take_all() == []
    advance(server, 2000)
    refused(agents[2].http.post(device, disposition), 404, 6)
    assert all(person.calls() == [] for person in people)
