# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""A site in the middle of everything is killed and started again. All that can be read of it is the
same, byte for byte but for durations; so is what the telephones show and hear; whoever listens is
told what he had not confirmed, once and in order. And then it all goes on: what rang is answered,
what was begun is completed, and times that run run out when they should."""

import re

import pytest

from support.bayeux import LongPolling
from support.rest import Agent, Http, OutsideTelephone, Telephone, accepted, advance, eventually

AGENTS = 18
FIRST, SECOND, LEAVES, CALLED = "+4989111", "+4989222", "+4989333", "+4989444"
WRAP_UP_S = 15
CONFIG = ["[queue 9001]", "agents = all", f"wrap_up_s = {WRAP_UP_S}", "[device 16000]", "sip_secret = demo",
          "[place Desk]", "devices = 16000", "[journal]", "snapshot_batches = 100"]
READ = ["/api/v2/me", "/api/v2/me/channels?fields=*", "/api/v2/me/devices?fields=*",
        "/api/v2/me/calls?fields=*"]


class Person(Agent):
    """One who reads, and two who listen: one confirms all the time, the other one not once."""

    def __init__(self, server, name, dn):
        super().__init__(server, 0)
        self.name, self.dn = name, dn
        self.http = Http(server, name)
        self.device = f"/api/v2/me/devices/{self.device_id}"
        self.prompt, self.late = [LongPolling(server, name, ack=True).open("/v2/me/*")
                                  for _ in range(2)]
        self.told = []

    def do(self, operation, path="/api/v2/me", **parameters):
        accepted(self.http.post(path, {"operationName": operation, **parameters}))
        advance(self.server, 0)  # what telephones say to it is over

    def operate(self, call_id, operation, **parameters):
        self.do(operation, self.call_path(call_id), **parameters)

    def log_in(self, *states, **parameters):
        self.do("StartContactCenterSession", channels=["voice"], **parameters)
        for state in states:
            self.do(state)

    def start_consult(self, call_id, operation, number):
        """The id of the consult call."""
        self.operate(call_id, operation, destination={"phoneNumber": number})
        consults = [call["id"] for call in self.calls() if call["callType"] == "Consult"]
        assert len(consults) == 1, consults
        return consults[0]

    def state(self):
        state = self.http.get("/api/v2/me/channels/voice").json["channel"]["userState"]
        return state.get("workMode", state["state"])

    def picture(self):
        answers = [self.http.get(path) for path in READ]
        assert all(answer.status == 200 for answer in answers), answers
        numbers = {answer.header("x-cordboard-sequence") for answer in answers}
        assert len(numbers) == 1, "something still happens"
        return [re.sub(rb'"duration":"\d+"', b"", answer.body) for answer in answers], numbers.pop()

    def read(self):
        """What is new to who confirms."""
        self.told += [event["data"] for event in self.prompt.take_all()]
        self.prompt.settle()

    def disconnect(self):
        for one in (self.http, self.prompt, self.late):
            one.close()


class Site:
    def __init__(self, server):
        self.server = server
        self.agents = [Person(server, f"agent{i}", str(15000 + i)) for i in range(AGENTS)]
        self.supervisor = Person(server, "super0", "19000")
        self.people = [*self.agents, self.supervisor]
        self.phones = [Telephone(server, person.dn) for person in self.people]
        self.phones.append(Telephone(server, "16000"))
        self.outside = {number: OutsideTelephone(server, number)
                        for number in (FIRST, SECOND, LEAVES, CALLED)}
        for scene in (self.consult, self.conference, self.wrap_up, self.queue, self.quiet,
                      self.outbound, self.by_hand, self.recorded, self.at_a_place):
            scene()
            advance(server, 1000)

    def talk(self, a, b, **parameters):
        call_id = self.agents[a].dial(self.agents[b].dn, **parameters)
        self.agents[b].operate(call_id, "Answer")
        return call_id

    def consult(self):
        """One call held, and its consult call rings."""
        self.held = self.talk(0, 1, userData={"case": 42, "note": None})
        self.asked = self.agents[0].start_consult(self.held, "InitiateTransfer", "15002")
        self.agents[2].operate(self.asked, "AttachUserData", userData={"why": ["advice"]})

    def conference(self):
        """Three talk, one of them muted; a silent supervisor listens; all is recorded."""
        self.supervisor.log_in()
        self.supervisor.do("ListenIn", self.supervisor.device, targetDeviceUri=self.agents[3].device,
                           supervisorMonitoringMode="AllCalls")
        self.three = self.talk(3, 4)
        self.agents[3].operate(self.three, "SingleStepConference", destination={"phoneNumber": "15005"})
        self.agents[5].operate(self.three, "Answer")
        self.agents[4].operate(self.three, "MuteCall")
        self.agents[3].operate(self.three, "StartCallRecording")
        assert self.agents[3].call(self.three)["supervisorListeningIn"]

    def wrap_up(self):
        """A call from the queue is over, and its agent writes about it."""
        self.agents[6].log_in("Ready")
        self.outside[LEAVES].dial("9001")
        call_id = eventually(self.agents[6].calls, "the call from the queue")[0]["id"]
        self.agents[6].operate(call_id, "Answer")
        self.outside[LEAVES].hang_up()
        eventually(lambda: self.agents[6].state() == "AfterCallWork", "work after the call")
        self.over = call_id

    def queue(self):
        """The first one's call rings at an agent, the second one waits."""
        self.outside[FIRST].dial("9000")
        eventually(lambda: self.outside[FIRST].leg["tone"] == "music", "music")
        advance(self.server, 1000)
        self.outside[SECOND].dial("9000")
        eventually(lambda: self.outside[SECOND].leg["tone"] == "music", "music for the second")
        self.agents[9].log_in("Ready")
        (self.offered,) = [call["id"] for call in self.agents[9].calls()]

    def quiet(self):
        """Ready, but not to be disturbed; and one on an errand whose calls go elsewhere."""
        self.agents[7].log_in()
        self.agents[7].do("DoNotDisturbOn", self.agents[7].device)
        self.agents[7].do("Ready")
        self.agents[14].log_in("OutToLunch")
        self.agents[14].do("ForwardCallsOn", self.agents[14].device,
                           destination={"phoneNumber": "15015"})

    def outbound(self):
        self.outward = self.agents[8].dial(CALLED)
        eventually(lambda: self.outside[CALLED].legs, "the telephone outside")

    def by_hand(self):
        """Held by the button of the telephone."""
        self.button = self.talk(10, 11)
        Telephone(self.server, "15010").hold()
        eventually(lambda: self.agents[10].call(self.button)["state"] == "Held", "the hold")

    def recorded(self):
        """A recording that pauses, and digits that were sent; a consult call that is answered."""
        self.paused = self.talk(12, 13)
        self.agents[12].operate(self.paused, "StartCallRecording")
        self.agents[12].operate(self.paused, "PauseCallRecording")
        self.agents[13].operate(self.paused, "SendDtmf", digits="12#")
        self.joins = self.agents[13].start_consult(self.paused, "InitiateConference", "15015")
        self.agents[15].operate(self.joins, "Answer")

    def at_a_place(self):
        self.agents[16].log_in("Training", place="Desk")

    def fill(self, batches):
        """Many batches that have nothing to do with anything."""
        call_id = self.agents[17].dial("15016")
        for number in range(batches):
            self.agents[17].operate(call_id, "UpdateUserData", userData={"n": number})
        self.agents[17].operate(call_id, "Hangup")

    def picture(self):
        advance(self.server, 0)
        return {person.name: person.picture() for person in self.people}

    def heard(self):
        """Calls of a telephone that rings may have changed places with those that it has up."""
        shown = {phone.path: phone.show() for phone in self.all_phones()}
        for one in shown.values():
            one["legs"].sort(key=lambda leg: (leg["state"], leg["other"]))
        return shown

    def kill_and_start(self):
        for person in self.people:
            person.read()
        self.server.kill()
        self.start()

    def start(self):
        for person in self.people:
            person.disconnect()
        for phone in self.all_phones():
            phone.http.close()
        self.server.start()
        advance(self.server, 0)  # what the telephones say when they start is over

    def all_phones(self):
        return [*self.phones, *self.outside.values()]

    def hears(self, number):
        advance(self.server, 0)
        phone = self.outside.get(number) or Telephone(self.server, number)
        return sorted(other for leg in phone.legs for other in leg["hears"])


