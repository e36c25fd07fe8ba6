-- A visitor's open room is found at once, however many closed ones there are.

ALTER TABLE rooms ADD COLUMN is_open INTEGER NOT NULL DEFAULT 1;
UPDATE rooms SET is_open = 0 WHERE document ->> '$.closed' IS NOT NULL;
CREATE INDEX open_rooms_of_visitor ON rooms (visitor_id) WHERE is_open;
