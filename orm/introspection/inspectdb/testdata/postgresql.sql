CREATE TABLE odd (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n numeric, m money, c char(3) DEFAULT 'x', t time with time zone, j json, a int[], aa varchar(3)[], r daterange, v tsvector, x xml, ts timestamp DEFAULT now(), b bool DEFAULT true, f float4 DEFAULT 1.5, ip inet, net cidr, e email, created date DEFAULT '2026-01-02', bits bit(3), o oid)

CREATE TABLE nothing ()