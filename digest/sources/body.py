"""An answer's body in small pieces, decompressed, never more than a limit.

httpx would expand a whole network chunk at once, a thousandfold if the sender likes; here at most
one step's worth of memory is in use, however far the body would expand.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

import httpx

from digest.errors import TooLarge, Unreadable

_STEP = 64 * 1024
_GZIP = 16 + zlib.MAX_WBITS
_MAGIC = b"\x1f"


def pieces(answer: httpx.Response, source: str, limit: int) -> Iterator[bytes]:
    """The decompressed body of an answer that is being streamed; at most ``limit`` bytes.

    Raises:
        TooLarge: more than ``limit`` bytes, as announced, as sent, or as decompressed.
        Unreadable: encoded otherwise than as gzip, which is all that is asked for.
        httpx.DecodingError: gzip that is broken or ends early.
    """
    url = str(answer.request.url)
    too_large = TooLarge(source, url, f"the body has more than {limit:,} bytes")
    if int(answer.headers.get("content-length") or 0) > limit:
        raise too_large
    encoding = answer.headers.get("content-encoding", "").strip().lower()
    raw = _counted(answer.iter_raw(), limit, too_large)
    if encoding in ("gzip", "x-gzip"):
        yield from _counted(_inflated(raw), limit, too_large)
    elif encoding in ("", "identity"):
        yield from raw
    else:
        raise Unreadable(source, url, f"the body is encoded as '{encoding}', not as asked for")


def _counted(parts: Iterable[bytes], limit: int, too_large: TooLarge) -> Iterator[bytes]:
    count = 0
    for part in parts:
        count += len(part)
        if count > limit:
            raise too_large
        yield part


def _inflated(raw: Iterable[bytes]) -> Iterator[bytes]:
    """Decompressed gzip, also of several members; padding after the last one is ignored."""
    engine = None
    for chunk in raw:
        pending = chunk
        while pending:
            if engine is None:
                engine = zlib.decompressobj(_GZIP)
            try:
                yield engine.decompress(pending, _STEP)
            except zlib.error as error:
                raise httpx.DecodingError(f"broken gzip: {error}") from error
            pending = engine.unconsumed_tail
            if engine.eof:
                pending = engine.unused_data.lstrip(b"\0")
                if pending and not pending.startswith(_MAGIC):
                    return
                engine = None
    if engine is not None:
        raise httpx.DecodingError("the gzip body ends before its end")
