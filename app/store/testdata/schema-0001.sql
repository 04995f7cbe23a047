CREATE TABLE migration (
  version     INTEGER PRIMARY KEY,
  app_version TEXT    NOT NULL,
  applied_at  INTEGER NOT NULL
) STRICT;
CREATE TABLE connection (
  id           INTEGER PRIMARY KEY,
  desk_account TEXT    NOT NULL,
  psa_company  TEXT    NOT NULL,
  created_at   INTEGER NOT NULL,
  UNIQUE (desk_account, psa_company)
) STRICT;
CREATE TABLE position (
  connection_id INTEGER PRIMARY KEY REFERENCES connection (id),
  ticket_cursor TEXT    NOT NULL,
  tickets_to    INTEGER NOT NULL,
  events_from   INTEGER NOT NULL, -- unix seconds, as the export asks for them
  events_since  INTEGER NOT NULL
) STRICT;
CREATE TABLE settings_version (
  name     TEXT    NOT NULL,
  version  INTEGER NOT NULL,
  saved_at INTEGER NOT NULL,
  body     TEXT    NOT NULL,
  PRIMARY KEY (name, version)
) STRICT, WITHOUT ROWID;
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
CREATE INDEX link_psa ON link (connection_id, psa_id);
CREATE TABLE left_out (
  connection_id INTEGER NOT NULL REFERENCES connection (id),
  desk_id       INTEGER NOT NULL,
  rule          TEXT    NOT NULL,
  through       INTEGER NOT NULL,
  left_at       INTEGER NOT NULL,
  PRIMARY KEY (connection_id, desk_id)
) STRICT, WITHOUT ROWID;
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
CREATE INDEX operation_open ON operation (connection_id, desk_id) WHERE state IN ('intended', 'doubt');
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
CREATE INDEX inbox_order ON inbox (connection_id, changed_at, desk_id);
CREATE INDEX inbox_place ON inbox (connection_id, desk_id) WHERE snapshot = 0;
CREATE INDEX inbox_parked ON inbox (connection_id, desk_id) WHERE retry_at IS NOT NULL;
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
CREATE TABLE comment_done (
  connection_id INTEGER NOT NULL REFERENCES connection (id),
  desk_id       INTEGER NOT NULL,
  comment_id    INTEGER NOT NULL,
  PRIMARY KEY (connection_id, desk_id, comment_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE person (
  connection_id   INTEGER NOT NULL REFERENCES connection (id),
  id              INTEGER NOT NULL,
  name            TEXT    NOT NULL,
  email           TEXT    NOT NULL,
  role            TEXT    NOT NULL,
  organization_id INTEGER NOT NULL,
  PRIMARY KEY (connection_id, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE organization (
  connection_id INTEGER NOT NULL REFERENCES connection (id),
  id            INTEGER NOT NULL,
  name          TEXT    NOT NULL,
  PRIMARY KEY (connection_id, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE fact (
  connection_id INTEGER NOT NULL REFERENCES connection (id),
  name          TEXT    NOT NULL,
  value         TEXT    NOT NULL,
  PRIMARY KEY (connection_id, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE catalog (
  id            INTEGER PRIMARY KEY,
  connection_id INTEGER NOT NULL REFERENCES connection (id),
  kind          TEXT    NOT NULL,
  key           TEXT    NOT NULL,
  read_at       INTEGER NOT NULL,
  body          BLOB    NOT NULL,
  UNIQUE (connection_id, kind, key)
) STRICT;
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
CREATE TABLE activity (
  id            INTEGER PRIMARY KEY,
  connection_id INTEGER NOT NULL REFERENCES connection (id),
  desk_id       INTEGER NOT NULL,
  at            INTEGER NOT NULL,
  line          TEXT    NOT NULL
) STRICT;
CREATE INDEX activity_ticket ON activity (connection_id, desk_id);
CREATE TABLE run (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  connection_id INTEGER NOT NULL REFERENCES connection (id),
  started_at    INTEGER NOT NULL,
  ended_at      INTEGER,
  outcome       TEXT    NOT NULL,
  counters      TEXT    NOT NULL -- JSON
) STRICT;
CREATE INDEX run_latest ON run (connection_id, id);
INSERT INTO migration (version, app_version, applied_at) VALUES (1, 'test', 1772355600000);
INSERT INTO connection (id, desk_account, psa_company, created_at) VALUES (1, 'acme', 'msp', 1772355600000);
INSERT INTO position (connection_id, ticket_cursor, tickets_to, events_from, events_since) VALUES (1, 'c1', 1772355650000, 1772355650, 1772355600000);
INSERT INTO settings_version (name, version, saved_at, body) VALUES ('app', 1, 1772355600000, '{"version":1}');
INSERT INTO link (connection_id, desk_id, psa_id, adopted, linked_at, through, desk_subject, desk_status, desk_priority, desk_requester, desk_organization, psa_summary, psa_status, psa_priority, psa_company, psa_contact, psa_contact_name, psa_contact_email) VALUES (1, 1, 501, 0, 1772355600000, 1772355610000, '847d8cbc58200568', 'open', 'high', 7, 70, 'Printer 1 is on fire', 3, 4, 19297, 12, 'Ada', 'ada@example.com');
INSERT INTO left_out (connection_id, desk_id, rule, through, left_at) VALUES (1, 5, 'rule', 1772355650000, 1772355600000);
INSERT INTO operation (connection_id, desk_id, comment_id, event, part, kind, state, parts, carries, psa_id, note_id, since, attempts, reason, run, desk_subject, desk_status, desk_priority, desk_requester, desk_organization, psa_summary, psa_status, psa_priority, psa_company, psa_contact, psa_contact_name, psa_contact_email) VALUES (1, 1, 0, '', 0, 'create', 'settled', 1, 11, 501, 0, 1772355600000, 1, '', 1, '847d8cbc58200568', 'open', 'high', 7, 70, 'Printer 1 is on fire', 3, 4, 19297, 12, 'Ada', 'ada@example.com');
INSERT INTO operation (connection_id, desk_id, comment_id, event, part, kind, state, parts, carries, psa_id, note_id, since, attempts, reason, run, desk_subject, desk_status, desk_priority, desk_requester, desk_organization, psa_summary, psa_status, psa_priority, psa_company, psa_contact, psa_contact_name, psa_contact_email) VALUES (1, 1, 12, '', 1, 'note', 'settled', 1, 0, 501, 9001, 1772355600000, 1, '', 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO operation (connection_id, desk_id, comment_id, event, part, kind, state, parts, carries, psa_id, note_id, since, attempts, reason, run, desk_subject, desk_status, desk_priority, desk_requester, desk_organization, psa_summary, psa_status, psa_priority, psa_company, psa_contact, psa_contact_name, psa_contact_email) VALUES (1, 3, 0, '', 0, 'create', 'intended', 1, 0, 0, 0, 1772355600000, 1, '', 1, 'c70ddf33bfd1c94b', 'open', 'high', 7, 70, 'Printer 3 is on fire', 3, 4, 19297, 12, 'Ada', 'ada@example.com');
INSERT INTO inbox (connection_id, desk_id, changed_at, snapshot, retry_at, attempts, status, priority, requester_id, organization_id, public, created_at, updated_at, subject, description) VALUES (1, 2, 1772355620000, 1, NULL, 0, 'open', 'high', 7, 70, 1, 1772355600000, 1772355620000, 'Printer 2 is on fire', 'It burns.');
INSERT INTO inbox (connection_id, desk_id, changed_at, snapshot, retry_at, attempts, status, priority, requester_id, organization_id, public, created_at, updated_at, subject, description) VALUES (1, 3, 1772355630000, 1, NULL, 0, 'open', 'high', 7, 70, 1, 1772355600000, 1772355630000, 'Printer 3 is on fire', 'It burns.');
INSERT INTO inbox (connection_id, desk_id, changed_at, snapshot, retry_at, attempts, status, priority, requester_id, organization_id, public, created_at, updated_at, subject, description) VALUES (1, 4, 1772355640000, 1, 1772355900000, 1, 'open', 'high', 7, 70, 1, 1772355600000, 1772355640000, 'Printer 4 is on fire', 'It burns.');
INSERT INTO inbox_comment (connection_id, desk_id, comment_id, author_id, public, created_at, marker, attachments, body) VALUES (1, 2, 21, 7, 1, 1772355603000, '', '', 'comment 21');
INSERT INTO comment_done (connection_id, desk_id, comment_id) VALUES (1, 1, 13);
INSERT INTO person (connection_id, id, name, email, role, organization_id) VALUES (1, 7, 'Ada', 'ada@example.com', 'end-user', 70);
INSERT INTO organization (connection_id, id, name) VALUES (1, 70, 'Acme');
INSERT INTO fact (connection_id, name, value) VALUES (1, 'adopted', 'yes');
INSERT INTO catalog (id, connection_id, kind, key, read_at, body) VALUES (1, 1, 'companies', '', 1772355600000, X'5B5D');
INSERT INTO problem (id, connection_id, desk_id, code, message, next, opened_at, seen_at, times, closed_at) VALUES (1, 1, 4, 'refused', 'No.', 'Mend it.', 1772355600000, 1772355600000, 1, NULL);
INSERT INTO activity (id, connection_id, desk_id, at, line) VALUES (1, 1, 1, 1772355600000, 'created');
INSERT INTO run (id, connection_id, started_at, ended_at, outcome, counters) VALUES (1, 1, 1772355600000, 1772355600000, 'partial', '{"created":1}');
PRAGMA user_version = 1;
PRAGMA application_id = 1145205351;
