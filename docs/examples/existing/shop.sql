CREATE TABLE shop_category (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    name varchar(50) NOT NULL UNIQUE,
    parent_id bigint REFERENCES shop_category (id) ON DELETE SET NULL
);
CREATE TABLE shop_tag (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    label varchar(20) NOT NULL UNIQUE
);
CREATE TABLE shop_product (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    name varchar(200) NOT NULL,
    price decimal(8, 2) NOT NULL,
    status varchar(10) NOT NULL DEFAULT 'new',
    extra text CHECK (json_valid(extra)),
    category_id bigint NOT NULL REFERENCES shop_category (id),
    CONSTRAINT shop_product_price CHECK (price >= 0),
    CONSTRAINT shop_product_once UNIQUE (name, category_id)
);
CREATE INDEX shop_product_new ON shop_product (name) WHERE status = 'new';
CREATE TABLE shop_product_tags (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    product_id bigint NOT NULL REFERENCES shop_product (id),
    tag_id bigint NOT NULL REFERENCES shop_tag (id),
    UNIQUE (product_id, tag_id)
);
