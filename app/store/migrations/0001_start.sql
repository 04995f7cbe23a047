-- Times are milliseconds since 1970 in UTC; zero stands for no time. Ids are
-- those of the services and exceed 32 bits.

-- Which migrations ran, by which version of the program.
CREATE TABLE migration (
  version     INTEGER PRIMARY KEY,
  app_version TEXT    NOT NULL,
  applied_at  INTEGER NOT NULL
) STRICT;

-- One desk account paired with one PSA company. All that is known about
-- tickets belongs to such a pair: the agreed state of one pair means nothing
-- to another.
CREATE TABLE connection (
  id           INTEGER PRIMARY KEY,
  desk_account TEXT    NOT NULL,
  psa_company  TEXT    NOT NULL,
  created_at   INTEGER NOT NULL,
  UNIQUE (desk_account, psa_company)
) STRICT;

-- How far both exports are read. What lies before is in the inbox or settled.
CREATE TABLE position (
  connection_id INTEGER PRIMARY KEY REFERENCES connection (id),
  ticket_cursor TEXT    NOT NULL,
  tickets_to    INTEGER NOT NULL,
  events_from   INTEGER NOT NULL, -- unix seconds, as the export asks for them
  events_since  INTEGER NOT NULL
) STRICT;

-- Settings as the user saved them. Each save adds a version, so that what held
-- at an earlier run can be looked up. They have a name and no connection,
-- because they exist before a connection is known. Never a secret.
CREATE TABLE settings_version (
  name     TEXT    NOT NULL,
  version  INTEGER NOT NULL,
  saved_at INTEGER NOT NULL,
  body     TEXT    NOT NULL,
  PRIMARY KEY (name, version)
) STRICT, WITHOUT ROWID;

-- A desk ticket paired with a PSA ticket, with the state both sides agreed on.
-- through is the change time of the newest snapshot that was dealt with.
CREATE TABLE link (
  connection_id     INTEGER NOT NULL REFERENCES connection (id),
  desk_id           INTEGER NOT NULL,
  psa_id            INTEGER NOT NULL,
  adopted           INTEGER NOT NULL CHECK (adopted IN (0, 1)),
  linked_at         INTEGER NOT NULL,
  through           INTEGER NOT NULL,
  desk_subject      TEXT    NOT NULL,
  desk_status       TEXT    NOT NULL,
  desk_priority     TEXT    NOT NULL,
  desk_requester    INTEGER NOT NULL,
  desk_organization INTEGER NOT NULL,
  psa_summary       TEXT    NOT NULL,
  psa_status        INTEGER NOT NULL,
  psa_priority      INTEGER NOT NULL,
  psa_company       INTEGER NOT NULL,
  psa_contact       INTEGER NOT NULL,
  psa_contact_name  TEXT    NOT NULL,
  psa_contact_email TEXT    NOT NULL,
  PRIMARY KEY (connection_id, desk_id)
) STRICT, WITHOUT ROWID;

-- Finds the desk ticket of a PSA ticket, and counts links cheaply.
CREATE INDEX link_psa ON link (connection_id, psa_id);

-- Tickets that take no part and by which rule, so that their later comments do
-- not call for them again. A new snapshot removes the row.
CREATE TABLE left_out (
  connection_id INTEGER NOT NULL REFERENCES connection (id),
  desk_id       INTEGER NOT NULL,
  rule          TEXT    NOT NULL,
  through       INTEGER NOT NULL,
  left_at       INTEGER NOT NULL,
  PRIMARY KEY (connection_id, desk_id)
) STRICT, WITHOUT ROWID;

-- The journal: one row per remote write, from before it is sent. It keeps what
-- both sides will agree on (create and update) until the write is settled.
-- The checks are spelled out: for IN, SQLite builds a table at every write.
CREATE TABLE operation (
  connection_id     INTEGER NOT NULL REFERENCES connection (id),
  desk_id           INTEGER NOT NULL,
  comment_id        INTEGER NOT NULL,
  event             TEXT    NOT NULL,
  part              INTEGER NOT NULL,
  kind              TEXT    NOT NULL CHECK (kind = 'create' OR kind = 'update' OR kind = 'note'),
  state             TEXT    NOT NULL CHECK (state = 'intended' OR state = 'doubt' OR state = 'settled'
                                        OR state = 'refused' OR state = 'withdrawn'),
  parts             INTEGER NOT NULL,
  carries           INTEGER NOT NULL,
  psa_id            INTEGER NOT NULL,
  note_id           INTEGER NOT NULL,
  since             INTEGER NOT NULL,
  attempts          INTEGER NOT NULL,
  reason            TEXT    NOT NULL,
  run               INTEGER NOT NULL,
  desk_subject      TEXT,
  desk_status       TEXT,
  desk_priority     TEXT,
  desk_requester    INTEGER,
  desk_organization INTEGER,
  psa_summary       TEXT,
  psa_status        INTEGER,
  psa_priority      INTEGER,
  psa_company       INTEGER,
  psa_contact       INTEGER,
  psa_contact_name  TEXT,
  psa_contact_email TEXT,
  PRIMARY KEY (connection_id, desk_id, comment_id, event, part, kind)
) STRICT, WITHOUT ROWID;

-- The few writes that still need an answer.
CREATE INDEX operation_open ON operation (connection_id, desk_id) WHERE state IN ('intended', 'doubt');

