"""The web application in which the panel reviews: pages over a packet and the book.

    request -> security (headers, size, session, CSRF) -> pages (read, ask, append)
            -> views (pure: what a page shows) -> templates -> answer

It reads the packet and writes events to the book, and knows nothing of the pipeline. Every page is
plain HTML with forms; the script adds keys, saving without a reload, and a queue for bad
connections.
"""
