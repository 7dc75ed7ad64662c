ALTER TABLE "shelf" ALTER COLUMN "code" TYPE varchar(20);

ALTER TABLE "shelf" DROP CONSTRAINT "shelf_code_key";
DROP INDEX IF EXISTS "shelf_code_98ee197e_like";

ALTER TABLE "shelf" ALTER COLUMN "code" TYPE integer USING "code"::integer, ALTER COLUMN "code" DROP NOT NULL;
ALTER TABLE "shelf" ADD CONSTRAINT "shelf_code_98ee197e_check" CHECK ("code" >= 0);

UPDATE "shelf" SET "code" = 7 WHERE "code" IS NULL;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE "shelf" ALTER COLUMN "code" SET NOT NULL;

ALTER TABLE "shelf" DROP CONSTRAINT "shelf_code_98ee197e_check";
ALTER TABLE "shelf" ALTER COLUMN "code" TYPE bigint USING "code"::bigint;
CREATE INDEX "shelf_code_98ee197e" ON "shelf" ("code");

DROP INDEX IF EXISTS "shelf_code_98ee197e";
ALTER TABLE "shelf" RENAME COLUMN "code" TO "number";

ALTER TABLE "shelf" ADD COLUMN "owner_id" bigint NULL CONSTRAINT "shelf_owner_id_af7aedb0_fk_shelf_id" REFERENCES "shelf" ("id") DEFERRABLE INITIALLY DEFERRED;
SET CONSTRAINTS "shelf_owner_id_af7aedb0_fk_shelf_id" IMMEDIATE;
CREATE INDEX "shelf_owner_id_af7aedb0" ON "shelf" ("owner_id");

DROP INDEX IF EXISTS "shelf_owner_id_af7aedb0";
ALTER TABLE "shelf" ADD CONSTRAINT "shelf_owner_id_af7aedb0_uniq" UNIQUE ("owner_id");

SET CONSTRAINTS "shelf_owner_id_af7aedb0_fk_shelf_id" IMMEDIATE;
ALTER TABLE "shelf" DROP CONSTRAINT "shelf_owner_id_af7aedb0_fk_shelf_id";
ALTER TABLE "shelf" DROP CONSTRAINT "shelf_owner_id_af7aedb0_uniq";

ALTER TABLE "shelf" DROP COLUMN "owner_id" CASCADE;

ALTER TABLE "shelf" DROP COLUMN "number" CASCADE;

