# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""A data directory that another version of the core wrote is refused, and left as it was."""

import sqlite3
import subprocess

from support.rest import Agent
from support.server import binary


def version_of(database, new=None):
    connection = sqlite3.connect(database)
    try:
        if new is not None:
            connection.execute("UPDATE meta SET value=? WHERE key='version'", (new,))
            connection.commit()
        return connection.execute("SELECT value FROM meta WHERE key='version'").fetchone()[0]
    finally:
        connection.close()


def serve(data):
    return subprocess.run([str(binary()), "serve", "--demo", "--http", "127.0.0.1:0", "--data", str(data),
                           "--line", "sim"], capture_output=True, text=True, timeout=30)


def content(data):
    return {path.name: path.read_bytes() for path in data.iterdir()}


def test_the_data_of_another_version_is_refused_untouched(server):
    agent = Agent(server, 0)
    call_id = agent.dial("15001", userData={"a": 1})
    server.stop()
    database = server.data / "journal.db"
    own = version_of(database)
    for other in (own - 1, own + 1):
        version_of(database, other)
        before = content(server.data)
        done = serve(server.data)
        assert done.returncode > 0, done
        for words in (str(database), f"version {other} ", f"version {own}:", "left untouched",
                      "start the program that wrote it"):
            assert words in done.stderr, done.stderr
        assert content(server.data) == before
    # It was really left alone: the program that wrote it goes on with it.
    version_of(database, own)
    server.start()
    agent.http.close()
    assert agent.call(call_id)["userData"] == {"a": 1}
