# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""The page that the server itself serves: what its files say to browsers and caches, and that they
are all that it needs. What they do in a browser is test/browser's."""

import gzip
import html.parser
import re
import signal

import pytest

from support.config import configured
from support.rest import Http, refused

BUDGET_BYTES = 120_000
POLICY = {
    "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self' data:",
    "connect-src": "'self'", "font-src": "'self'", "base-uri": "'none'", "form-action": "'none'",
    "frame-ancestors": "'self'", "require-trusted-types-for": "'script'", "trusted-types": "'none'"}
NAME = re.compile(r"(?:assets/|\./)([\w-]+(?:\.[\w-]+)*\.(?:js|css|svg|png|woff2))\b")
OUTSIDE = re.compile(r"(?:\bhttps?:|[\"'(=])//(?!www\.w3\.org/)[\w-]+\.[\w.-]*\w")


class Markup(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.elements = []  # (tag, attributes)
        self.inside = {}  # text of what would be inline
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        tag = self.elements[-1][0] if self.elements else ""
        if data.strip():
            self.inside[tag] = self.inside.get(tag, "") + data.strip()


@pytest.fixture
def http(server):
    return Http(server)


def policy(answer):
    lines = answer.header_all("content-security-policy")
    assert len(lines) == 1, answer.headers
    return dict(one.strip().split(" ", 1) for one in lines[0].split(";"))


def assets(http):
    """Each file that index.html and the files it names name: path to answer."""
    found, wanted = {}, {"/"}
    while wanted:
        path = wanted.pop()
        found[path] = http.get(path)
        assert found[path].status == 200, (path, found[path])
        text = found[path].body.decode("utf-8", "replace")
        wanted |= {f"/assets/{name}" for name in NAME.findall(text)} - set(found)
    kinds = {path.rsplit(".", 1)[-1] for path in found}
    assert {"/", "js", "css"} <= kinds, found.keys()
    return found


def test_index_is_asked_for_anew_and_assets_are_kept(http):
    for path, answer in assets(http).items():
        cache = answer.header("cache-control")
        is_named_by_hash = re.fullmatch(r"/assets/[\w.-]+-[\w-]{8}\.(js|css)", path)
        assert cache == ("public, max-age=31536000, immutable" if is_named_by_hash else "no-cache"), path
        assert is_named_by_hash or path == "/" or not path.endswith((".js", ".css")), path
    assert http.get("/").header("content-type") == "text/html; charset=utf-8"


def test_every_file_carries_the_security_lines(http):
    for path, answer in assets(http).items():
        assert policy(answer) == POLICY, path
        for name, value in (("x-content-type-options", "nosniff"), ("referrer-policy", "no-referrer"),
                            ("cross-origin-opener-policy", "same-origin"),
                            ("cross-origin-resource-policy", "same-origin"), ("vary", "Accept-Encoding")):
            assert answer.header_all(name) == [value], (path, name)
        assert "microphone=()" in answer.header("permissions-policy")
        assert not answer.header("set-cookie") and not answer.header("access-control-allow-origin")


def test_compressed_and_plain_are_the_same(http):
    for path, plain in assets(http).items():
        packed = http.get(path, headers={"Accept-Encoding": "gzip, br"})
        assert plain.header("content-encoding") is None
        assert packed.header("content-encoding") == "gzip"
        assert len(packed.body) == int(packed.header("content-length"))
        assert gzip.decompress(packed.body) == plain.body
        assert packed.header("content-type") == plain.header("content-type")


def test_who_has_it_is_told_so(http):
    for path, answer in assets(http).items():
        again = http.get(path, headers={"If-None-Match": answer.header("etag")})
        assert (again.status, again.body) == (304, b""), path
        assert again.header("etag") == answer.header("etag")
        assert again.header("cache-control") == answer.header("cache-control")
        assert policy(again) == POLICY
        assert http.get(path, headers={"If-None-Match": '"another"'}).status == 200


def test_head_is_get_without_a_body(http):
    for path, answer in assets(http).items():
        head = http.request("HEAD", path)
        assert (head.status, head.body) == (200, b"")

        def but_date(headers):
            return [line for line in headers if line[0] != "date"]
        assert but_date(head.headers) == but_date(answer.headers), path


def test_other_methods_and_paths_are_refused_as_ever(http):
    for method in ("POST", "PUT", "DELETE"):
        answer = http.request(method, "/", body="{}")
        refused(answer, 405, 3)
        assert answer.header("allow") == "GET, HEAD"
    for path in ("/nothing", "/assets", "/assets/", "/assets/nothing.js", "/assets/../index.html", "/index.html"):
        refused(http.get(path), 404, 6)


def test_nothing_is_inline(http):
    markup = Markup(http.get("/").body.decode("utf-8"))
    assert not {"script", "style"} & set(markup.inside), markup.inside
    assert "style" not in [tag for tag, _ in markup.elements]
    for tag, attributes in markup.elements:
        for name, value in attributes.items():
            assert not name.startswith("on") and name != "style", (tag, name)
            if name in ("src", "href"):
                assert re.match(r"/(?!/)|data:image/", value), (tag, value)
    scripts = [attributes for tag, attributes in markup.elements if tag == "script"]
    assert scripts and all(one.get("type") == "module" and one.get("src") for one in scripts)


def test_no_outside_address_is_in_any_file(http):
    for path, answer in assets(http).items():
        assert OUTSIDE.findall(answer.body.decode("utf-8", "replace")) == [], path
    for text in ('"https://cdn.example/x.js"', "url(//fonts.example/a)", "http://a.example", "'//cdn.example'"):
        assert OUTSIDE.search(text), text


def test_it_stays_within_its_budget(http):
    sizes = {path: len(http.get(path, headers={"Accept-Encoding": "gzip"}).body)
             for path in assets(http) if path == "/" or path.endswith((".js", ".css"))}
    assert sum(sizes.values()) <= BUDGET_BYTES, sizes


def test_allowed_origins_may_frame_it(start_server, tmp_path):
    server = configured(start_server, tmp_path,
                        "allowed_origins = https://crm.example, https://*.branch.example:8443")

    def ancestors():
        return policy(Http(server).get("/"))["frame-ancestors"]
    assert ancestors() == "'self' https://crm.example https://*.branch.example:8443"
    path = tmp_path / "server.ini"
    path.write_text(path.read_text().replace("crm.example", "other.example"))
    mark = len(server.output)
    server.process.send_signal(signal.SIGHUP)
    server.wait_line("reload.done", since=mark)
    assert ancestors() == "'self' https://other.example https://*.branch.example:8443"


def test_the_demo_says_where_to_look_first(server, http):
    begin = server.wait_line("in a browser")
    assert begin.startswith(f"Open {server.base}/ in a browser")
    server.wait_line("Demo: agents agent0 to agent9, password demo")
    text = server.text()
    assert text.index(begin) < text.index("Demo: agents") < text.index("curl")
    assert http.get("/api/v2/diagnostics/version").json["demo"] is True
