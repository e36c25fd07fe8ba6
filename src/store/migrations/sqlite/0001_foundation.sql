-- Documents are JSON as store.ts types them. Columns beside a document exist to find it or to keep it unique.

-- A contact's row is its change row as well: a change replaces the row under a new seq, so that a contact cannot be
-- without its change, and the table holds one row for each contact however often it changes.
CREATE TABLE contacts (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, -- of the last change; AUTOINCREMENT, since a number must never come twice
  id TEXT NOT NULL UNIQUE,
  document TEXT NOT NULL -- Contact
) STRICT;

-- Where to look for an exact e-mail address or phone number. Only 15 bytes a row: its rows come in no order, so a large
-- import writes nearly all of its pages again with each commit.
CREATE TABLE contact_addresses (
  hash INTEGER NOT NULL, -- of kind and value, 48 bits; addressHash in address-hash.ts. Equal ones are compared there
  seq INTEGER NOT NULL, -- contacts.seq
  PRIMARY KEY (hash, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE custom_fields (
  position INTEGER PRIMARY KEY AUTOINCREMENT, -- order of creation
  id TEXT NOT NULL UNIQUE,
  document TEXT NOT NULL -- CustomField
) STRICT;

CREATE TABLE users (
  id TEXT PRIMARY KEY,
  username_key TEXT UNIQUE, -- caseKey of the username; SQLite's own NOCASE knows ASCII only
  document TEXT NOT NULL -- User
) STRICT, WITHOUT ROWID;

CREATE TABLE user_emails (
  address_key TEXT PRIMARY KEY, -- caseKey of the address
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX user_emails_of_user ON user_emails (user_id);

CREATE TABLE tokens (
  position INTEGER PRIMARY KEY AUTOINCREMENT, -- order of creation
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  hash TEXT NOT NULL UNIQUE, -- base64(SHA-256(secret))
  created_at TEXT NOT NULL, -- ISO 8601, UTC, milliseconds; compares as text
  expires_at TEXT, -- the same; NULL: never
  name TEXT, -- of a personal access token; NULL on others, and the next two as well
  last_token_part TEXT, -- last 6 characters of the secret
  bypass_two_factor INTEGER, -- 0 or 1
  UNIQUE (user_id, name) -- NULLs differ from each other: any number of tokens without a name
) STRICT;

CREATE INDEX tokens_by_expiry ON tokens (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE roles (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  scope TEXT NOT NULL CHECK (scope IN ('Users', 'Subscriptions')),
  protected INTEGER NOT NULL -- 0 or 1
) STRICT, WITHOUT ROWID;

CREATE TABLE permissions (
  id TEXT PRIMARY KEY,
  roles TEXT NOT NULL, -- JSON list of role ids
  updated_at TEXT NOT NULL -- ISO 8601, UTC, milliseconds
) STRICT, WITHOUT ROWID;
