"""Who asks a cluster, and whether its certificate is checked: against a small server of our own with TLS."""

from __future__ import annotations

import base64
import http.server
import json
import shutil
import ssl
import subprocess
import threading

import pytest

from reftel.schema.errors import ArchiveError, BadValueError, EngineError, QueryTooBroad
from reftel.search.engines.opensearch.address import (
    API_KEY,
    AUTHORITIES,
    CREDENTIALS,
    PASSWORD,
    USER,
    Address,
    is_address,
    parse_address,
)
from reftel.search.engines.opensearch.client import Connection, connect
from reftel.search.plan import Word

opensearchpy = pytest.importorskip("opensearchpy", reason="needs reftel[opensearch]")
KEY, BASIC = "ApiKey aWQ6a2V5", "Basic " + base64.b64encode("ann:pä ss".encode()).decode()


class _Server(http.server.BaseHTTPRequestHandler):
    """Says that it is OpenSearch to whoever has the key or the password."""

    asked: list[str | None]

    def do_GET(self):
        self.asked.append(self.headers.get("Authorization"))
        known = self.asked[-1] in (KEY, BASIC)
        answer = {"version": {"distribution": "opensearch", "number": "2.19.6"}} if known else {"error": "who asks?", "status": 401}
        self.send_response(200 if known else 401)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl, which makes a certificate")
    folder = tmp_path_factory.mktemp("certificate")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
         "-keyout", folder / "key.pem", "-out", folder / "cert.pem"], check=True, capture_output=True,
    )  # fmt: skip
    return folder


@pytest.fixture
def server(certificate):
    handler = type("Handler", (_Server,), {"asked": []})
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as listening:
        listening.socket = context.wrap_socket(listening.socket, server_side=True)
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield Address((f"localhost:{listening.server_port}",), "cables"), handler.asked
        listening.shutdown()
        thread.join()


def in_a_file(path, mode=0o600):
    path.write_text(f"# of the cluster\n{USER}=ann\n{PASSWORD}=pä ss\n", "utf-8")
    path.chmod(mode)
    return {CREDENTIALS: str(path)}


@pytest.mark.parametrize(("way", "header"), [("password", BASIC), ("key", KEY), ("file", BASIC)])
def test_who_asks_is_said(server, certificate, tmp_path, way, header):
    address, asked = server
    ways = {"password": {USER: "ann", PASSWORD: "pä ss"}, "key": {API_KEY: "aWQ6a2V5"}, "file": in_a_file(tmp_path / "secret")}
    connect(address, {AUTHORITIES: str(certificate / "cert.pem")} | ways[way]).close()
    assert asked == [header]


@pytest.mark.parametrize("known", [{}, {USER: "ann", PASSWORD: "wrong"}])
def test_who_may_not_ask_is_told_how_to_say_who_asks(server, certificate, known):
    address, _asked = server
    with pytest.raises(ArchiveError, match=rf"opensearch://localhost:\d+/cables: the cluster refuses .*{USER}") as caught:
        connect(address, {AUTHORITIES: str(certificate / "cert.pem")} | known)
    assert "wrong" not in str(caught.value)


def test_a_certificate_that_nobody_vouches_for_gets_no_password(server):
    address, asked = server
    with pytest.raises(ArchiveError, match=f"the certificate is not trusted .*{AUTHORITIES}"):
        connect(address, {USER: "ann", PASSWORD: "pä ss"})
    assert asked == []


def test_a_certificate_of_another_host_is_none(server, certificate):
    address, asked = server
    elsewhere = Address((address.hosts[0].replace("localhost", "127.0.0.1"),), "cables")
    with pytest.raises(ArchiveError, match="the certificate is not trusted"):
        connect(elsewhere, {AUTHORITIES: str(certificate / "cert.pem")} | {API_KEY: "aWQ6a2V5"})
    assert asked == []


def test_this_machine_is_asked_by_tls_where_authorities_are_named(server, certificate):
    (host,) = server[0].hosts
    address = parse_address(f"opensearch://{host}/cables")
    connect(address, {AUTHORITIES: str(certificate / "cert.pem"), API_KEY: "aWQ6a2V5"}).close()
    assert server[1] == [KEY]
    with pytest.raises(ArchiveError, match=rf"does not answer .*{AUTHORITIES}"):
        connect(address, {API_KEY: "aWQ6a2V5"})


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ("HTTPConnection(host='localhost', port=1): Failed to establish a new connection: [Errno 111] Connection refused", "Connection refused"),
        ("HTTPSConnection(host='a', port=1): Failed to resolve 'a' ([Errno -2] Name or service not known)", "Name or service not known"),
        ("timed out", "timed out"),
    ],
)
def test_why_there_is_no_connection(said, cause):
    told = Connection(None, parse_address("opensearch://localhost/cables"))._translated(opensearchpy.ConnectionError("N/A", said, Exception(said)), None)
    assert f"the cluster does not answer ({cause}); look whether it runs" in str(told)


