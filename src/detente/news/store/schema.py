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

_ACTS_AND_ORIGINS = """
ALTER TABLE statement ADD COLUMN act TEXT;            -- what the speaker does with it; null where the rules abstain
ALTER TABLE statement ADD COLUMN act_because TEXT;    -- spans
ALTER TABLE statement ADD COLUMN act_condition TEXT;  -- spans
ALTER TABLE statement ADD COLUMN unclear TEXT;        -- who may be meant and why that is open, as JSON
CREATE TABLE place_2 (                      -- as `place`, with what the file says about itself
  document TEXT NOT NULL REFERENCES document (id),
  path TEXT NOT NULL,
  part TEXT NOT NULL DEFAULT '',            -- which part of a file that holds several documents
  sha256 TEXT NOT NULL,
  encoding TEXT NOT NULL,
  title TEXT, publisher TEXT, date TEXT, author TEXT, dateline TEXT, url TEXT,
  origin TEXT NOT NULL DEFAULT '[]',        -- field, and where in the file it was found
  PRIMARY KEY (document, path, part, sha256)
);
INSERT INTO place_2 (document, path, sha256, encoding, title) SELECT document, path, sha256, encoding, title FROM place;
DROP TABLE place;
ALTER TABLE place_2 RENAME TO place;
CREATE INDEX place_bytes ON place (sha256);
DELETE FROM file;                           -- read again, for what they say about themselves
"""

_COPIES = """
CREATE TABLE copies (                       -- documents that carry one dispatch
  document TEXT PRIMARY KEY REFERENCES document (id),
  nth INTEGER NOT NULL,                     -- in order of reading
  dispatch TEXT NOT NULL,                   -- the first of them
  same INTEGER NOT NULL,                    -- whether the words of all of them are equal
  shared REAL NOT NULL                      -- least share of runs of four words that the longest has too
);
CREATE INDEX copies_dispatch ON copies (dispatch);
CREATE TABLE again (                        -- a statement that a copy of its document made first
  document TEXT NOT NULL, number INTEGER NOT NULL, of_document TEXT NOT NULL, of_number INTEGER NOT NULL,
  PRIMARY KEY (document, number)
) WITHOUT ROWID;
CREATE INDEX again_of ON again (of_document, of_number);
ALTER TABLE place ADD COLUMN earlier INTEGER NOT NULL DEFAULT 0;  -- 1: the file holds something else now
CREATE INDEX place_path ON place (path);
DELETE FROM meta WHERE name = 'resolved';   -- copies are looked for at the next run, or question
"""

#: Step n leads from version n to n + 1.
STEPS = (_FIRST, _ACTS_AND_ORIGINS, _COPIES)
VERSION = len(STEPS)

#: The place that stands for a document: the first in order of path, part and bytes, files as they are now before others.
FIRST = "earlier, path, part, sha256"
#: Places with ``nth`` = 1 for the one that stands for its document.
PLACE = f"(SELECT *, row_number() OVER (PARTITION BY document ORDER BY {FIRST}) AS nth FROM place)"

VIEWS = {
    "documents": f"""
SELECT d.id AS document, p.path AS file, p.part AS part, p.title AS title, p.date AS date, p.publisher AS publisher,
  p.author AS author,
  (SELECT count(*) FROM place WHERE place.document = d.id AND NOT place.earlier) AS places,
  (SELECT count(*) FROM statement WHERE statement.document = d.id) AS statements,
  coalesce((SELECT dispatch FROM copies WHERE copies.document = d.id AND dispatch != d.id), '') AS copy_of
FROM document d JOIN {PLACE} p ON p.document = d.id AND p.nth = 1 ORDER BY p.earlier, p.path, d.id""",
    "statements": f"""
SELECT s.document || ':' || s.number AS statement, coalesce(a.name, '') AS speaker, s.words AS words, s.direct AS quotation,
  s.polarity AS polarity, coalesce(s.act, '') AS act, s.cue_words AS cue, s.source_words AS source, p.date AS date,
  p.title AS title, p.path AS file, s.line AS line,
  max(1, (SELECT count(*) FROM place o WHERE o.document = s.document AND NOT o.earlier)
    + (SELECT count(*) FROM again g JOIN place o ON o.document = g.document
       WHERE g.of_document = s.document AND g.of_number = s.number AND NOT o.earlier)) AS places
FROM statement s JOIN {PLACE} p ON p.document = s.document AND p.nth = 1 LEFT JOIN actor a ON a.id = s.speaker
WHERE NOT EXISTS (SELECT 1 FROM again g WHERE g.document = s.document AND g.number = s.number)
ORDER BY p.earlier, p.path, s.document, s.number""",
    "places": """
SELECT coalesce(g.of_document, s.document) || ':' || coalesce(g.of_number, s.number) AS statement, s.words AS words,
  p.path AS file, p.part AS part, s.line AS line, p.date AS date, p.publisher AS publisher, p.earlier AS earlier
FROM statement s JOIN place p ON p.document = s.document
LEFT JOIN again g ON g.document = s.document AND g.number = s.number
ORDER BY 1, p.earlier, p.path, p.part, s.line""",
    "speakers": """
SELECT a.name AS speaker, a.kind AS kind, count(*) - count(g.number) AS statements, count(DISTINCT s.document) AS documents
FROM statement s JOIN actor a ON a.id = s.speaker LEFT JOIN again g ON g.document = s.document AND g.number = s.number
GROUP BY a.id HAVING count(*) > count(g.number) ORDER BY statements DESC, a.id""",
}
