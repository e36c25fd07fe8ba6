-- Documents are JSON as store.ts types them, as text: jsonb would change the order of members. Columns beside a document
-- exist to find it or to keep it unique. Text in them has no NUL: see keyText in postgres-connection.ts.

-- One row, which every writer of contacts changes first and holds until its commit. So sequence numbers are given in the
-- order of commits, and a reader of changes never misses one.
CREATE TABLE omnidex.change_counter (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  last bigint NOT NULL -- sequence number given last
);
INSERT INTO omnidex.change_counter (last) VALUES (0);

-- A contact's row is its change row as well: the table holds one row for each contact however often it changes.
CREATE TABLE omnidex.contacts (
  id text COLLATE "C" PRIMARY KEY,
  seq bigint NOT NULL, -- of the last change
  addresses bigint[] NOT NULL, -- hashes of e-mail addresses and phone numbers; addressHash in address-hash.ts
  document text NOT NULL -- Contact
);
CREATE INDEX contacts_by_seq ON omnidex.contacts (seq);
-- With a list of pending entries a large import takes twice the time.
CREATE INDEX contacts_by_address ON omnidex.contacts USING gin (addresses) WITH (fastupdate = off);

CREATE TABLE omnidex.custom_fields (
  position bigint GENERATED ALWAYS AS IDENTITY, -- order of creation
  id text COLLATE "C" PRIMARY KEY,
  document text NOT NULL -- CustomField
);

CREATE TABLE omnidex.users (
  id text COLLATE "C" PRIMARY KEY,
  username_key text COLLATE "C" UNIQUE, -- caseKey of the username
  document text NOT NULL -- User
);

CREATE TABLE omnidex.user_emails (
  address_key text COLLATE "C" PRIMARY KEY, -- caseKey of the address
  user_id text COLLATE "C" NOT NULL REFERENCES omnidex.users (id) ON DELETE CASCADE
);
CREATE INDEX user_emails_of_user ON omnidex.user_emails (user_id);

CREATE TABLE omnidex.tokens (
  position bigint GENERATED ALWAYS AS IDENTITY, -- order of creation
  user_id text COLLATE "C" NOT NULL REFERENCES omnidex.users (id) ON DELETE CASCADE,
  hash text COLLATE "C" PRIMARY KEY, -- base64(SHA-256(secret))
  expires_at text COLLATE "C", -- ISO 8601, UTC, milliseconds, compares as text; NULL: never
  name text COLLATE "C", -- of a personal access token
  document text NOT NULL, -- Token
  UNIQUE (user_id, name) -- NULLs differ from each other: any number of tokens without a name
);
CREATE INDEX tokens_by_expiry ON omnidex.tokens (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE omnidex.roles (
  id text COLLATE "C" PRIMARY KEY,
  document text NOT NULL -- Role
);

CREATE TABLE omnidex.permissions (
  id text COLLATE "C" PRIMARY KEY,
  document text NOT NULL -- Permission
);

-- Which snapshots of the search index were made from this database: one for each server that keeps one.
CREATE TABLE omnidex.index_snapshots (
  name text COLLATE "C" PRIMARY KEY,
  made_at timestamptz NOT NULL DEFAULT now()
);
