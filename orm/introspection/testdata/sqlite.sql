CREATE TABLE shelf (
	id INTEGER PRIMARY KEY AUTOINCREMENT, -- a comment, with (parentheses
	"label" varchar(20) COLLATE NOCASE NOT NULL DEFAULT 'a, (b)' CONSTRAINT named_unique UNIQUE ON CONFLICT REPLACE,
	width decimal(8, 2) NOT NULL DEFAULT -1 CONSTRAINT "wide ""enough" CHECK (width > 0 AND label <> 'CHECK (x)'),
	doc text CHECK (JSON_VALID("doc") OR doc IS NULL),
	area real GENERATED ALWAYS AS (width * 2) STORED,
	half AS (width / 2),
	at datetime DEFAULT CURRENT_TIMESTAMP NOT NULL
)

CREATE TABLE [book] (
	shelf int REFERENCES Shelf ON DELETE SET NULL NOT NULL,
	place int,
	`note` NOT NULL DEFAULT (1 + 2),
	first_id INTEGER, first_place INTEGER,
	CONSTRAINT whole PRIMARY KEY (shelf, place),
	CONSTRAINT "to first" FOREIGN KEY (first_id, first_place) REFERENCES book (shelf, place)
		ON UPDATE CASCADE ON DELETE NO ACTION MATCH SIMPLE NOT DEFERRABLE INITIALLY IMMEDIATE
	CONSTRAINT two CHECK (note IS NOT NULL), UNIQUE (place DESC, "note" COLLATE NOCASE)
) WITHOUT ROWID

CREATE INDEX book_note ON book (lower(note), place DESC) WHERE place > 3

CREATE UNIQUE INDEX book_first ON book (first_id)

CREATE TABLE text_key (name text PRIMARY KEY, number INTEGER)

CREATE TABLE keyless (a, b json, c INT)

CREATE TABLE real_key (id INTEGER PRIMARY KEY DESC)

CREATE VIEW labels AS SELECT label, width * 2 AS double FROM shelf

CREATE TRIGGER labelled AFTER INSERT ON shelf BEGIN
	UPDATE shelf SET label = 'x;y' WHERE id = new.id;
END

CREATE VIRTUAL TABLE words USING fts5(word, place)

CREATE TEMPORARY TABLE passing (id INTEGER PRIMARY KEY)
