-- The store. All times are UTC, without a zone. Ids are made from content (see digest/items.py), so
-- every write can be repeated: inserting what is there already changes nothing.

-- One row for each answer kept in the raw archive (var/raw); the archive holds the bytes.
CREATE TABLE document (
    document_id    VARCHAR PRIMARY KEY,   -- d1-…, of source, URL, status and body
    source      VARCHAR NOT NULL,
    quarter     VARCHAR NOT NULL,      -- the quarter for which it was asked
    url         VARCHAR NOT NULL,
    fetched_at  TIMESTAMP NOT NULL,    -- of the first time this very answer came
    status      INTEGER NOT NULL,      -- HTTP status; 200 for a file
    sha256      VARCHAR NOT NULL,      -- of the body
    bytes       BIGINT NOT NULL
);

-- One row for each document that was parsed to its end. read = stored + known + out_of_quarter +
-- rejected; stored counts the records that this document brought first.
CREATE TABLE ingest (
    document_id       VARCHAR NOT NULL,
    parser         VARCHAR NOT NULL,   -- parser and its version: a new one parses again
    quarters       VARCHAR NOT NULL,   -- the quarters that were wanted, space-separated
    read           BIGINT NOT NULL,
    stored         BIGINT NOT NULL,
    known          BIGINT NOT NULL,
    out_of_quarter BIGINT NOT NULL,
    rejected       BIGINT NOT NULL,
    problem        VARCHAR NOT NULL,   -- '' or why the document ended early
    PRIMARY KEY (document_id, parser, quarters)
);

-- An entry that could not become a record, and why.
CREATE TABLE rejection (
    document_id    VARCHAR NOT NULL,
    position    BIGINT NOT NULL,       -- of the entry in its document, from 0
    source      VARCHAR NOT NULL,
    external_id VARCHAR NOT NULL,
    reason      VARCHAR NOT NULL,
    PRIMARY KEY (document_id, position)
);

-- What one source said about one work; never changed, never deleted. Columns as in items.Record.
CREATE TABLE record (
    record_id     VARCHAR PRIMARY KEY, -- r1-…, of the columns down to withdrawn
    source        VARCHAR NOT NULL,
    external_id   VARCHAR NOT NULL,
    kind          VARCHAR NOT NULL,    -- paper | news
    title         VARCHAR NOT NULL,
    text          VARCHAR NOT NULL,    -- abstract or summary, plain
    url           VARCHAR NOT NULL,    -- '' or an http(s) address
    published     TIMESTAMP NOT NULL,  -- first version's submission; stated date; else first sight
    date_inferred BOOLEAN NOT NULL,    -- published is the first sight
    updated       TIMESTAMP,
    authors       VARCHAR[] NOT NULL,
    categories    VARCHAR[] NOT NULL,
    language      VARCHAR NOT NULL,    -- as declared by the source, '' if it declares none
    doi           VARCHAR NOT NULL,
    arxiv_id      VARCHAR NOT NULL,    -- without version
    version       INTEGER NOT NULL,
    comments      VARCHAR NOT NULL,
    withdrawn     BOOLEAN NOT NULL,
    text_hash     VARCHAR NOT NULL,    -- t1-…, of title and text: what the model reads
    document_id      VARCHAR NOT NULL,    -- the document that brought it first
    first_seen    TIMESTAMP NOT NULL
);

-- The identity keys of each record; records that share one are one item.
CREATE TABLE record_key (
    key       VARCHAR NOT NULL,
    record_id VARCHAR NOT NULL,
    PRIMARY KEY (key, record_id)
);

-- A paper or story: derived from its records, and derived anew when one is added.
CREATE TABLE item (
    item_id       VARCHAR PRIMARY KEY, -- its strongest key
    kind          VARCHAR NOT NULL,
    quarter       VARCHAR NOT NULL,    -- 2026Q1, by published
    published     TIMESTAMP NOT NULL,
    date_inferred BOOLEAN NOT NULL,
    withdrawn     BOOLEAN NOT NULL,
    first_seen    TIMESTAMP NOT NULL,
    lead_record   VARCHAR NOT NULL,    -- the record that gives title and text
    text_hash     VARCHAR NOT NULL,
    sources       VARCHAR[] NOT NULL
);

CREATE TABLE item_record (
    record_id VARCHAR PRIMARY KEY,
    item_id   VARCHAR NOT NULL
);

-- What the encoder makes of a text; kept so that a new codebook costs no new encoding.
CREATE TABLE embedding (
    text_hash VARCHAR NOT NULL,
    encoder   VARCHAR NOT NULL,
    tokens    INTEGER NOT NULL,
    vector    FLOAT[384] NOT NULL,     -- unit length
    PRIMARY KEY (text_hash, encoder)
);

-- That a text was labelled, or why it was not.
CREATE TABLE labelling (
    text_hash VARCHAR NOT NULL,
    model     VARCHAR NOT NULL,
    codebook  VARCHAR NOT NULL,
    status    VARCHAR NOT NULL,        -- labelled | not labelled: language | not labelled: no text
    language  VARCHAR NOT NULL,        -- as recognised
    PRIMARY KEY (text_hash, model, codebook)
);

-- A label that a model assigned to a text, or nearly did (unsure). Nothing overwrites one.
CREATE TABLE label (
    text_hash   VARCHAR NOT NULL,
    scheme      VARCHAR NOT NULL,      -- sdg | risk | mit | ai
    label       VARCHAR NOT NULL,
    probability DOUBLE NOT NULL,
    threshold   DOUBLE NOT NULL,
    assigned    BOOLEAN NOT NULL,
    unsure      BOOLEAN NOT NULL,      -- near the threshold: for reviewers first
    model       VARCHAR NOT NULL,
    codebook    VARCHAR NOT NULL,
    made_at     TIMESTAMP NOT NULL,
    PRIMARY KEY (text_hash, scheme, label, model, codebook)
);

-- The sentence of a text that carries a label; made when the item is shown.
CREATE TABLE evidence (
    text_hash VARCHAR NOT NULL,
    scheme    VARCHAR NOT NULL,
    label     VARCHAR NOT NULL,
    model     VARCHAR NOT NULL,
    sentence  VARCHAR NOT NULL,        -- word for word
    share     DOUBLE NOT NULL,         -- by how much the probability falls without it
    PRIMARY KEY (text_hash, scheme, label, model)
);

-- What became of one source in one harvest. The counts are of that harvest.
CREATE TABLE harvest (
    quarter        VARCHAR NOT NULL,
    source         VARCHAR NOT NULL,
    finished_at    TIMESTAMP NOT NULL,
    outcome        VARCHAR NOT NULL,   -- answered | empty | failed | unfinished | not asked
    detail         VARCHAR NOT NULL,   -- the failure in a sentence
    read           BIGINT NOT NULL,
    stored         BIGINT NOT NULL,
    known          BIGINT NOT NULL,
    out_of_quarter BIGINT NOT NULL,
    rejected       BIGINT NOT NULL
);