@pytest.fixture
def site(start_server, tmp_path):
    path = tmp_path / "server.ini"
    path.write_text("\n".join(CONFIG) + "\n", encoding="utf-8")
    return Site(start_server(options=["--config", str(path), "--demo-agents", str(AGENTS)]))


def restart(site, times=1):
    """Kills and starts; compares everything."""
    before, heard = site.picture(), site.heard()
    for _ in range(times):
        site.kill_and_start()
        after = site.picture()
        for name, picture in before.items():
            assert after[name] == picture, name
        assert site.heard() == heard


def assert_told_once(site, is_all_kept=True):
    """Who confirmed everything is told nothing, who confirmed nothing is told all, the same; or that
    the beginning is lost to him, and all from there on."""
    for person in site.people:
        count = len(person.told)
        person.read()
        assert len(person.told) == count, person.told[count:]
        late = [event["data"] for event in person.late.take_all()]
        person.late.settle()
        is_cut = late[:1] and late[0].get("messageType") == "ResyncMessage"
        assert not (is_cut and is_all_kept), person.name
        assert late[1 if is_cut else 0:] == person.told[len(person.told) - len(late) + 1 if is_cut else 0:]
        assert str(person.late.last_ack) == person.picture()[1]


def test_everything_is_there_and_each_is_told_once(site):
    restart(site)
    assert_told_once(site)


