"""Running the application: one process, threads, behind a proxy only when told so."""

from __future__ import annotations

import ipaddress
import socket
from contextlib import closing
from typing import TYPE_CHECKING

from digest.config import Clock, Report, Workplace
from digest.errors import ConfigError
from digest.review.web.app import create_app
from digest.review.web.desk import Desk

if TYPE_CHECKING:
    import uvicorn


# Where a proxy may stand whose word about the browser's address is taken: on this machine or in a
# private network, such as that of containers.
PROXIES = ["127.0.0.0/8", "::1", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]
# Seconds: longer than it takes to read an item, and than proxies keep an idle connection. A form
# that is sent just when the server hangs up would have to be sent again.
KEPT = 75


def serve(
    place: Workplace, host: str, port: int, clock: Clock, report: Report, *, behind_proxy: bool
) -> None:
    """Serve until the process is told to stop.

    Behind a proxy, browsers are taken to come over HTTPS, and the proxy's ``X-Forwarded-For`` is
    believed; without one nobody's is.

    Raises:
        ConfigError: the address is not of this machine, or taken, or would be open to others
            without a proxy, and so without encryption.
    """
    import uvicorn

    if not behind_proxy and not _is_loopback(host):
        raise ConfigError(
            f"at {host} others could read what members send: put a proxy with TLS before the "
            "application and say --behind-proxy (docs/review.md shows how)"
        )
    with closing(_listening(host, port)) as listener:
        report(f"The review is at http://{host}:{listener.getsockname()[1]}/ (Ctrl-C stops it)")
        desk = Desk(place, clock, https=behind_proxy)
        uvicorn.Server(configured(desk)).run(sockets=[listener])


def configured(desk: Desk) -> uvicorn.Config:
    """How the application is run; ``desk.https`` says that a proxy stands before it."""
    import uvicorn

    return uvicorn.Config(
        create_app(desk), ws="none", log_level="warning", access_log=False, server_header=False,
        proxy_headers=desk.https, forwarded_allow_ips=PROXIES, timeout_graceful_shutdown=5,
        timeout_keep_alive=KEPT,
    )  # fmt: skip


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _listening(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), backlog=256, reuse_port=False)
    except OSError as error:
        raise ConfigError(f"cannot listen at {host}, port {port}: {error.strerror}") from None
