-- What administrators have set while the server runs, where it is other than usual.
CREATE TABLE settings (
  id TEXT PRIMARY KEY,
  value TEXT NOT NULL -- JSON
) STRICT, WITHOUT ROWID;
