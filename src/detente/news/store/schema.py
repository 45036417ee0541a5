"""The tables of a ledger file and the steps from each version of them to the next.

`PRAGMA user_version` holds the version. A text is a *document*; each file that it was found in is a *place*. Tables
`statement`, `about`, `actor` and `mention` are made from the documents; views named in plain words are for people.
"""

from __future__ import annotations

#: "detn": tells a ledger from other SQLite files.
APPLICATION = 0x6465746E

_FIRST = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE document (
  id TEXT PRIMARY KEY,                      -- the first 16 hexadecimal digits of the next
  text_sha256 TEXT NOT NULL UNIQUE,         -- of the shown text in UTF-8
  text TEXT NOT NULL
);
CREATE TABLE place (                        -- where a document was found: once for each file that holds its text
  document TEXT NOT NULL REFERENCES document (id),
  path TEXT NOT NULL,                       -- from the folder of this ledger
  sha256 TEXT NOT NULL,                     -- of the bytes of the file
  encoding TEXT NOT NULL,
  title TEXT,
  PRIMARY KEY (document, path, sha256)
);
CREATE TABLE file (sha256 TEXT PRIMARY KEY); -- files of which every document is here
CREATE TABLE parse (                        -- parsed text, so that actors can be told apart again when documents are added
  document TEXT PRIMARY KEY REFERENCES document (id),
  reader TEXT NOT NULL,
  body BLOB NOT NULL
);
CREATE TABLE statement (
  document TEXT NOT NULL REFERENCES document (id),
  number INTEGER NOT NULL,
  source TEXT NOT NULL, cue TEXT NOT NULL, content TEXT NOT NULL,  -- spans in code points of the text, as JSON
  direct TEXT NOT NULL CHECK (direct IN ('direct', 'indirect', 'mixed')),
  polarity TEXT NOT NULL,
  kind TEXT NOT NULL,
  speaker TEXT,                             -- an actor; null where the text does not say
  words TEXT NOT NULL, source_words TEXT NOT NULL, cue_words TEXT NOT NULL,
  line INTEGER NOT NULL,
  PRIMARY KEY (document, number),
  UNIQUE (document, cue, content)
);
CREATE INDEX statement_speaker ON statement (speaker);
CREATE TABLE about (
  document TEXT NOT NULL, number INTEGER NOT NULL, position INTEGER NOT NULL, actor TEXT NOT NULL,
  PRIMARY KEY (document, number, position)
);
CREATE TABLE actor (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, mentions INTEGER NOT NULL,
  names TEXT NOT NULL, member_of TEXT NOT NULL, roles TEXT NOT NULL  -- lists, as JSON
);
CREATE TABLE mention (
  actor TEXT NOT NULL, document TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
  PRIMARY KEY (actor, document, start, end)
) WITHOUT ROWID;
CREATE INDEX place_bytes ON place (sha256);
CREATE TABLE skipped (path TEXT PRIMARY KEY, reason TEXT NOT NULL);
"""

#: Step n leads from version n to n + 1.
STEPS = (_FIRST,)
VERSION = len(STEPS)

_PLACES = "SELECT document, min(path) AS path, {columns} FROM place GROUP BY document"

VIEWS = {
    "documents": """
SELECT d.id AS document, p.path AS file, p.title AS title, {dates}
  (SELECT count(*) FROM place WHERE place.document = d.id) AS places,
  (SELECT count(*) FROM statement WHERE statement.document = d.id) AS statements
FROM document d JOIN ({places}) p ON p.document = d.id ORDER BY p.path, d.id""",
    "statements": """
SELECT s.document || ':' || s.number AS statement, coalesce(a.name, '') AS speaker, s.words AS words, s.direct AS quotation,
  s.polarity AS polarity, {acts} s.cue_words AS cue, s.source_words AS source, {dates} p.title AS title, p.path AS file, s.line AS line
FROM statement s JOIN ({places}) p ON p.document = s.document LEFT JOIN actor a ON a.id = s.speaker
ORDER BY p.path, s.document, s.number""",
    "speakers": """
SELECT a.name AS speaker, a.kind AS kind, count(*) AS statements, count(DISTINCT s.document) AS documents
FROM statement s JOIN actor a ON a.id = s.speaker GROUP BY a.id ORDER BY statements DESC, a.id""",
}


def views(version: int = VERSION) -> dict[str, str]:
    """The views of a version, {name: query}."""
    columns = "title"
    filled = {"places": _PLACES.format(columns=columns), "dates": "", "acts": ""}
    return {name: query.format(**filled).strip() for name, query in VIEWS.items()}
