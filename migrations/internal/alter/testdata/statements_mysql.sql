ALTER TABLE `shelf` MODIFY COLUMN `code` varchar(20) NOT NULL;

ALTER TABLE `shelf` DROP INDEX `code`;

ALTER TABLE `shelf` MODIFY COLUMN `code` integer UNSIGNED NULL CHECK (`code` >= 0);

UPDATE `shelf` SET `code` = 7 WHERE `code` IS NULL;
ALTER TABLE `shelf` MODIFY COLUMN `code` integer UNSIGNED NOT NULL CHECK (`code` >= 0);

ALTER TABLE `shelf` MODIFY COLUMN `code` bigint NOT NULL, ADD INDEX `shelf_code_98ee197e` (`code`);

ALTER TABLE `shelf` RENAME COLUMN `code` TO `number`, DROP INDEX `shelf_code_98ee197e`;

ALTER TABLE `shelf` ADD COLUMN `owner_id` bigint NULL, ADD CONSTRAINT `shelf_owner_id_af7aedb0_fk_shelf_id` FOREIGN KEY (`owner_id`) REFERENCES `shelf` (`id`);

ALTER TABLE `shelf` DROP FOREIGN KEY `shelf_owner_id_af7aedb0_fk_shelf_id`;
ALTER TABLE `shelf` DROP INDEX `shelf_owner_id_af7aedb0_fk_shelf_id`, ADD CONSTRAINT `shelf_owner_id_af7aedb0_uniq` UNIQUE (`owner_id`), ADD CONSTRAINT `shelf_owner_id_af7aedb0_fk_shelf_id` FOREIGN KEY (`owner_id`) REFERENCES `shelf` (`id`);

ALTER TABLE `shelf` DROP FOREIGN KEY `shelf_owner_id_af7aedb0_fk_shelf_id`;
ALTER TABLE `shelf` DROP INDEX `shelf_owner_id_af7aedb0_uniq`;

ALTER TABLE `shelf` DROP COLUMN `owner_id`;

ALTER TABLE `shelf` DROP COLUMN `number`;

