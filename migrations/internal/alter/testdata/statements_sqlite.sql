CREATE TABLE "new__shelf" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" text NOT NULL, "code" varchar(20) NOT NULL UNIQUE);
INSERT INTO sqlite_sequence (name, seq) SELECT 'new__shelf', seq FROM sqlite_sequence WHERE name = 'shelf';
INSERT INTO "new__shelf" ("id", "name", "code") SELECT "id", "name", "code" FROM "shelf";
DROP TABLE "shelf";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new__shelf" RENAME TO "shelf";
PRAGMA legacy_alter_table = OFF;

CREATE TABLE "new__shelf" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" text NOT NULL, "code" varchar(20) NOT NULL);
INSERT INTO sqlite_sequence (name, seq) SELECT 'new__shelf', seq FROM sqlite_sequence WHERE name = 'shelf';
INSERT INTO "new__shelf" ("id", "name", "code") SELECT "id", "name", "code" FROM "shelf";
DROP TABLE "shelf";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new__shelf" RENAME TO "shelf";
PRAGMA legacy_alter_table = OFF;

CREATE TABLE "new__shelf" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" text NOT NULL, "code" integer unsigned NULL CHECK ("code" >= 0));
INSERT INTO sqlite_sequence (name, seq) SELECT 'new__shelf', seq FROM sqlite_sequence WHERE name = 'shelf';
INSERT INTO "new__shelf" ("id", "name", "code") SELECT "id", "name", "code" FROM "shelf";
DROP TABLE "shelf";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new__shelf" RENAME TO "shelf";
PRAGMA legacy_alter_table = OFF;

CREATE TABLE "new__shelf" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" text NOT NULL, "code" integer unsigned NOT NULL CHECK ("code" >= 0));
INSERT INTO sqlite_sequence (name, seq) SELECT 'new__shelf', seq FROM sqlite_sequence WHERE name = 'shelf';
INSERT INTO "new__shelf" ("id", "name", "code") SELECT "id", "name", coalesce("code", 7) FROM "shelf";
DROP TABLE "shelf";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new__shelf" RENAME TO "shelf";
PRAGMA legacy_alter_table = OFF;

CREATE TABLE "new__shelf" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" text NOT NULL, "code" bigint NOT NULL);
INSERT INTO sqlite_sequence (name, seq) SELECT 'new__shelf', seq FROM sqlite_sequence WHERE name = 'shelf';
INSERT INTO "new__shelf" ("id", "name", "code") SELECT "id", "name", "code" FROM "shelf";
DROP TABLE "shelf";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new__shelf" RENAME TO "shelf";
PRAGMA legacy_alter_table = OFF;
CREATE INDEX "shelf_code_98ee197e" ON "shelf" ("code");

DROP INDEX "shelf_code_98ee197e";
ALTER TABLE "shelf" RENAME COLUMN "code" TO "number";

ALTER TABLE "shelf" ADD COLUMN "owner_id" bigint NULL REFERENCES "shelf" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "shelf_owner_id_af7aedb0" ON "shelf" ("owner_id");

CREATE TABLE "new__shelf" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" text NOT NULL, "number" bigint NOT NULL, "owner_id" bigint NULL UNIQUE REFERENCES "shelf" ("id") DEFERRABLE INITIALLY DEFERRED);
INSERT INTO sqlite_sequence (name, seq) SELECT 'new__shelf', seq FROM sqlite_sequence WHERE name = 'shelf';
INSERT INTO "new__shelf" ("id", "name", "number", "owner_id") SELECT "id", "name", "number", "owner_id" FROM "shelf";
DROP TABLE "shelf";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new__shelf" RENAME TO "shelf";
PRAGMA legacy_alter_table = OFF;

CREATE TABLE "new__shelf" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" text NOT NULL, "number" bigint NOT NULL, "owner_id" bigint NULL);
INSERT INTO sqlite_sequence (name, seq) SELECT 'new__shelf', seq FROM sqlite_sequence WHERE name = 'shelf';
INSERT INTO "new__shelf" ("id", "name", "number", "owner_id") SELECT "id", "name", "number", "owner_id" FROM "shelf";
DROP TABLE "shelf";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new__shelf" RENAME TO "shelf";
PRAGMA legacy_alter_table = OFF;

ALTER TABLE "shelf" DROP COLUMN "owner_id";

ALTER TABLE "shelf" DROP COLUMN "number";

