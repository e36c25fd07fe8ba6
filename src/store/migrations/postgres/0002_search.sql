-- What the database needs to answer searches itself (--search database). Nothing stands in it, and it costs nothing, until
-- the first server is started so.

-- The version of the rows in search_texts, 0 while nobody wants them: then writers of contacts write none.
ALTER TABLE omnidex.change_counter ADD COLUMN search_version int NOT NULL DEFAULT 0;
-- Whether all contacts have their row and the indexes are made.
ALTER TABLE omnidex.change_counter ADD COLUMN search_ready boolean NOT NULL DEFAULT false;

-- One row for each contact that searches can find, far smaller than its document. Made by search-rows.ts.
CREATE TABLE omnidex.search_texts (
  id text COLLATE "C" PRIMARY KEY,
  unknown boolean NOT NULL,
  texts text COLLATE "C" NOT NULL, -- folded
  -- Sort keys: their bytes compare as the values do.
  name bytea NOT NULL,
  created_at bytea NOT NULL,
  updated_at bytea NOT NULL,
  last_chat bytea NOT NULL
);
