CREATE TABLE "old_people" ("id" integer NOT NULL, "firstName" varchar(20), "ADDRESS_LINE" varchar(20), "type" varchar(3), "func" int, "1st" int, "weird, name" int, "x'y" int, "日本" int, "naïve" int, "_a__b_" int, "a b" int, "a-b" int, PRIMARY KEY ("id"))

CREATE TABLE "people" ("code" varchar(5) NOT NULL PRIMARY KEY, "state" int, "model" int, "save" int, "meta" int, "delete" int, "pk" int, "id" int, "rel" int, "person_id" integer UNIQUE, FOREIGN KEY ("person_id") REFERENCES "old_people" ("id") ON DELETE CASCADE)

CREATE TABLE "models" ("a" int NOT NULL, "b" int NOT NULL, "note" varchar(9) DEFAULT 'it''s', "size" int DEFAULT 3, "rate" decimal(5,2) DEFAULT 1.5, PRIMARY KEY ("b", "a"))

CREATE TABLE "old_child" ("id" bigint NOT NULL PRIMARY KEY, "father_id" integer, "mother_id" integer, "OldPerson" int, "model_a" int, "model_b" int, "people" varchar(5), FOREIGN KEY ("father_id") REFERENCES "old_people" ("id") ON DELETE SET NULL, FOREIGN KEY ("mother_id") REFERENCES "old_people" ("id"), FOREIGN KEY ("model_b", "model_a") REFERENCES "models" ("b", "a"), FOREIGN KEY ("people") REFERENCES "people" ("code"))

CREATE TABLE "old_people_children" ("person" integer NOT NULL, "child" bigint NOT NULL, PRIMARY KEY ("person", "child"), FOREIGN KEY ("person") REFERENCES "old_people" ("id"), FOREIGN KEY ("child") REFERENCES "old_child" ("id"))

CREATE TABLE "old_state" ("name" varchar(3) NOT NULL PRIMARY KEY, "name_id" varchar(3))

CREATE TABLE "Work Orders/2026" ("id" integer NOT NULL PRIMARY KEY)

CREATE TABLE "123" ("a" int NOT NULL UNIQUE, "c" int)