"""A real OpenSearch cluster on loopback, from the jars that ``make test-cluster`` fetches. Its nodes end with the process that started them."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

HOME = Path(__file__).parents[2] / "build" / "cluster"
_LOGGING = """\
status = error
appender.file.type = File
appender.file.name = file
appender.file.fileName = {log}
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d{{ISO8601}} %-5p %c{{1.}} %m%n
rootLogger.level = warn
rootLogger.appenderRef.file.ref = file
"""
_JAVA = ("-Xms256m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")
_SETTINGS = (
    "cluster.name=reftel-test", "network.host=127.0.0.1", "node.store.allow_mmap=false", "action.auto_create_index=false",
    "cluster.routing.allocation.disk.threshold_enabled=false", "cluster.join.timeout=20s", "discovery.request_peers_timeout=2s",
    "indices.query.bool.max_clause_count=65536",
    "indices.breaker.total.use_real_memory=false",  # which counts garbage too, and with so small a heap there is always some
)  # fmt: skip
_START = 120  # seconds


def missing() -> str | None:
    """What there is not of all that starting a node takes, and how to get it; ``None`` if nothing is missing."""
    if not (HOME / ".ready").exists():
        return "no OpenSearch here: `make test-cluster` fetches it"
    return None if shutil.which("java") else "no java here; install one from 17 on"


class Cluster:
    """So many nodes, started at once. ``settings``: further ones, as ``name=value``. ``java``: options of the Java machine."""

    def __init__(self, folder: Path, count: int = 1, settings: Sequence[str] = (), java: Sequence[str] = _JAVA) -> None:
        self._folder, self._count, self._settings, self._java = folder, count, settings, java
        ports = _free_ports(2 * count)
        self._http, self._transport = ports[:count], ports[count:]
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        try:
            for number in range(count):
                self.start(number)
            for number in range(count):
                self.wait(number, count)
        except BaseException:
            self.stop()
            raise

    def url(self, number: int = 0) -> str:
        """Where a node is asked."""
        return f"http://127.0.0.1:{self._http[number]}"

    @property
    def hosts(self) -> str:
        """All nodes, as an archive's address has them."""
        return ",".join(f"127.0.0.1:{port}" for port in self._http)

    def start(self, number: int) -> None:
        """Start a node, again where it was killed."""
        home = self._folder / f"node{number}"
        (home / "config").mkdir(parents=True, exist_ok=True)
        (home / "config" / "log4j2.properties").write_text(_LOGGING.format(log=home / "node.log"))
        names = ",".join(f"node{each}" for each in range(self._count))
        seeds = ",".join(f"127.0.0.1:{port}" for port in self._transport)
        together = (f"discovery.seed_hosts={seeds}", f"cluster.initial_cluster_manager_nodes={names}")
        own = (f"node.name=node{number}", f"http.port={self._http[number]}", f"transport.port={self._transport[number]}")
        settings = (*_SETTINGS, *own, *(("discovery.type=single-node",) if self._count == 1 else together), *self._settings)
        command = ["java", *self._java, "-cp", f"{HOME / 'classes'}:{HOME / 'lib'}/*", "OpenSearchNode", str(home), *settings]
        with (home / "output").open("wb") as output:
            self._processes[number] = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output, stderr=output)  # noqa: S603 - our own

    def wait(self, number: int, nodes: int) -> None:
        """Until a node answers and sees so many."""
        for _ in range(_START * 10):
            with contextlib.suppress(OSError, ValueError):
                if self.health(number)["number_of_nodes"] >= nodes:
                    return
            if self._processes[number].poll() is not None:
                raise RuntimeError((self._folder / f"node{number}" / "output").read_text()[-4000:])
            time.sleep(0.1)
        raise TimeoutError(f"node {number} was not up after {_START} s")

    def health(self, number: int = 0, *, status: str | None = None) -> dict[str, Any]:
        """What a node says of the cluster; where ``status`` is given, as soon as it has it."""
        query = f"?wait_for_status={status}&wait_for_no_relocating_shards=true&timeout=60s" if status else ""
        with urllib.request.urlopen(f"{self.url(number)}/_cluster/health{query}", timeout=70 if status else 5) as answer:  # noqa: S310 - our own
            found: dict[str, Any] = json.load(answer)
            return found

    def kill(self, number: int) -> None:
        """End a node at once, as a machine does that fails."""
        with self._processes[number] as process:  # which closes its standard input
            process.kill()

    def stop(self) -> None:
        """End all nodes."""
        for process in self._processes.values():
            assert process.stdin is not None
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
        for process in self._processes.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self.stop()


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
