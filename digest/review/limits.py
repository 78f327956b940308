"""How often somebody may try to enter: per address and per account, kept in the book's file.

An attempt counts from before its passphrase is looked at, so a thousand at once are no way round;
one that is refused for the limit does not count, so nobody is kept out for ever. An address from
which the account's own person entered lately is not kept out by what strangers elsewhere try.
"""

from __future__ import annotations

import ipaddress
import sqlite3

from digest.errors import TooManyAttempts
from digest.review.keys import hash_of

PER_ADDRESS, ADDRESS_WINDOW = 10, 15 * 60.0  # failures, seconds
PER_ACCOUNT, ACCOUNT_WINDOW = 20, 60 * 60.0
REMEMBERED = 90 * 86_400.0  # seconds for which an address is known as a person's
_DAY = 86_400.0


def begin(connection: sqlite3.Connection, address: str, account: str, now: float) -> int:
    """Note an attempt, a failure until ``succeed`` says otherwise, and give its number.

    ``account`` is what the person typed, ``""`` for a link.

    Raises:
        TooManyAttempts: the address or the account has failed too often lately.
    """
    network, key = network_of(address), account_key(account)
    connection.execute(
        "DELETE FROM attempt WHERE at < ? OR (at < ? AND succeeded = 0)",
        [now - REMEMBERED, now - _DAY],
    )
    _limit(connection, "address", network, PER_ADDRESS, ADDRESS_WINDOW, now)
    if key and not _is_known(connection, network, key):
        _limit(connection, "account", key, PER_ACCOUNT, ACCOUNT_WINDOW, now)
    row = connection.execute(
        "INSERT INTO attempt (address, account, at) VALUES (?, ?, ?) RETURNING id",
        [network, key, now],
    ).fetchone()
    return int(row[0])


def succeed(connection: sqlite3.Connection, attempt: int, account: str) -> None:
    """The attempt let ``account`` in: its address is that person's from now on."""
    connection.execute(
        "UPDATE attempt SET succeeded = 1, account = ? WHERE id = ?",
        [account_key(account), attempt],
    )


def network_of(address: str) -> str:
    """Whose attempts are counted together: an IPv4 address, an IPv6 network of one customer."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def account_key(account: str) -> str:
    """What is kept of a typed account: people type their passphrase there by mistake."""
    return hash_of(account.strip().casefold()) if account else ""


def _limit(
    connection: sqlite3.Connection, column: str, value: str, most: int, window: float, now: float
) -> None:
    times = connection.execute(
        f"SELECT at FROM attempt WHERE {column} = ? AND at > ? AND succeeded = 0 "
        "ORDER BY at DESC LIMIT ?",
        [value, now - window, most],
    ).fetchall()
    if len(times) == most:
        raise TooManyAttempts(max(1, int(times[-1][0] + window - now)))


def _is_known(connection: sqlite3.Connection, network: str, key: str) -> bool:
    found = connection.execute(
        "SELECT 1 FROM attempt WHERE address = ? AND account = ? AND succeeded = 1 LIMIT 1",
        [network, key],
    )
    return found.fetchone() is not None
