-- A visitor's open room is found at once, however many closed ones there are. Derived, so that servers of an older version which
-- still write say it, too.

ALTER TABLE rooms ADD COLUMN is_open INTEGER AS (document ->> '$.closed' IS NULL) VIRTUAL;
CREATE INDEX open_rooms_of_visitor ON rooms (visitor_id) WHERE is_open;
