"""Asking a cluster: where it is, who asks, and what can go wrong. An answer that lacks a part of the archive is an error, never an answer."""

from __future__ import annotations

import base64
import contextlib
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import msgspec

from reftel.schema.errors import (
    ArchiveClosed,
    ArchiveDamaged,
    ArchiveError,
    ArchiveMissing,
    ArchiveVersion,
    EngineError,
    QueryTooBroad,
    ReftelError,
)
from reftel.search.describe import describe
from reftel.search.engines.opensearch.address import API_KEY, AUTHORITIES, CREDENTIALS, PASSWORD, USER, Address

if TYPE_CHECKING:
    from opensearchpy import OpenSearch

    from reftel.search.plan import Node

Answered = TypeVar("Answered")

_MAJORS = ("2", "3")
_SECONDS = 60
_CANCELLED = "55s"
"""After so long the cluster itself ends a search: else it would go on with one that nobody waits for any more."""
_PAUSES = (0.2, 1.0, 3.0)  # seconds
_TOGETHER = 200  # searches of one request
COLUMNS_ALONE = {"stored_fields": "_none_"}
"""Of a search that wants no texts: else the cluster unpacks those of each hit, even where it gives nothing of them back."""
_REFUSALS: tuple[tuple[str, type[ReftelError], str], ...] = (
    ("index_closed_exception", ArchiveError, "an index of the archive is closed ({}); `POST INDEX/_open` opens it"),
    ("index read (api)", ArchiveError, "reading the archive is blocked ({}); take `index.blocks.read` off the index"),
    ("[require_alias]", ArchiveError, "another filling has removed what this one wrote ({}); run it again"),
    ("task_cancelled_exception", EngineError, f"the cluster needs more than {_CANCELLED} for this ({{}}); ask for less, or give it more nodes"),
    ("circuit_breaking_exception", EngineError, "a node has too little memory for this now ({}); ask again, or give the nodes more heap"),
)
_LOST = ("missing shards", "shard is not active", "no_shard_available_action_exception")
_TOO_MANY = ("too_many_clauses", "too_many_nested_clauses", "maxclausecount", "the number of terms", "too_many_buckets")


def connect(address: Address, environment: Mapping[str, str] = os.environ) -> Connection:
    """A connection to the cluster. `ArchiveError` if it doesn't answer or refuses, `ArchiveVersion` for another server than OpenSearch 2 or 3."""
    try:
        from opensearchpy import JSONSerializer, OpenSearch  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise ArchiveError(f"{address}: archives in a cluster need opensearch-py; install it with `pip install 'reftel[opensearch]'`") from error
    known = _credentials(environment)
    options: dict[str, Any] = {}
    if known.get(API_KEY):
        options["headers"] = {"Authorization": f"ApiKey {known[API_KEY]}"}
    elif known.get(USER):
        said = f"{known[USER]}:{known.get(PASSWORD, '')}".encode()  # clients would say it in Latin-1, and OpenSearch reads UTF-8
        options["headers"] = {"Authorization": f"Basic {base64.b64encode(said).decode()}"}
    encrypted = address.tls or bool(known.get(AUTHORITIES) and not address.plain)
    if encrypted:
        options |= {"use_ssl": True, "verify_certs": True, "ssl_show_warn": False}
        if known.get(AUTHORITIES):
            options["ca_certs"] = known[AUTHORITIES]

    class Json(JSONSerializer):
        def loads(self, s: str) -> Any:  # quicker with answers of megabytes
            try:
                return msgspec.json.decode(s)
            except ValueError:  # as the other one says it, and reads half a pair of surrogates
                return super().loads(s)

    scheme = "https" if encrypted else "http"
    client = OpenSearch(
        [f"{scheme}://{host}" for host in address.hosts], timeout=_SECONDS, pool_maxsize=4, max_retries=3, retry_on_timeout=False,
        retry_on_status=(429, 502, 504), serializer=Json(), **options,
    )  # fmt: skip
    connection = Connection(client, address)
    connection.check_version()
    return connection