-- One row per ticket with staged content: its newest snapshot, or only a place
-- (snapshot 0) for staged comments or a snapshot to ask for. A row with
-- retry_at is parked.
CREATE TABLE inbox (
  connection_id   INTEGER NOT NULL REFERENCES connection (id),
  desk_id         INTEGER NOT NULL,
  changed_at      INTEGER NOT NULL,
  snapshot        INTEGER NOT NULL CHECK (snapshot IN (0, 1)),
  retry_at        INTEGER,
  attempts        INTEGER NOT NULL DEFAULT 0,
  status          TEXT,
  priority        TEXT,
  requester_id    INTEGER,
  organization_id INTEGER,
  public          INTEGER,
  created_at      INTEGER,
  updated_at      INTEGER,
  subject         TEXT,
  description     TEXT,
  PRIMARY KEY (connection_id, desk_id)
) STRICT, WITHOUT ROWID;

-- The order in which staged tickets are worked on.
CREATE INDEX inbox_order ON inbox (connection_id, changed_at, desk_id);

-- The few whose snapshot may have to be asked for, and those that are parked.
CREATE INDEX inbox_place ON inbox (connection_id, desk_id) WHERE snapshot = 0;
CREATE INDEX inbox_parked ON inbox (connection_id, desk_id) WHERE retry_at IS NOT NULL;

-- Staged comments, clustered by ticket; each leaves when it is carried.
CREATE TABLE inbox_comment (
  connection_id INTEGER NOT NULL REFERENCES connection (id),
  desk_id       INTEGER NOT NULL,
  comment_id    INTEGER NOT NULL,
  author_id     INTEGER NOT NULL,
  public        INTEGER NOT NULL,
  created_at    INTEGER NOT NULL,
  marker        TEXT    NOT NULL,
  attachments   TEXT    NOT NULL, -- JSON; empty: none
  body          TEXT    NOT NULL,
  PRIMARY KEY (connection_id, desk_id, comment_id)
) STRICT, WITHOUT ROWID;

-- Comments that needed no write of their own: the PSA held them already, or
-- they are our own, seen coming back. They are not staged again.
CREATE TABLE comment_done (
  connection_id INTEGER NOT NULL REFERENCES connection (id),
  desk_id       INTEGER NOT NULL,
  comment_id    INTEGER NOT NULL,
  PRIMARY KEY (connection_id, desk_id, comment_id)
) STRICT, WITHOUT ROWID;

-- Desk users seen so far: requesters and authors.
CREATE TABLE person (
  connection_id   INTEGER NOT NULL REFERENCES connection (id),
  id              INTEGER NOT NULL,
  name            TEXT    NOT NULL,
  email           TEXT    NOT NULL,
  role            TEXT    NOT NULL,
  organization_id INTEGER NOT NULL,
  PRIMARY KEY (connection_id, id)
) STRICT, WITHOUT ROWID;

-- Desk organizations seen so far.
CREATE TABLE organization (
  connection_id INTEGER NOT NULL REFERENCES connection (id),
  id            INTEGER NOT NULL,
  name          TEXT    NOT NULL,
  PRIMARY KEY (connection_id, id)
) STRICT, WITHOUT ROWID;

-- Small durable facts of a connection, such as "adoption done".
CREATE TABLE fact (
  connection_id INTEGER NOT NULL REFERENCES connection (id),
  name          TEXT    NOT NULL,
  value         TEXT    NOT NULL,
  PRIMARY KEY (connection_id, name)
) STRICT, WITHOUT ROWID;

-- What was read of the PSA's set-up (companies, contacts), kept between runs.
CREATE TABLE catalog (
  id            INTEGER PRIMARY KEY,
  connection_id INTEGER NOT NULL REFERENCES connection (id),
  kind          TEXT    NOT NULL,
  key           TEXT    NOT NULL,
  read_at       INTEGER NOT NULL,
  body          BLOB    NOT NULL,
  UNIQUE (connection_id, kind, key)
) STRICT;

-- What a person must look at; open until the cause is gone. At most one open
-- problem per code and ticket; desk_id 0 is not about one ticket.
CREATE TABLE problem (
  id            INTEGER PRIMARY KEY,
  connection_id INTEGER NOT NULL REFERENCES connection (id),
  desk_id       INTEGER NOT NULL,
  code          TEXT    NOT NULL,
  message       TEXT    NOT NULL,
  next          TEXT    NOT NULL,
  opened_at     INTEGER NOT NULL,
  seen_at       INTEGER NOT NULL,
  times         INTEGER NOT NULL,
  closed_at     INTEGER
) STRICT;

CREATE UNIQUE INDEX problem_open ON problem (connection_id, desk_id, code) WHERE closed_at IS NULL;

-- What happened to each ticket, one line a row, oldest first.
CREATE TABLE activity (
  id            INTEGER PRIMARY KEY,
  connection_id INTEGER NOT NULL REFERENCES connection (id),
  desk_id       INTEGER NOT NULL,
  at            INTEGER NOT NULL,
  line          TEXT    NOT NULL
) STRICT;

CREATE INDEX activity_ticket ON activity (connection_id, desk_id);

-- One row per pass. A row without an end belongs to the run under way, or to
-- one that was killed.
CREATE TABLE run (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  connection_id INTEGER NOT NULL REFERENCES connection (id),
  started_at    INTEGER NOT NULL,
  ended_at      INTEGER,
  outcome       TEXT    NOT NULL,
  counters      TEXT    NOT NULL -- JSON
) STRICT;

CREATE INDEX run_latest ON run (connection_id, id);
