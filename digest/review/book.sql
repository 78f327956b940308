-- The book. Events are only ever added: triggers refuse everything else, whoever asks.

BEGIN IMMEDIATE;

CREATE TABLE event (
    number INTEGER PRIMARY KEY,  -- 1, 2, …: the order of saving, without gaps
    event_id TEXT NOT NULL UNIQUE,
    quarter TEXT NOT NULL,  -- 2026Q1
    person TEXT NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,  -- JSON
    at TEXT NOT NULL  -- ISO, UTC
) STRICT;
CREATE INDEX event_quarter ON event (quarter, number);

CREATE TRIGGER event_unchanged BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END;
CREATE TRIGGER event_kept BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'an event is never deleted'); END;
-- INSERT OR REPLACE would delete without asking the trigger above.
CREATE TRIGGER event_not_replaced BEFORE INSERT ON event
WHEN EXISTS (SELECT 1 FROM event WHERE event_id = NEW.event_id OR number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'an event is never replaced'); END;

-- Who takes part, in every state in which they ever were: the last one holds. Lists are JSON.
CREATE TABLE person_state (
    number INTEGER PRIMARY KEY,
    at REAL NOT NULL,  -- times here and below: seconds since 1970
    id TEXT NOT NULL,  -- a-okafor
    name TEXT NOT NULL,
    affiliation TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('member', 'chair', 'editor')),
    goals TEXT NOT NULL,
    conflicts TEXT NOT NULL,
    language TEXT NOT NULL,
    revoked INTEGER NOT NULL
) STRICT;
CREATE INDEX person_state_id ON person_state (id, number);
CREATE VIEW person AS
SELECT * FROM person_state WHERE number IN (SELECT max(number) FROM person_state GROUP BY id);

CREATE TRIGGER person_state_unchanged BEFORE UPDATE ON person_state
BEGIN SELECT RAISE(ABORT, 'what was known of a person is never changed'); END;
CREATE TRIGGER person_state_kept BEFORE DELETE ON person_state
BEGIN SELECT RAISE(ABORT, 'what was known of a person is never deleted'); END;
CREATE TRIGGER person_state_not_replaced BEFORE INSERT ON person_state
WHEN EXISTS (SELECT 1 FROM person_state WHERE number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'what was known of a person is never replaced'); END;

-- Secrets are kept as hashes only.
CREATE TABLE passphrase (
    person TEXT PRIMARY KEY,
    salt BLOB NOT NULL,
    hash BLOB NOT NULL,  -- scrypt
    work INTEGER NOT NULL  -- its cost
) STRICT;
CREATE TABLE link (
    hash TEXT PRIMARY KEY,  -- SHA-256 of 256 random bits
    person TEXT NOT NULL,
    expires REAL NOT NULL,
    used REAL
) STRICT;
CREATE TABLE session (
    hash TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    started REAL NOT NULL,
    seen REAL NOT NULL
) STRICT;

-- Attempts to enter: the limits survive a restart. The account is a hash of what was typed.
CREATE TABLE attempt (
    id INTEGER PRIMARY KEY,
    address TEXT NOT NULL,
    account TEXT NOT NULL,
    at REAL NOT NULL,
    succeeded INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX attempt_address ON attempt (address, at);
CREATE INDEX attempt_account ON attempt (account, at);

CREATE TABLE access (
    id INTEGER PRIMARY KEY,
    at REAL NOT NULL,
    address TEXT NOT NULL,
    person TEXT NOT NULL,
    action TEXT NOT NULL,
    status INTEGER NOT NULL
) STRICT;
CREATE INDEX access_at ON access (at);

PRAGMA user_version = 1;
COMMIT;
