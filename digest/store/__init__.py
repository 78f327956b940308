"""The store: one DuckDB file and the raw archive beside it, under one working folder.

``archive`` keeps every answer as it came; ``database`` opens the file for the one writer and makes
read snapshots; ``ingest`` turns a document's records into items; ``labels`` keeps what the model
said; ``history`` keeps what became of each harvest; ``outbox`` keeps events until they are handled.
The panel's book and packets are SQLite files of ``digest.review``; of DuckDB's file nothing outside
this package writes SQL.
"""
