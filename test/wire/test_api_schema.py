# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""The description of the API's objects. All tests here hold all answers and notices against it (see
support/schema.py); this one reads what no other does, and sees to it that the description is strict."""

import json
import pathlib

import jsonschema
import pytest

from support import golden, schema
from support.bayeux import LongPolling
from support.rest import Agent, Http, Telephone, advance, outside

CONFIG = """
[site]
country = DE
[user boss]
password = demo
roles = agent, supervisor, admin
first_name = Ada
last_name = Lovelace
email = ada@example.org
employee_id = 7
[device 17000]
user = boss
[queue 9100]
name = Sales
agents = boss
[contact Porter]
number = +4930123456
[disposition sold]
display_name = Sold
"""
# Recordings need sound; test/phones has them.
ELSEWHERE = {"/api/v2/me/recordings/*", "/api/v2/recordings/*"}


def parts(one, where):
    """Every schema in a schema, with its place."""
    if isinstance(one, dict):
        yield where, one
        for key, value in one.items():
            yield from parts(value, f"{where}.{key}")
    elif isinstance(one, list):
        for i, value in enumerate(one):
            yield from parts(value, f"{where}[{i}]")


def test_it_is_strict():
    """Nothing that it does not name, no name that it does not describe, no object without a name."""
    description = json.loads(schema.FILE.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(description)
    for where, one in parts(description["$defs"], "$defs"):
        if one.get("type") == "object" and where != "$defs.UserData":
            assert one["additionalProperties"] is False, where
            assert set(one.get("required", [])) <= set(one["properties"]), where
            assert where.count(".") == 1, f"{where} needs a name of its own"
        if "$ref" in one:
            assert one["$ref"].removeprefix("#/$defs/") in description["$defs"], where


@pytest.mark.parametrize("wrong", [
    lambda call: call.pop("mute"), lambda call: call.update(more=1), lambda call: call.update(state="Gone"),
    lambda call: call.update(duration=1), lambda call: call["capabilities"].append("Frobnicate"),
    lambda call: call["participants"][0].update(more="x"), lambda call: call.update(userData={})])
def test_what_is_wrong_does_not_fit(wrong):
    path = schema.FILE.parent / "answer.json"
    told = json.loads(example_of(path.read_text(encoding="utf-8")))["notifications"]["15001"]
    schema.check_notice(told)
    wrong(told["data"]["call"])
    with pytest.raises(schema.Misfit):
        schema.check_notice(told)
    schema.misfits.clear()


def example_of(text):
    """A golden file in which each placeholder is a value of its form."""
    values = {"call id": "A" * 32, "16 lower-case hex digits": "0" * 16, "base": "http://127.0.0.1:1",
              "decimal seconds as a string": "0", "device id of 15000": "0-0", "device id of 15001": "0-1"}
    return golden.fill(text, values)


@pytest.mark.parametrize("path", sorted(set(schema.FILE.parent.glob("*.json")) - {schema.FILE}),
                         ids=lambda path: path.stem)
def test_the_golden_files_fit(path):
    exchange = json.loads(example_of(path.read_text(encoding="utf-8")))
    answer = exchange["response"]
    schema.check_answer(exchange["request"]["method"], exchange["request"]["path"], answer["status"],
                        json.dumps(answer["body"]))
    for notice in exchange["notifications"].values():
        schema.check_notice(notice)


def id_for(http, pattern):
    """What stands for the "*" in an address."""
    if pattern.startswith("/sim/v1/"):
        return "17000"
    collection = pattern.split("/*")[0].replace("/me/channels", "/channels")
    if collection == "/api/v2/channels":
        return "voice"
    if collection == "/api/v2/contacts":
        return http.get(f"{collection}?type=Custom").json["contacts"][0]["id"]
    return http.get(collection).json["uris"][0].rpartition("/")[2]


@pytest.mark.parametrize("fields", ["", "?fields=*", "?fields=id,name"])
def test_every_address_answers_what_it_says(start_server, tmp_path, fields):
    config = pathlib.Path(tmp_path) / "cordboard.conf"
    config.write_text(CONFIG)
    server = start_server(options=["--config", str(config)])
    http = Http(server, "boss")
    boss = Agent(server, 0)
    boss.http, boss.dn = http, "17000"
    boss.dial("15001")
    for pattern in sorted({*schema.SINGLE, *schema.COLLECTIONS} - ELSEWHERE):
        path = pattern.replace("*", id_for(http, pattern)) if "*" in pattern else pattern
        answer = http.get(path + fields)
        assert answer.status == 200, f"{path}: {answer}"
    for query in ("?subresources=*", "?fields=*&subresources=*", "?subresources=skills,interactions,chats"):
        for path in ("/api/v2/me", "/api/v2/users"):
            assert http.get(path + query).status == 200
    assert http.get("/api/v2/contacts?type=User,Queue,Custom").json["totalCount"] > 2


@pytest.mark.parametrize("compat", [schema.NEWER, schema.OLDER])
def test_what_is_seldom_there(start_server, tmp_path, compat):
    """A caller outside, a key that is there twice, a consult call."""
    config = pathlib.Path(tmp_path) / "cordboard.conf"
    config.write_text(f"[api]\ncompat = {compat}\n")
    server = start_server(options=["--config", str(config)])
    a, b = Agent(server, 0), Agent(server, 1)
    hears = LongPolling(server, a.name).open("/v2/me/*")
    outside(server, "+4989123").dial("+4930555015000")
    call = hears.wait_call(state="Ringing")["call"]
    assert call["ani"] == "+4989123"
    assert ("E164digits" in call["participantsInfo"][0]) if compat == schema.OLDER else "path" in call
    a.operate(call["id"], "Answer")
    for value in (1, {"a": [None]}):
        a.operate(call["id"], "AttachUserData", userData={"twice": value})
    a.operate(call["id"], "InitiateTransfer", destination={"phoneNumber": b.dn})
    consult = hears.wait_call(state="Dialing")["call"]
    assert consult["parentCallUri"].endswith(call["id"]) and len(consult["userDataPairs"]) == 2
    b.operate(consult["id"], "Answer")
    a.operate(consult["id"], "CompleteTransfer")
    assert b.calls()[0]["previousCallUuid"] == consult["id"]
    outside(server, "+4989123").hang_up()
    advance(server, 1000)
    of_consult = [past for past in b.http.get("/api/v2/me/history/calls").json["calls"]
                  if past["id"] == consult["id"]]
    assert of_consult[0]["parentCallUuid"] == call["id"] and len(of_consult[0]["userDataPairs"]) == 2


@pytest.mark.parametrize("compat", [schema.NEWER, schema.OLDER])
def test_a_telephone_that_refuses(start_server, tmp_path, compat):
    config = pathlib.Path(tmp_path) / "cordboard.conf"
    config.write_text(f"[api]\ncompat = {compat}\n")
    server = start_server(options=["--config", str(config)])
    a, b = Agent(server, 0), Agent(server, 1)
    hears = LongPolling(server, b.name).open("/v2/me/*")
    Telephone(server, b.dn).set_mode("refuse")
    b.operate(a.dial(b.dn), "Answer")
    told = hears.wait_call("Error")
    assert told["errorCode"] == 4 and told["errorMessage"]