def _credentials(environment: Mapping[str, str]) -> dict[str, str]:
    """Who asks: from the environment, or a file of lines ``NAME=value`` that it names."""
    names = (USER, PASSWORD, API_KEY, AUTHORITIES)
    found: dict[str, str] = {}
    if environment.get(CREDENTIALS):
        path = Path(environment[CREDENTIALS])
        try:
            lines = path.read_text("utf-8").splitlines()
            readable = path.stat().st_mode & 0o077
        except (OSError, ValueError) as error:
            raise ArchiveError(f"{path}: the credentials of ${CREDENTIALS} cannot be read: {error}") from error
        if readable:
            raise ArchiveError(f"{path}: others may read these credentials; expected a file for its owner alone: chmod 600 {path}")
        for number, line in enumerate(lines, 1):
            name, sign, value = line.partition("=")
            if line.strip() and not line.startswith("#"):
                if name.strip() not in names:  # what has no sign may be a password
                    seen = f"the unknown name '{name.strip():.40}'" if sign else "a line without '='"
                    raise ArchiveError(f"{path}:{number}: {seen}; expected NAME=value with one of {', '.join(names)}")
                found[name.strip()] = value.strip()
    return found | {name: environment[name] for name in names if environment.get(name)}


class Connection:
    """A cluster, asked for whole answers."""

    def __init__(self, client: OpenSearch, address: Address) -> None:
        self.client, self.address = client, address
        self.cluster = ""
        self._closed = False

    def check_version(self) -> None:
        """See `connect`."""
        with self.errors():
            said = self.client.info()
        about, self.cluster = said["version"], re.sub(r"[^\w-]", "_", str(said.get("cluster_uuid")), flags=re.ASCII)
        if about.get("distribution") != "opensearch" or about["number"].partition(".")[0] not in _MAJORS:
            seen = f"{about.get('distribution', 'Elasticsearch')} {about['number']}"
            raise ArchiveVersion(f"{self.address}: the server is {seen}; expected OpenSearch {' or '.join(_MAJORS)}")

    def close(self) -> None:
        """Let go of the connections. Whoever asks afterwards gets `ArchiveClosed`."""
        self._closed = True
        self.client.close()

    def check_open(self) -> None:
        """`ArchiveClosed` if it was closed."""
        if self._closed:
            raise ArchiveClosed(f"{self.address}: the archive was closed")

    @contextlib.contextmanager
    def errors(self, root: Node | None = None) -> Iterator[None]:
        """Errors of the cluster as users see them. ``root``: the plan that was asked."""
        self.check_open()
        try:
            yield
        except ReftelError:
            raise
        except Exception as error:
            from opensearchpy.exceptions import OpenSearchException  # noqa: PLC0415 - see above

            if not isinstance(error, OpenSearchException):
                raise
            raise self._translated(error, root) from error

    def _translated(self, error: Exception, root: Node | None) -> ReftelError:
        from opensearchpy.exceptions import ConnectionError as NoConnection  # noqa: PLC0415
        from opensearchpy.exceptions import SSLError, TransportError  # noqa: PLC0415

        if isinstance(error, SSLError) and "certificate" not in str(error.error).lower():
            return ArchiveError(f"{self.address}: no encrypted connection ({_line(error.error)}); opensearch+http:// asks a server that has none")
        if isinstance(error, SSLError):
            return ArchiveError(f"{self.address}: the certificate is not trusted ({error.error:.200}); ${AUTHORITIES} names a file of authorities that are")
        if isinstance(error, NoConnection):
            hint = f"; where it expects TLS on this machine, ${AUTHORITIES} names its authorities" if "abort" in str(error.error).lower() else ""
            return ArchiveError(f"{self.address}: the cluster does not answer ({_cause(error.error)}); look whether it runs, and at hosts and ports{hint}")
        if not isinstance(error, TransportError):
            return EngineError(f"{self.address}: {_line(error)}")
        return self._refused(error.status_code, _line(f"{error.error} {_reasons(error.info)}"), error.info, root)

    def _refused(self, status: int | str, said: str, info: object, root: Node | None) -> ReftelError:
        too_long = status == 413 and root is not None  # for one request: 100 MB, unless the cluster was told otherwise
        if too_long or any(sign in said.lower() for sign in _TOO_MANY):
            shown = describe(root) if root is not None else "the question"
            hint = "use fewer words or longer beginnings, or raise indices.query.bool.max_clause_count in the cluster, as docs/cluster.md says"
            return QueryTooBroad("the question stands for more words than the cluster allows", text=shown, start=0, end=len(shown), hint=hint)
        for sign, kind, message in _REFUSALS:
            if sign in said:
                return kind(f"{self.address}: {message.format(said)}")
        if status == 404 and "index_not_found" in said:
            return self._missing(said)
        if status in (401, 403) and "block" not in said:
            return ArchiveError(f"{self.address}: the cluster refuses ({said}); ${USER} and ${PASSWORD}, or ${API_KEY}, say who asks")
        lost = _lost_shards(said)
        if lost:
            return EngineError(
                f"{self.address}: a part of the archive does not answer ({lost}: no node has a copy of it now); "
                "look which node is down (`GET _cat/nodes`), and ask again when it is back"
            )
        shards = _failed_shards(info)
        if shards:
            return EngineError(f"{self.address}: a part of the archive does not answer ({shards}: {said}); look at the cluster's health")
        if status in (403, 429):
            return ArchiveError(f"{self.address}: the cluster takes nothing more ({said}); look at its disks and its load")
        return EngineError(f"{self.address}: the cluster answers {status}: {said}")

    def _missing(self, said: str) -> ReftelError:
        """Why there is no index."""
        if f"[{self.address.name}-g" not in said:
            return ArchiveMissing(f"{self.address}: there is no archive here; `reftel index SOURCE --archive {self.address}` makes one")
        part = re.search(r"\[((\S+)-(?:words|manifest))\]", said)
        with contextlib.suppress(Exception):  # a cluster that says no more
            if part is not None and self.client.indices.exists(index=part[2]):
                return ArchiveDamaged(f"{self.address}: a part of the archive, the index '{part[1]}', is gone; restore it from a snapshot, or {self.address.remedy}")
        return ArchiveMissing(f"{self.address}: the archive was refilled since it was opened; open it again")

    def refusal(self, status: int, error: Mapping[str, Any], root: Node | None = None) -> ReftelError:
        """What the cluster says of one of several requests that it got together, as users see it."""
        from opensearchpy.exceptions import TransportError  # noqa: PLC0415 - see above

        return self._translated(TransportError(status, error.get("type", ""), {"error": error}), root)

    # -- questions -----------------------------------------------------------------------------------------------------------------------

    def search(self, index: str | None, body: Mapping[str, Any], root: Node | None = None) -> dict[str, Any]:
        """The answer to one search over all shards of an index, or of the point in time that ``body`` has."""
        parameters = {"allow_partial_search_results": "false", "include_named_queries_score": "true", "cancel_after_time_interval": _CANCELLED}
        of = {} if index is None else {"index": index}
        with self.errors(root):
            return self._whole(_patiently(lambda: self.client.search(body=dict(body), params=parameters, **of)))

    def searches(self, index: str, bodies: Sequence[Mapping[str, Any]], root: Node | None = None) -> list[dict[str, Any]]:
        """The answers to several at once."""
        return [answer for start in range(0, len(bodies), _TOGETHER) for answer in self._searched(index, bodies[start : start + _TOGETHER], root)]

    def _searched(self, index: str, bodies: Sequence[Mapping[str, Any]], root: Node | None) -> list[dict[str, Any]]:
        options = {"index": index, "allow_partial_search_results": False, "cancel_after_time_interval": _CANCELLED}
        lines = [line for body in bodies for line in (options, dict(body))]
        with self.errors(root):
            return [self._whole(answer) for answer in _patiently(lambda: self._answers(lines))]

    def _answers(self, lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        answers: list[dict[str, Any]] = self.client.msearch(body=lines)["responses"]
        for answer in answers:
            if "error" in answer:
                from opensearchpy.exceptions import TransportError  # noqa: PLC0415

                raise TransportError(answer["status"], answer["error"].get("type", ""), answer)
        return answers

    def _whole(self, answer: dict[str, Any]) -> dict[str, Any]:
        """``answer``, unless a part of the archive is not in it."""
        shards = answer["_shards"]
        if shards["failed"] or answer["timed_out"] or shards["successful"] + shards.get("skipped", 0) < shards["total"]:
            failed = _failed_shards({"error": {"failed_shards": shards.get("failures", [])}})
            of = failed or f"{shards['successful']} of {shards['total']} shards answered"
            raise EngineError(f"{self.address}: a part of the archive does not answer ({of}); look at the cluster's health")
        return answer

    def pages(self, index: str, body: Mapping[str, Any], size: int, root: Node | None = None) -> Iterator[dict[str, Any]]:
        """The answers to a search, so many hits at a time, in an order that tells every two hits apart.

        They are read at one point in time. Where that is lost with the node that held it, another begins behind the last hit.
        """
        asked = dict(body) | {"size": size}
        point = self._point(index)
        lost = 0
        try:
            while True:
                try:
                    answer = self.search(None, asked | {"pit": {"id": point, "keep_alive": "2m"}}, root)
                except (ArchiveError, EngineError):
                    lost += 1
                    if lost > 3:
                        raise
                    point = self._point(index)
                    continue
                yield answer
                hits = answer["hits"]["hits"]
                if len(hits) < size:
                    return
                lost = 0
                asked = {name: value for name, value in asked.items() if name != "aggs"} | {"search_after": hits[-1]["sort"], "track_total_hits": False}
        finally:
            with contextlib.suppress(Exception):  # it ends by itself in two minutes
                self.client.delete_pit(body={"pit_id": [point]})

    def _point(self, index: str) -> str:
        with self.errors():
            made = self.client.create_pit(index=index, params={"keep_alive": "2m", "allow_partial_pit_creation": "false"})
            return cast("str", made["pit_id"])


def _patiently(ask: Callable[[], Answered]) -> Answered:
    """What ``ask`` gives, asked again where a node had no memory for it: most of what fills that is garbage, which is soon collected."""
    for pause in _PAUSES:
        try:
            return ask()
        except Exception as error:
            if "circuit_breaking_exception" not in f"{getattr(error, 'error', '')} {getattr(error, 'info', '')}":
                raise
        time.sleep(pause)
    return ask()


def _line(text: object) -> str:
    return " ".join(str(text).split())[:300]


def _cause(error: object) -> str:
    """Why there is no connection, without the names that the libraries have for it: ``Connection refused``."""
    return re.sub(r".*\[Errno -?[0-9]+\] ", "", _line(error)).rstrip(")") if "[Errno" in str(error) else _line(error)


def _reasons(info: object) -> str:
    """The types and reasons of an error and its causes."""
    found: list[str] = []

    def look(value: object) -> None:
        if isinstance(value, dict):
            found.extend(str(value[name]) for name in ("type", "reason") if isinstance(value.get(name), str))
            for each in value.values():
                look(each)
        elif isinstance(value, list):
            for each in value:
                look(each)

    look(info)
    return "; ".join(dict.fromkeys(found))


def _lost_shards(said: str) -> str:
    """As `_failed_shards`, told from the words of an error that names the shards of which no copy is there."""
    found = re.findall(r"\[([^][ ]+)\]\[(\d+)\]", said) if any(sign in said for sign in _LOST) else []
    return ", ".join(dict.fromkeys(f"shard {number} of {index}" for index, number in found))


def _failed_shards(info: object) -> str:
    """``"shard 2 of cables-g1"`` for each shard that an error names."""
    error = info.get("error") if isinstance(info, dict) else None
    failed = error.get("failed_shards", []) if isinstance(error, dict) else []
    named = dict.fromkeys(f"shard {each.get('shard')} of {each.get('index')}" for each in failed)
    if not named and isinstance(error, dict) and error.get("type") in ("search_phase_execution_exception", "no_shard_available_action_exception"):
        return _line(error.get("reason"))
    return ", ".join(named)
