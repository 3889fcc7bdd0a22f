# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""A request that is not finished in time is answered 408, and its connection closed."""

from support.rest import Http, RawConnection


def test_slow_request(start_server, tmp_path):
    config = tmp_path / "cordboard.ini"
    config.write_text("[http]\nrequest_timeout_ms = 300\n")
    server = start_server(options=["--config", str(config)])
    raw = RawConnection(server)
    raw.send("POST /api/v2/me HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nab")
    answer = raw.response()
    assert answer.status == 408, answer
    assert raw.is_closed_by_peer()
    assert Http(server).get("/healthz").status == 200
