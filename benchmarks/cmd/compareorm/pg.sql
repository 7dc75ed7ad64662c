CREATE TABLE author (id bigserial PRIMARY KEY, name varchar(100) NOT NULL, email varchar(200) NOT NULL);
INSERT INTO author (name, email) SELECT 'Author ' || n, 'a' || n || '@example.com' FROM generate_series(1, 100) n;
CREATE TABLE book (id bigserial PRIMARY KEY, title varchar(200) NOT NULL, author_id bigint NOT NULL REFERENCES author (id),
  pages integer NOT NULL, price double precision NOT NULL, in_stock boolean NOT NULL, published timestamptz NOT NULL);
INSERT INTO book (title, author_id, pages, price, in_stock, published)
  SELECT 'Book number ' || n, (n - 1) % 100 + 1, (n * 37) % 900 + 50, n * 0.75, n % 3 <> 0, timestamptz '2020-01-01 00:00:00+00' + n * interval '1 hour'
  FROM generate_series(1, 1000) n;
CREATE TABLE entry (id bigserial PRIMARY KEY, name varchar(100) NOT NULL, email varchar(200) NOT NULL,
  age integer NOT NULL, active boolean NOT NULL, score double precision NOT NULL, created timestamptz NOT NULL);
ANALYZE;
