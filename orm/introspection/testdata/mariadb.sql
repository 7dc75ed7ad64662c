CREATE TABLE shelf (
	id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
	label varchar(20) COLLATE utf8mb4_bin NOT NULL DEFAULT 'it''s (b)' COMMENT 'on its front',
	width decimal(8,2) NOT NULL DEFAULT -1,
	area decimal(9,2) GENERATED ALWAYS AS (width * 2) STORED,
	half decimal(9,2) AS (width / 2) VIRTUAL,
	doc json, size enum('small', 'big') DEFAULT 'small', kinds set('a', 'b'),
	flag tinyint(1) NOT NULL DEFAULT 1, bits bit(3) DEFAULT b'101',
	at datetime(6) DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
	story text, empty varchar(3) DEFAULT NULL,
	CONSTRAINT named_unique UNIQUE (label, width),
	CONSTRAINT `wide ``enough` CHECK (width > 0 OR `label` = 'CHECK (`x`)')
) COMMENT 'It''s a shelf'

CREATE TABLE book (
	shelf int unsigned NOT NULL,
	place int CHECK (place > 0),
	note varchar(100), story text,
	first_id int unsigned, first_place int,
	PRIMARY KEY (shelf, place),
	CONSTRAINT book_shelf FOREIGN KEY (shelf) REFERENCES shelf (id) ON DELETE CASCADE ON UPDATE CASCADE,
	CONSTRAINT `to first` FOREIGN KEY (first_id, first_place) REFERENCES book (shelf, place) ON DELETE SET NULL,
	CONSTRAINT restricted FOREIGN KEY (first_id) REFERENCES shelf (id) ON DELETE RESTRICT,
	KEY book_note (note(10), place DESC),
	FULLTEXT KEY book_words (note, story)
)

CREATE TABLE `BOOK` (wrong int)

CREATE TABLE keyless (a int, b json)

CREATE VIEW labels AS SELECT label, width * 2 AS `double` FROM shelf
