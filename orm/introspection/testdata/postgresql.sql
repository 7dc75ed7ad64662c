CREATE DOMAIN email AS varchar(254) NOT NULL CHECK (VALUE LIKE '%@%')

CREATE TYPE mood AS ENUM ('sad', 'glad')

CREATE SCHEMA other

CREATE TABLE other.country (code char(2) PRIMARY KEY)

CREATE TABLE other.shelf (wrong int)

CREATE TABLE shelf (
	id serial PRIMARY KEY,
	big bigint GENERATED ALWAYS AS IDENTITY,
	label varchar(20) COLLATE "C" NOT NULL DEFAULT 'a' CONSTRAINT named_unique UNIQUE,
	width numeric(8,2) NOT NULL DEFAULT -1 CONSTRAINT "wide ""enough" CHECK (width > 0),
	area numeric GENERATED ALWAYS AS (width * 2) STORED,
	doc jsonb, words text[], mail email, feeling mood, span int4range,
	at timestamptz(3) DEFAULT now(),
	code char(2) REFERENCES other.country ON DELETE RESTRICT,
	gone int,
	EXCLUDE USING gist (span WITH &&) WHERE (big > 3)
)

ALTER TABLE shelf DROP COLUMN gone

COMMENT ON TABLE shelf IS 'It''s a shelf'

COMMENT ON COLUMN shelf.label IS 'on its front'

CREATE TABLE book (
	shelf int REFERENCES shelf ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
	place int,
	note text,
	first_id int, first_place int,
	CONSTRAINT whole PRIMARY KEY (shelf, place) INCLUDE (note),
	CONSTRAINT "to first" FOREIGN KEY (first_id, first_place) REFERENCES book (shelf, place) ON DELETE SET NULL,
	CONSTRAINT two CHECK (note IS NOT NULL OR place > 1),
	UNIQUE (first_place, first_id) DEFERRABLE
)

CREATE INDEX book_note ON book (lower(note), place DESC) WHERE place > 3

CREATE UNIQUE INDEX book_cover ON book (note) INCLUDE (place, first_id)

CREATE INDEX shelf_doc ON shelf USING gin (doc jsonb_path_ops)

CREATE SEQUENCE numbers

CREATE TABLE keyless (a int DEFAULT nextval('numbers'), b money)

CREATE TABLE measure (day date NOT NULL, value int, PRIMARY KEY (day)) PARTITION BY RANGE (day)

CREATE TABLE measure_2026 PARTITION OF measure FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')

CREATE TABLE reading (day date REFERENCES measure)

CREATE VIEW labels AS SELECT label, width * 2 AS double FROM shelf

CREATE MATERIALIZED VIEW places AS SELECT place FROM book

CREATE UNIQUE INDEX places_place ON places (place)

CREATE TEMPORARY TABLE passing (id int)
