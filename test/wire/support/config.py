# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""A server with lines of its own under [server]."""


def configured(start_server, tmp_path, *lines, **options):
    path = tmp_path / "server.ini"
    path.write_text("[server]\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return start_server(options=["--config", str(path)], **options)
