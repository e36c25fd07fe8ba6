-- Conversations: who talks to us, and the rooms in which they do. Each record has a version that each write raises by one, so
-- that several can be changed together if none was changed meanwhile. Their writers hold omnidex.change_counter too.

CREATE TABLE omnidex.visitors (
  id text COLLATE "C" PRIMARY KEY,
  version bigint NOT NULL,
  token_hash text COLLATE "C" UNIQUE, -- base64(SHA-256(token)); NULL once the visitor was removed
  addresses bigint[] NOT NULL, -- as those of contacts
  document text NOT NULL -- Visitor
);
CREATE INDEX visitors_by_address ON omnidex.visitors USING gin (addresses) WITH (fastupdate = off);

CREATE TABLE omnidex.rooms (
  id text COLLATE "C" PRIMARY KEY,
  version bigint NOT NULL,
  contact_id text COLLATE "C" NOT NULL,
  visitor_id text COLLATE "C" NOT NULL,
  inquiry_id text COLLATE "C" NOT NULL UNIQUE,
  document text NOT NULL -- Room
);
CREATE INDEX rooms_of_contact ON omnidex.rooms (contact_id);
CREATE INDEX rooms_of_visitor ON omnidex.rooms (visitor_id);

-- Numbers that are given once.
CREATE TABLE omnidex.counters (
  name text COLLATE "C" PRIMARY KEY,
  last bigint NOT NULL
);

-- Contacts are found by the visitors of their channels as they are by their addresses.
UPDATE omnidex.contacts SET addresses = addresses || ARRAY(
  SELECT ('x' || left(encode(sha256(convert_to('visitor:' || found[1], 'UTF8')), 'hex'), 12))::bit(48)::bigint
  FROM regexp_matches(document, '"visitorId":"([^"\\]*)"', 'g') AS found
)
WHERE document LIKE '%"visitorId":"%';
