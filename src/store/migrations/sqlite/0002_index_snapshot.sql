-- Which snapshot of the search index was made from this database.
CREATE TABLE index_snapshot (
  one INTEGER PRIMARY KEY CHECK (one = 1), -- there is one row, or none
  name TEXT NOT NULL
) STRICT;
