-- Events, written in the transaction of the data that caused them (see digest/events.py). A row is
-- never changed; an event is open until each of its listeners is in ``handled``.
CREATE TABLE event (
    event_id  VARCHAR PRIMARY KEY,     -- v1-…, of name, quarter, subject, cause and predecessor
    number    BIGINT NOT NULL,         -- the order in which they were raised
    name      VARCHAR NOT NULL,
    quarter   VARCHAR NOT NULL,
    subject   VARCHAR NOT NULL,        -- '' or what it is about, such as a source
    cause     VARCHAR NOT NULL,        -- fingerprint of what caused it
    payload   VARCHAR NOT NULL,        -- JSON
    caused_at TIMESTAMP NOT NULL
);

CREATE TABLE handled (
    event_id   VARCHAR NOT NULL,
    listener   VARCHAR NOT NULL,       -- a deployment
    handled_at TIMESTAMP NOT NULL,
    PRIMARY KEY (event_id, listener)
);

-- Who signed which manifest off. Only a signed manifest is published by itself.
CREATE TABLE signoff (
    quarter   VARCHAR NOT NULL,
    sha256    VARCHAR NOT NULL,        -- of the manifest
    signed_by VARCHAR NOT NULL,
    note      VARCHAR NOT NULL,
    signed_at TIMESTAMP NOT NULL,
    PRIMARY KEY (quarter, sha256, signed_by)
);