def test_again_and_again_and_after_a_stop(site):
    restart(site, 2)
    site.server.stop()
    site.start()
    restart(site)
    assert_told_once(site)


def test_from_a_snapshot(site):
    """So many batches later that the beginning of it all is known from a snapshot only."""
    site.fill(350)
    restart(site)
    line = [line for line in site.server.output if "event=engine.replay " in line][-1]
    first, last = (int(re.search(rf"{word}=(\d+)", line).group(1)) for word in ("from", "to"))
    assert last - first < 350, line
    assert_told_once(site, is_all_kept=False)


@pytest.fixture(params=[0, 350], ids=["from the beginning", "from a snapshot"])
def restarted(request, site):
    if request.param:
        site.fill(request.param)
    restart(site)
    return site


def test_it_all_goes_on(restarted):
    for story in (the_consult_is_completed, the_supervisor_barges_in, the_offered_call_is_answered,
                  they_answer_outside, the_button_retrieves, the_recording_goes_on_with_one_more,
                  the_work_after_the_call_ends, the_one_who_waits_is_offered, calls_are_forwarded,
                  the_place_gives_its_device_back):
        story(restarted)
    hang_everything_up(restarted)
    for person in restarted.people:
        person.read()
    assert_told_once(restarted, is_all_kept=False)


def the_consult_is_completed(site):
    a, b, c = site.agents[:3]
    c.operate(site.asked, "Answer")
    assert c.call(site.asked)["userData"] == {"case": 42, "note": None, "why": ["advice"]}
    assert site.hears("15002") == ["15000"]
    a.operate(site.asked, "CompleteTransfer")
    assert a.calls() == [] and [call["id"] for call in c.calls()] == [site.held]
    assert c.call(site.held)["previousCallUuid"] == site.asked
    assert site.hears("15001") == ["15002"] and site.hears("15002") == ["15001"]


def the_supervisor_barges_in(site):
    assert site.hears("19000") == ["15003", "15005"]
    assert site.hears("15004") == ["15003", "15005"] and site.hears("15005") == ["15003"]
    site.supervisor.operate(site.three, "SwitchToBargeIn")
    assert site.hears("15005") == ["15003", "19000"]
    site.agents[4].operate(site.three, "UnmuteCall")
    assert site.hears("15005") == ["15003", "15004", "19000"]
    site.agents[5].operate(site.three, "StopCallRecording")
    assert Telephone(site.server, "15004").leg["recording"] == "stopped"
    # Still armed for what comes next.
    site.agents[3].operate(site.three, "ClearCall")
    again = site.talk(3, 4)
    assert [call["id"] for call in site.supervisor.calls()] == [again]
    assert site.hears("19000") == ["15003", "15004"]


