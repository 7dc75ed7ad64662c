CREATE TABLE `library_author` (`id` bigint NOT NULL PRIMARY KEY AUTO_INCREMENT, `name` varchar(50) COMMENT 'It''s the pen name' NOT NULL);
CREATE TABLE `library_book` (`id` bigint NOT NULL PRIMARY KEY AUTO_INCREMENT, `title` varchar(50) NOT NULL, `pages` integer NOT NULL, `sheets` integer GENERATED ALWAYS AS ((`pages` * 2)) STORED, `state` varchar(5) DEFAULT 'new' NOT NULL, `made` datetime(6) DEFAULT '2026-01-02 03:04:05.600000' NOT NULL, `flag` bool DEFAULT 1 NOT NULL, `author_id` bigint NOT NULL, `editor_id` bigint NULL, `edition` integer NULL);
ALTER TABLE `library_book` COMMENT = 'All books';
CREATE TABLE `library_stock` (`shop` bigint NOT NULL, `shelf` bigint NOT NULL, `count` bigint NOT NULL, PRIMARY KEY (`shop`, `shelf`));
ALTER TABLE `library_book` ADD CONSTRAINT `library_book_author_id_d9a3b67e_fk_library_author_id` FOREIGN KEY (`author_id`) REFERENCES `library_author` (`id`) ON DELETE CASCADE;
ALTER TABLE `library_book` ADD CONSTRAINT `library_book_editor_id_03910eb0_fk_library_author_id` FOREIGN KEY (`editor_id`) REFERENCES `library_author` (`id`) ON DELETE SET NULL;
