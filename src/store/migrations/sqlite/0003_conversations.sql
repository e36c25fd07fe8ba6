-- Conversations: who talks to us, and the rooms in which they do. Each record has a version that each write raises by one, so
-- that several can be changed together if none was changed meanwhile.

CREATE TABLE visitors (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  token_hash TEXT UNIQUE, -- base64(SHA-256(token)); NULL once the visitor was removed
  document TEXT NOT NULL -- Visitor
) STRICT, WITHOUT ROWID;

CREATE TABLE visitor_addresses (
  hash INTEGER NOT NULL, -- addressHash in address-hash.ts
  visitor_id TEXT NOT NULL REFERENCES visitors (id) ON DELETE CASCADE,
  PRIMARY KEY (hash, visitor_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX addresses_of_visitor ON visitor_addresses (visitor_id);

CREATE TABLE rooms (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  contact_id TEXT NOT NULL,
  visitor_id TEXT NOT NULL,
  inquiry_id TEXT NOT NULL UNIQUE,
  document TEXT NOT NULL -- Room
) STRICT, WITHOUT ROWID;
CREATE INDEX rooms_of_contact ON rooms (contact_id);
CREATE INDEX rooms_of_visitor ON rooms (visitor_id);

-- Numbers that are given once.
CREATE TABLE counters (
  name TEXT PRIMARY KEY,
  last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Contacts are found by the visitors of their channels as they are by their addresses.
INSERT OR IGNORE INTO contact_addresses (hash, seq)
SELECT address_hash('visitor:' || (channel.value ->> '$.visitor.visitorId')), contacts.seq
FROM contacts, json_each(contacts.document, '$.channels') AS channel;
