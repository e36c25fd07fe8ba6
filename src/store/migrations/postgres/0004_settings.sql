-- What administrators have set while the servers run, where it is other than usual.
CREATE TABLE omnidex.settings (
  id text COLLATE "C" PRIMARY KEY,
  value text NOT NULL -- JSON
);
