"""The panel's review: who the members are, what they decide, and what stands of it.

    a packet of the draft -> members decide, in the web application or in a spreadsheet
    -> events in the book, never altered -> standing, consensus, agreement: pure functions of them

The book is a SQLite file of its own, so that members can save while the pipeline writes its
database. This room knows the edition, the codebook and the store, nothing of steps and flows.
"""
