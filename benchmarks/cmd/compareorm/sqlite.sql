CREATE TABLE author (id integer PRIMARY KEY AUTOINCREMENT, name varchar(100) NOT NULL, email varchar(200) NOT NULL);
CREATE TABLE book (id integer PRIMARY KEY AUTOINCREMENT, title varchar(200) NOT NULL, author_id bigint NOT NULL REFERENCES author (id),
  pages integer NOT NULL, price real NOT NULL, in_stock bool NOT NULL, published datetime NOT NULL);
CREATE TABLE entry (id integer PRIMARY KEY AUTOINCREMENT, name varchar(100) NOT NULL, email varchar(200) NOT NULL,
  age integer NOT NULL, active bool NOT NULL, score real NOT NULL, created datetime NOT NULL);
WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 100)
  INSERT INTO author (name, email) SELECT 'Author ' || n, 'a' || n || '@example.com' FROM s;
WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 1000)
  INSERT INTO book (title, author_id, pages, price, in_stock, published)
  SELECT 'Book number ' || n, (n - 1) % 100 + 1, (n * 37) % 900 + 50, n * 0.75, n % 3 <> 0, datetime('2020-01-01 00:00:00', n || ' hours') FROM s;