def the_work_after_the_call_ends(site):
    agent = site.agents[6]
    assert agent.state() == "AfterCallWork"
    accepted(agent.http.post(agent.device, {"operationName": "SetCallDisposition", "callUuid": site.over,
                                            "disposition": "Sale"}))
    advance(site.server, WRAP_UP_S * 1000)
    assert agent.state() == "Ready"


def the_offered_call_is_answered(site):
    site.agents[9].operate(site.offered, "Answer")
    assert site.agents[9].call(site.offered)["ani"] == FIRST
    assert site.hears(FIRST) == ["15009"] and site.hears("15009") == [FIRST]
    assert site.outside[SECOND].leg["tone"] == "music"


def the_one_who_waits_is_offered(site):
    """To the only one who is free, at the moment when the work was over."""
    (second,) = site.agents[6].calls()
    assert (second["state"], second["ani"]) == ("Ringing", SECOND)
    # Declined, it goes to who is disturbed again.
    site.agents[6].operate(second["id"], "Reject")
    assert site.outside[SECOND].leg["tone"] == "music" and site.agents[6].state() == "NotReady"
    assert site.agents[7].state() == "Ready" and site.agents[7].calls() == []
    site.agents[7].do("DoNotDisturbOff", site.agents[7].device)
    site.agents[7].operate(second["id"], "Answer")
    assert site.hears(SECOND) == ["15007"]


def calls_are_forwarded(site):
    site.agents[14].do("ForwardCallsOff", site.agents[14].device)
    site.agents[14].do("ForwardCallsOn", site.agents[14].device, destination={"phoneNumber": "15001"})
    assert site.agents[14].state() == "NotReady"


def they_answer_outside(site):
    assert site.agents[8].call(site.outward)["state"] == "Dialing"
    site.outside[CALLED].answer()
    eventually(lambda: site.agents[8].call(site.outward)["state"] == "Established", "the answer")
    assert site.hears(CALLED) == ["15008"]


def the_button_retrieves(site):
    Telephone(site.server, "15010").retrieve()
    eventually(lambda: site.agents[10].call(site.button)["state"] == "Established", "the retrieve")
    assert site.hears("15011") == ["15010"]
    Telephone(site.server, "15010").hold()
    eventually(lambda: site.agents[10].call(site.button)["state"] == "Held", "the hold button")
    site.agents[10].operate(site.button, "Retrieve")
    eventually(lambda: site.agents[10].call(site.button)["state"] == "Established", "the retrieve on the desktop")


def the_recording_goes_on_with_one_more(site):
    site.agents[12].operate(site.paused, "ResumeCallRecording")
    assert Telephone(site.server, "15012").leg["recording"] == "on"
    assert Telephone(site.server, "15012").leg["dtmf"] == "12#"
    site.agents[13].operate(site.paused, "CompleteConference")
    assert site.hears("15012") == ["15013", "15015"]
    assert site.agents[15].call(site.paused)["recordingState"] == "Recording"


def the_place_gives_its_device_back(site):
    agent = site.agents[16]
    numbers = [d["phoneNumber"] for d in agent.http.get("/api/v2/me/devices?fields=*").json["devices"]]
    assert "16000" in numbers
    agent.do("EndContactCenterSession")
    numbers = [d["phoneNumber"] for d in agent.http.get("/api/v2/me/devices?fields=*").json["devices"]]
    assert numbers == [agent.dn]


def hang_everything_up(site):
    for person in site.people:
        for call in person.calls():
            person.try_operate(call["id"], "Hangup")
    advance(site.server, 60_000)
    assert all(person.calls() == [] for person in site.people)
    assert all(phone.legs == [] for phone in site.all_phones())
