-- A sign-off that was taken back can be given again for the same manifest: one row each time.
CREATE TABLE signoff_again (
    quarter   VARCHAR NOT NULL,
    sha256    VARCHAR NOT NULL,        -- of the manifest
    signed_by VARCHAR NOT NULL,
    note      VARCHAR NOT NULL,
    signed_at TIMESTAMP NOT NULL,
    PRIMARY KEY (quarter, sha256, signed_by, signed_at)
);
INSERT INTO signoff_again SELECT * FROM signoff;
DROP TABLE signoff;
ALTER TABLE signoff_again RENAME TO signoff;
