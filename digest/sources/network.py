"""Connections that go only where they may, and end in time.

httpx looks names up and connects in one step that nobody sees, so a check beforehand would be of
another lookup than the one that is used. Here the addresses that are checked are the ones that are
connected to, and every read counts against one deadline, whatever the server drips.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Collection, Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

import httpcore
import httpx

from digest.errors import UnsafeAddress

PORTS = frozenset({80, 443, 8080, 8443})
IF_MEANT = "if it is meant, write `private = true` in its entry of the source list"
_NAT64 = IPv6Network("64:ff9b::/96")
# Not global by what they are for, though the standard library says so of some.
_LOCAL = tuple(map(IPv6Network, ("64:ff9b:1::/48", "::/96", "::ffff:0:0:0/96", "fec0::/10")))


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, also when it wraps an IPv4 one."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo or (None, None))[1]
        if ip in _NAT64:
            inner = IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if any(ip in network for network in _LOCAL):
            return False
    return ip.is_global and not ip.is_multicast


def check_url(url: httpx.URL, source: str, allowed: Collection[str]) -> None:
    """Refuse an address by its spelling, before any name is looked up.

    Raises:
        UnsafeAddress: not http(s), no host, a password in it, a port that no web server
            uses, or what is private to another source.
    """
    if url.scheme not in ("http", "https") or not url.host:
        raise UnsafeAddress(source, str(url), "only http and https addresses are asked")
    if url.userinfo:
        bare = str(url.copy_with(username=None, password=None))
        raise UnsafeAddress(source, bare, "an address must not hold a name and password")
    if url.port is not None and url.port not in PORTS and not is_allowed(url, source, allowed):
        what = f"port {url.port} is not one of a public web server"
        raise UnsafeAddress(source, str(url), what, IF_MEANT)
    # Said here and not when it connects: that other source's connection may be open still.
    if _is_anothers(url, allowed) and not is_allowed(url, source, allowed):
        what = f"'{url.host}' may be asked for another source alone"
        raise UnsafeAddress(source, str(url), what, IF_MEANT)


def is_allowed(url: httpx.URL, source: str, allowed: Collection[str]) -> bool:
    """Whether the configuration lets this host be private for this source.

    It names hosts, host:port, or source@host:port, which only that source may ask: no other one's
    redirects lead there.
    """
    here = host_and_port(url)
    return not {url.host, here, f"{source}@{here}"}.isdisjoint(allowed)


def _is_anothers(url: httpx.URL, allowed: Collection[str]) -> bool:
    owned = f"@{host_and_port(url)}"
    return any(name.endswith(owned) for name in allowed)


def private_to(source: str, address: str) -> frozenset[str]:
    """What a private source may ask, as ``is_allowed`` reads it: the host and port of its address.

    From port 80 such a host sends one on to itself, encrypted: that is meant, too.
    """
    url = httpx.URL(address)
    ports = {host_and_port(url)}
    if ports == {f"{url.host}:80"}:
        ports.add(host_and_port(url.copy_with(scheme="https", port=443)))
    return frozenset(f"{source}@{port}" for port in ports)


def host_and_port(address: httpx.URL | str) -> str:
    """Such as ``intranet.example:80``, also where the address does not state the port."""
    url = httpx.URL(address)
    return f"{url.host}:{url.port or (443 if url.scheme == 'https' else 80)}"


class Network(httpcore.NetworkBackend):
    """Looks names up, checks every address, connects to what was checked, keeps the deadline.

    One request at a time and thread is announced with ``begin``: the connection pool does not hand
    a request's own data down to the layer that connects and reads.
    """

    def __init__(self, allowed: Collection[str]) -> None:
        self._allowed = allowed
        self._sync = httpcore.SyncBackend()
        self._here = threading.local()

    def begin(self, url: httpx.URL, source: str, seconds: float) -> None:
        """From now on this thread works on one request, which may take ``seconds`` in all."""
        self._here.url, self._here.source = url, source
        self._here.deadline = time.monotonic() + seconds

    @property
    def is_late(self) -> bool:
        """Whether this thread's request has used up its time."""
        return time.monotonic() >= float(self._here.deadline)

    def seconds(self, timeout: float | None) -> float:
        """The time that one step may take: its own limit or what is left of the request's."""
        left = self._here.deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the request has used up its time")
        return float(left if timeout is None else min(left, timeout))

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address that answers, all having been checked."""
        failure: Exception = httpcore.ConnectError(f"'{host}' has no address")
        for address in self._addresses(host, port):
            try:
                stream = self._sync.connect_tcp(
                    address, port, self.seconds(timeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return TimedStream(stream, self)
        raise failure

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"the name '{host}' is not known: {error}") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        private = [address for address in addresses if not is_public(address)]
        url = self._here.url
        if private and not is_allowed(url, self._here.source, self._allowed):
            raise UnsafeAddress(
                self._here.source,
                str(url),
                f"'{host}' is at {private[0]}, which is not an address of the open internet",
                IF_MEANT,
            )
        return addresses


class TimedStream(httpcore.NetworkStream):
    """A connection each of whose steps ends by its request's deadline."""

    def __init__(self, stream: httpcore.NetworkStream, network: Network) -> None:
        self._stream, self._network = stream, network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Up to ``max_bytes`` bytes, or httpcore.ReadTimeout."""
        return self._stream.read(max_bytes, self._network.seconds(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send ``buffer`` whole, or httpcore.WriteTimeout."""
        self._stream.write(buffer, self._network.seconds(timeout))

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Go on with TLS; the certificate is checked against the name, not the address."""
        seconds = self._network.seconds(timeout)
        return TimedStream(
            self._stream.start_tls(ssl_context, server_hostname, seconds), self._network
        )

    def get_extra_info(self, info: str) -> Any:
        """What httpcore asks about the socket."""
        return self._stream.get_extra_info(info)


class Transport(httpx.HTTPTransport):
    """httpx's own transport over ``Network``; no proxy, no cookies, no redirects."""

    def __init__(self, network: Network) -> None:
        context = httpx.create_ssl_context()
        super().__init__(verify=context)
        self._pool = httpcore.ConnectionPool(
            ssl_context=context, network_backend=network, keepalive_expiry=15.0
        )
