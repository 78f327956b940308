"""Pages of arXiv's search, written by hand: what its Atom feeds hold."""

from __future__ import annotations


def feed(*entries: str, total: int | None = None) -> bytes:
    total = len(entries) if total is None else total
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom" '
        'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">'
        f"<opensearch:totalResults>{total}</opensearch:totalResults>{''.join(entries)}</feed>"
    ).encode()


def entry(**given: str) -> str:
    """An entry; an element is replaced by what is given for its name, or left out."""
    elements = {
        "id": "<id>http://arxiv.org/abs/2601.00001v2</id>",
        "title": "<title>A title</title>",
        "summary": "<summary>An abstract.</summary>",
        "published": "<published>2026-01-05T10:00:00Z</published>",
        "updated": "<updated>2026-01-07T10:00:00Z</updated>",
        "author": "<author><name>A. Author</name></author>",
        "category": '<category term="cs.AI"/>',
        "more": "",
    }
    return f"<entry>{''.join({**elements, **given}.values())}</entry>"


ERROR = (
    b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>Error</title>'
    b"<id>https://arxiv.org/api/errors#incorrect</id>"
    b"<summary>incorrect date\n format</summary></entry></feed>"
)
