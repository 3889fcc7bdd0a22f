# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""A request that is not finished in time is answered 408, and its connection closed."""

from support.rest import Http, RawConnection


def test_slow_request(server):
    """30 s from its first byte to its last; others are served meanwhile."""
    raw = RawConnection(server, timeout=60)
    raw.send("POST /api/v2/me HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nab")
    assert Http(server).get("/healthz").status == 200
    answer = raw.response()
    assert answer.status == 408, answer
    assert raw.is_closed_by_peer()
