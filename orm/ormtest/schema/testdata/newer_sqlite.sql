CREATE TABLE "library_author" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(50) NOT NULL);
CREATE TABLE "library_book" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "title" varchar(50) NOT NULL, "pages" integer NOT NULL, "sheets" integer GENERATED ALWAYS AS (("pages" * 2)) STORED, "state" varchar(5) DEFAULT 'new' NOT NULL, "made" datetime DEFAULT '2026-01-02 03:04:05.600000' NOT NULL, "flag" bool DEFAULT 1 NOT NULL, "author_id" bigint NOT NULL REFERENCES "library_author" ("id") ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, "editor_id" bigint NULL REFERENCES "library_author" ("id") ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED, "edition" integer NULL);
CREATE TABLE "library_stock" ("shop" bigint NOT NULL, "shelf" bigint NOT NULL, "count" bigint NOT NULL, PRIMARY KEY ("shop", "shelf"));
CREATE UNIQUE INDEX "book_twice" ON "library_book" ("author_id", (("pages" + 1)));
CREATE INDEX "library_book_author_id_d9a3b67e" ON "library_book" ("author_id");
CREATE INDEX "library_book_editor_id_03910eb0" ON "library_book" ("editor_id");
CREATE INDEX "book_pages" ON "library_book" ((("pages" * 2)) DESC, "title");
