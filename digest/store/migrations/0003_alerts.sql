-- What was told to whom: one row an event (or daily report) and channel.
CREATE TABLE alert (
    event_id VARCHAR NOT NULL,         -- of the event, or health-YYYY-MM-DD
    channel  VARCHAR NOT NULL,
    tried_at TIMESTAMP NOT NULL,       -- for the last time
    problem  VARCHAR NOT NULL,         -- '' when it was sent, else why not
    PRIMARY KEY (event_id, channel)
);
