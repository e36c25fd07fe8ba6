-- A visitor's open room is found at once, however many closed ones there are. Derived, so that servers of an older version which
-- still write say it, too. In JSON text no value can hold `"closed":{`, since its quotes would be escaped.

ALTER TABLE omnidex.rooms ADD COLUMN is_open boolean GENERATED ALWAYS AS (document NOT LIKE '%"closed":{%') STORED;
CREATE INDEX open_rooms_of_visitor ON omnidex.rooms (visitor_id) WHERE is_open;

-- Contacts are found by ids of visitors that JSON escapes, too, which 0003 left out. Ids that PostgreSQL cannot unescape are in no
-- key either.
UPDATE omnidex.contacts SET addresses = addresses || ARRAY(
  SELECT ('x' || left(encode(sha256(convert_to(
    'visitor:' || (('"' || found[1] || '"')::json #>> '{}'), 'UTF8')), 'hex'), 12))::bit(48)::bigint
  FROM regexp_matches(document, '"visitorId":"((?:[^"\\]|\\.)*)"', 'g') AS found
  WHERE found[1] LIKE '%\\%' AND found[1] !~* '\\u(0000|d[89a-f])'
)
WHERE document ~ '"visitorId":"[^"]*\\';