@pytest.mark.parametrize("address", ["http://example.org/cables", "https://example.org:9200/cables", "file:///srv/archive"])
def test_other_addresses_are_no_folders(address):
    assert is_address(address)
    with pytest.raises(BadValueError, match=r"leads to no archive .*opensearch://HOST:9200/NAME"):
        parse_address(address)


def test_a_server_without_tls_is_told_from_a_bad_certificate(certificate):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Server,), {"asked": []})) as listening:
        threading.Thread(target=listening.serve_forever).start()
        try:
            with pytest.raises(ArchiveError, match=r"no encrypted connection .*opensearch\+http://"):
                connect(Address((f"localhost:{listening.server_port}",), "cables"), {AUTHORITIES: str(certificate / "cert.pem")})
        finally:
            listening.shutdown()


def test_a_file_that_others_may_read_is_refused(tmp_path):
    with pytest.raises(ArchiveError, match=r"others may read these credentials; .* chmod 600"):
        connect(parse_address("opensearch://example.org/cables"), in_a_file(tmp_path / "secret", 0o640))


@pytest.mark.parametrize(("line", "seen"), [("PASS=hush", "the unknown name 'PASS'"), ("hush", "a line without '='")])
def test_a_line_of_no_meaning_is_named_without_its_value(tmp_path, line, seen):
    path = tmp_path / "secret"
    path.write_text(f"\n{line}\n", "utf-8")
    path.chmod(0o600)
    with pytest.raises(ArchiveError, match=f"secret:2: {seen}; expected NAME=value with one of {USER}") as caught:
        connect(parse_address("opensearch://example.org/cables"), {CREDENTIALS: str(path)})
    assert "hush" not in str(caught.value)


def test_an_address_with_a_password_is_refused_and_not_repeated():
    with pytest.raises(BadValueError, match="an address has no user and no password") as caught:
        parse_address("opensearch://ann:secret@example.org/cables")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "error", "kind", "said"),
    [
        (503, {"type": "search_phase_execution_exception", "reason": "", "failed_shards": [],
               "caused_by": {"reason": "Search rejected due to missing shards [[cables-g1][2], [cables-g1][4]]. Consider using …"}},
         EngineError, "a part of the archive does not answer (shard 2 of cables-g1, shard 4 of cables-g1: no node has a copy of it now)"),
        (503, {"type": "unavailable_shards_exception", "reason": "[cables-g1-words][0] primary shard is not active Timeout: [30s], request: [BulkShard…"},
         EngineError, "a part of the archive does not answer (shard 0 of cables-g1-words: no node has a copy of it now)"),
        (404, {"type": "index_not_found_exception", "reason": "no such index [a-g1-filling] and [require_alias] request flag is [true] and [a-g1-filling] …"},
         ArchiveError, "another filling has removed what this one wrote"),
        (429, {"type": "cluster_block_exception", "reason": "index [cables-g1] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark …]"},
         ArchiveError, "the cluster takes nothing more"),
        (400, {"type": "strict_dynamic_mapping_exception", "reason": "mapping set to strict"}, EngineError,
         "the cluster answers 400: strict_dynamic_mapping_exception"),
        (500, {"type": "search_phase_execution_exception", "reason": "all shards failed", "failed_shards": [{"shard": 0, "index": "cables-g1", "reason":
               {"type": "task_cancelled_exception", "reason": "cancelled task with reason: Cancellation timeout of 55s is expired"}}]},
         EngineError, "the cluster needs more than 55s for this"),
    ],
)  # fmt: skip
def test_what_the_cluster_refuses_is_told(status, error, kind, said):
    refusal = Connection(None, parse_address("opensearch://localhost/cables")).refusal(status, error)
    assert type(refusal) is kind
    assert said in str(refusal)
    assert "{" not in str(refusal)


@pytest.mark.parametrize(("root", "kind"), [(Word("*a*", "wildcard"), QueryTooBroad), (None, EngineError)])
def test_a_question_that_is_too_long_for_a_request_is_too_broad(root, kind):
    refusal = Connection(None, parse_address("opensearch://localhost/cables")).refusal(413, {"type": "", "reason": ""}, root)
    assert type(refusal) is kind
