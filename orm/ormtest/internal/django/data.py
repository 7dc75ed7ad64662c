"""Writes data.json, the rows that both sides load: python3 data.py > ../models/data.json"""
import datetime as dt
import decimal
import json
import uuid

from wire import encode

D = decimal.Decimal
NULL = object()  # an absent document


class JSON:
    """A document: JSON(None) is the document null, and no absent value."""
    def __init__(self, v):
        self.v = v


def date(s):
    return s and dt.date.fromisoformat(s)


def moment(s):
    return s and dt.datetime.fromisoformat(s)


def uid(n):
    return uuid.UUID(int=0x10000000000040008000000000000000 + n * 0x1111)


def bag(**attrs):
    return attrs


# Times stand around the changes of Europe/Berlin's clock: 2025-03-30 01:00 and
# 2025-10-26 01:00 UTC, and around midnight there.
TIMES = [
    "2024-12-31T22:30:00", "2024-12-31T23:30:00.000001", "2025-01-01T00:00:00", "2025-03-29T23:15:00",
    "2025-03-30T00:59:59.999999", "2025-03-30T01:00:00", "2025-03-30T22:30:00", "2025-06-15T12:34:56.789012",
    "2025-06-30T22:00:00", "2025-10-25T22:00:00", "2025-10-26T00:30:00", "2025-10-26T01:30:00",
    "2025-10-26T23:00:00", "2025-12-28T23:30:00", "2026-02-28T23:59:59", "2024-02-29T12:00:00",
]

countries = [
    ("de", "Germany", 83000000), ("fr", "France", 68000000), ("gb", "Britain", 67000000),
    ("us", "United States", 330000000), ("xx", "Nowhere", None), ("at", "Austria", 9000000),
]
publishers = [
    (1, "Gollancz", "gollancz", "gb", "1927-01-01", "https://gollancz.example/"),
    (2, "Chilton", "chilton", "us", "1904-06-15", "https://chilton.example/"),
    (3, "Insel", "insel", "de", "1901-10-01", ""),
    (4, "Éditions du Seuil", "seuil", "fr", None, "https://seuil.example/?a=1&b=2"),
    (5, "Nobody's Press", "nobodys-press", None, None, ""),
    (6, "100% Paper_Back", "100-paper_back", "de", "2020-02-29", ""),
]
people = [
    (1, "Ann", "ann@example.com", "1980-02-29", "de"), (2, "Bob", "bob@example.com", "1990-12-31", "us"),
    (3, "Cid", "cid@example.org", None, "fr"), (4, "Dora", "dora@example.org", "2001-01-01", "gb"),
    (5, "Émile", "emile@example.fr", "1970-07-14", "fr"), (6, "eve", "eve@example.com", "1990-12-31", "de"),
    (7, "Frank Herbert", "herbert@example.com", "1920-10-08", "us"), (8, "Ursula Le Guin", "ursula@example.com", "1929-10-21", "us"),
    (9, "Jules Verne", "verne@example.fr", "1828-02-08", "fr"), (10, "Michael Ende", "ende@example.de", "1929-11-12", "de"),
    (11, "Mary Shelley", "mary@example.co.uk", "1797-08-30", "gb"), (12, "Stanisław Lem", "lem@example.com", "1921-09-12", "xx"),
    (13, "Terry Pratchett", "terry@example.co.uk", "1948-04-28", "gb"), (14, "Neil Gaiman", "neil@example.co.uk", "1960-11-10", "gb"),
    (15, "Nobody_100%", "nobody@example.com", None, "xx"),
]
authors = [
    (7, "F. Herbert", "12.50", None), (8, "U. K. Le Guin", "15.00", 7), (9, "J. Verne", None, None), (10, "M. Ende", "10.00", 9),
    (11, "M. Shelley", "0.00", None), (12, "S. Lem", "12.50", 8), (13, "T. Pratchett", "20.25", 11), (14, "N. Gaiman", "20.25", 13),
]
novelists = [(8, "fantasy"), (10, "fantasy"), (12, "science fiction"), (13, "humour")]
categories = [
    (1, "Fiction", None, 1), (2, "Science fiction", 1, 2), (3, "Fantasy", 1, 1), (4, "Hard SF", 2, 1),
    (5, "Non-fiction", None, 2), (6, "Travel", 5, 1), (7, "Empty", None, 9), (8, "Horror", 1, 2),
]
tags = ["classic", "desert", "dragons", "humour", "Space", "unused"]

# title, subtitle, publisher, category, sequel_to, price, cost, pages, rating, published, active, featured, language, attrs
books = [
    ("Dune", None, 2, 2, None, "9.99", "4.50", 412, 4.5, "1965-08-01", True, True, "en",
     bag(awards=["Hugo", "Nebula"], dims=bag(w=12, h=20.5), sold=12000, translated=True)),
    ("Dune Messiah", "Book two", 2, 2, 1, "8.50", "4.50", 256, 3.9, "1969-10-15", True, False, "en", bag(awards=[], sold=8000, translated=False)),
    ("Children of Dune", "Book three", 2, 2, 2, "8.50", None, 444, 3.95, "1976-04-21", True, None, "en", bag(awards=None, sold=7000)),
    ("The Dispossessed", "An Ambiguous Utopia", 1, 2, None, "12.00", "5.25", 341, 4.2, "1974-05-01", True, True, "en",
     bag(awards=["Hugo", "Nebula", "Locus"], dims=bag(w=11, h=18))),
    ("A Wizard of Earthsea", None, 1, 3, None, "7.25", "3.00", 205, 4.0, "1968-11-01", True, None, "en", bag(awards=[], dims=bag(w=10, h=18), sold="many")),
    ("The Tombs of Atuan", None, 1, 3, 5, "7.25", "3.10", 163, 4.1, "1971-06-30", False, None, "en", NULL),
    ("Vingt mille lieues sous les mers", None, 4, 1, None, "15.90", "6.00", 570, 3.8, "1870-06-20", True, False, "fr",
     {"awards": [], "title": {"en": "Twenty Thousand Leagues", "de": "20.000 Meilen"}}),
    ("Le Tour du monde en quatre-vingts jours", None, 4, 6, None, "11.00", "5.00", 240, None, "1872-12-22", True, None, "fr", {"sold": 0}),
    ("Die unendliche Geschichte", None, 3, 3, None, "19.95", "9.00", 479, 4.6, "1979-09-01", True, True, "de", bag(awards=["Janusz"], sold=10000, translated=True)),
    ("Momo", None, 3, 3, None, "14.00", "7.00", 272, 4.3, "1973-01-01", True, None, "de", bag(awards=["Jugend"], sold=None)),
    ("Frankenstein", "or, The Modern Prometheus", 1, 8, None, "5.00", "1.00", 280, 3.7, "1818-01-01", True, None, "en", {}),
    ("Solaris", None, 6, 4, None, "10.00", "10.00", 204, 4.0, "1961-06-01", False, False, "de", bag(awards=[], dims=bag(w=12, h=19))),
    ("Good Omens", "The Nice and Accurate Prophecies", 1, 3, None, "9.99", "4.00", 288, 4.25, "1990-05-01", True, True, "en", [1, 2, 3]),
    ("Small Gods", None, 1, 3, None, "8.99", "3.50", 272, 4.3, "1992-05-15", True, None, "en", "text"),
    ("American Gods", None, 1, None, None, "9.50", None, 465, 4.1, "2001-06-19", True, False, "en", 42),
    ("Untitled", None, 6, None, None, "0.00", None, 0, None, None, False, None, "de", None),
    ("100% Proof_Read", "back\\slash", 6, 5, None, "1.10", "1.10", 1, 1.0, "2020-02-29", True, True, "en", {"a b": {"c\"d": 1}, "e__f": True}),
    ("50 Ways", "it's \"quoted\"", 6, 5, None, "2.20", "1.00", 50, 2.5, "2025-03-30", True, None, "de", {"0": "zero", "list": [{"x": 1}, {"x": 2}]}),
    ("Große Straße", "ÄÖÜ", 3, 6, None, "3.30", "3.00", 99, 2.0, "2025-12-31", False, None, "de", {"ü": "ä"}),
    ("Dune", "a pirated copy", 6, None, None, "1.00", None, 412, 4.5, "2024-12-30", False, False, "de", bag(sold=-1.5)),
]
authorships = [
    (1, 7, "writer", 1, "1.000"), (2, 7, "writer", 1, "1.000"), (3, 7, "writer", 1, "0.900"), (3, 7, "editor", 2, "0.100"),
    (4, 8, "writer", 1, "1.000"), (5, 8, "writer", 1, "1.000"), (6, 8, "writer", 1, "1.000"), (7, 9, "writer", 1, "1.000"),
    (8, 9, "writer", 1, "0.750"), (8, 10, "translator", 2, "0.250"), (9, 10, "writer", 1, "1.000"), (10, 10, "writer", 1, "1.000"),
    (11, 11, "writer", 1, "1.000"), (12, 12, "writer", 1, "0.800"), (12, 8, "foreword", 2, "0.200"),
    (13, 13, "writer", 1, "0.500"), (13, 14, "writer", 2, "0.500"), (14, 13, "writer", 1, "1.000"), (15, 14, "writer", 1, "0.950"),
    (15, 13, "editor", 2, "0.050"), (20, 7, "writer", 1, "0.000"),
]
book_tags = [(1, 0), (1, 1), (1, 4), (2, 1), (2, 4), (3, 1), (4, 0), (4, 4), (5, 0), (5, 2), (6, 2), (7, 0), (9, 2), (11, 0), (12, 4), (13, 3), (14, 3), (20, 1)]


def isbn(n):
    return "978%010d" % (n * 7919)


def rows():
    yield "Country", ["code", "name", "population"], countries
    yield "Publisher", ["id", "name", "slug", "country_id", "founded", "website"], [p[:4] + (date(p[4]), p[5]) for p in publishers]
    yield "Person", ["id", "name", "email", "born", "country_id"], [p[:3] + (date(p[3]), p[4]) for p in people]
    yield "Author", ["person_ptr_id", "pen_name", "royalty", "mentor_id"], [(a[0], a[1], a[2] and D(a[2]), a[3]) for a in authors]
    yield "Novelist", ["author_ptr_id", "genre"], novelists
    yield "Category", ["id", "name", "parent_id", "sort"], categories
    yield "Tag", ["id", "label"], [(uid(i), t) for i, t in enumerate(tags)]
    yield "Book", ["id", "created", "updated", "title", "subtitle", "isbn", "publisher_id", "category_id", "sequel_to_id", "price", "cost",
                   "pages", "rating", "published", "active", "featured", "language", "attrs"], [
        (i, moment(TIMES[i % len(TIMES)]), None if i % 3 == 0 else moment(TIMES[(i * 5) % len(TIMES)]), b[0], b[1], isbn(i), b[2], b[3], b[4],
         D(b[5]), b[6] and D(b[6]), b[7], b[8], date(b[9]), b[10], b[11], b[12], b[13] if b[13] is NULL else JSON(b[13])) for i, b in enumerate(books, 1)]
    yield "Authorship", ["id", "book_id", "author_id", "role", "position", "share"], [(i, *a[:4], D(a[4])) for i, a in enumerate(authorships, 1)]
    yield "Review", ["id", "book_id", "reviewer_id", "stars", "body", "at", "helpful"], [
        (i, isbn([1, 1, 1, 4, 5, 9, 9, 13, 2, 10, 11, 14][i % 12]), [None, 1, 2, 3, 4, 5, 14][i % 7], i % 5 + 1,
         ["good", "Bad", "gripping story", "100%", "a_b", "c:\\d"][i % 6], moment(TIMES[(i * 3) % len(TIMES)]), None if i % 4 == 0 else i * 7 % 11 - 3)
        for i in range(1, 31)]
    yield "Profile", ["id", "person_id", "bio", "ip", "token", "avatar", "settings"], [
        (i, p, "Bio %d" % p if p % 2 else "", ip, uid(1000 + i), avatar, JSON(s)) for i, (p, ip, avatar, s) in enumerate([
            (1, "192.168.0.1", b"\x00\x01\xff", bag(theme="dark", size=12)), (2, None, None, bag(theme="light")), (4, "2001:db8::1", b"", {}),
            (7, "10.0.0.255", b"\x89PNG", bag(theme="dark", nested=bag(deep=[1, [2, 3]]))), (13, "::1", None, [])], 1)]
    yield "Order", ["id", "number", "customer_id", "placed", "shipped", "status"], [
        (i, 9000000000 + i, [1, 2, 3, 1, 4, 7][i % 6], moment(TIMES[i % len(TIMES)]) + dt.timedelta(microseconds=i),
         None if i % 3 == 0 else date("2025-%02d-%02d" % (i % 12 + 1, i)), ["new", "paid", "sent", "back"][i % 4]) for i in range(1, 17)]
    yield "OrderLine", ["id", "order_id", "book_id", "quantity", "price"], [
        (i, i % 14 + 1, [1, 4, 9, 13, 1, 10, 14, 5, 2][i % 9], i % 4 + 1, D(i * 37 % 900) / 100) for i in range(1, 41)]
    yield "Sample", [
        "id", "char", "text", "slug", "email", "url", "small", "int", "big", "psmall", "pint", "pbig", "float", "decimal", "bool",
        "date", "time", "datetime", "duration", "uuid", "ip", "binary", "json"], list(samples())
    yield "Mark", ["id", "content_type_id", "object_id", "label"], [(i, [1, 1, 2, 3][i % 4], i % 5 + 1, "mark %d" % i) for i in range(1, 11)]
    yield "Root", ["id", "name"], [(i, n) for i, n in enumerate(["default", "cascade", "protect", "restrict", "mixed", "nothing", "bare"], 1)]
    yield "ChildCascade", ["id", "root_id"], [(1, 2), (2, 2), (3, 5)]
    yield "ChildGrand", ["id", "child_id"], [(1, 1), (2, 1), (3, 2), (4, 3)]
    yield "ChildSetNull", ["id", "root_id"], [(1, 2), (2, None), (3, 5)]
    yield "ChildSetDefault", ["id", "root_id"], [(1, 2), (2, 1), (3, 5)]
    yield "ChildProtect", ["id", "root_id"], [(1, 3)]
    yield "ChildRestrict", ["id", "root_id", "via_id"], [(1, 4, None), (2, 5, 3)]
    yield "ChildNothing", ["id", "root_id"], [(1, 6)]
    yield "Book_tags", ["id", "book_id", "tag_id"], [(i, b, uid(t)) for i, (b, t) in enumerate(book_tags, 1)]
    yield "Person_friends", ["id", "from_person_id", "to_person_id"], [
        (i, a, b) for i, (a, b) in enumerate([(1, 2), (2, 1), (1, 3), (3, 1), (2, 4), (4, 2), (7, 8), (8, 7)], 1)]
    yield "Person_follows", ["id", "from_person_id", "to_person_id"], [
        (i, a, b) for i, (a, b) in enumerate([(1, 7), (1, 8), (2, 7), (3, 9), (4, 13), (5, 9), (7, 1), (1, 1)], 1)]


def samples():
    text = ["", "abc", "ABC", "aBc def", "100%_\\", "üÜß€", " space ", "a'b\"c`d"]
    for i in range(12):
        if i == 11:
            yield (i + 1,) + (None,) * 22
            continue
        s = text[i % len(text)]
        yield (
            i + 1, s, s + "\nline two" if i % 2 else s, "slug-%d" % i, "u%d@example.com" % i, "https://example.com/%d" % i,
            [0, 1, -1, 32767, -32768, 7, 8, 9, 10, 11, 5][i], [0, 1, -1, 2147483647, -2147483648, 7, 8, 9, 10, 11, 5][i],
            [0, 1, -1, 9223372036854775807, -9223372036854775808, 7, 8, 9, 10, 11, 5][i],
            [0, 1, 2, 32767, 3, 7, 8, 9, 10, 11, 5][i], [0, 1, 2, 2147483647, 3, 7, 8, 9, 10, 11, 5][i],
            [0, 1, 2, 9223372036854775807, 3, 7, 8, 9, 10, 11, 5][i],
            [0.0, 1.5, -2.25, 1e300, -1e-300, 0.1, 3.0, 4.75, 5.5, -6.125, 1 / 3][i],
            D(["0", "1.5", "-2.2500", "9999999999.9999", "-9999999999.9999", "0.1", "3", "4.75", "5.5", "-6.125", "0.3333"][i]),
            [True, False, None][i % 3],
            date(["2025-01-01", "2024-12-31", "2024-02-29", "0001-01-01", "9999-12-31", "2025-03-30", "2025-10-26", "2026-01-01", "2025-12-29", "2020-12-31", "1900-01-01"][i]),
            dt.time.fromisoformat(["00:00:00", "23:59:59.999999", "12:00:00", "01:02:03.000004", "12:34:56", "06:30:00", "18:45:30.500000", "09:00:00", "21:15:00", "03:30:00", "12:00:00.000001"][i]),
            moment(TIMES[i]),
            dt.timedelta(microseconds=[0, 1, -1, 86400000000, -86400000001, 3600000000, 90061000001, 500000, 123456789, 10 ** 15, 60000000][i]),
            uid(5000 + i), ["127.0.0.1", "::1", "10.0.0.1", "192.168.1.1", "2001:db8::ff", "10.0.0.2", "fe80::1", "8.8.8.8", "10.1.0.1", "::ffff:1.2.3.4", "0.0.0.0"][i],
            [b"", b"\x00", b"\xff\xfe", b"abc"][i % 4], JSON([{}, {"a": 1}, {"a": {"b": [1, 2, {"c": "d"}]}}, [], [1, "a", None], "text", 5, 1.5, True, None, {"a": None}][i]))


def plain(v):
    if v is NULL:
        return None
    return "j:" + json.dumps(v.v, sort_keys=True, separators=(",", ":"), ensure_ascii=False) if isinstance(v, JSON) else encode(v)


if __name__ == "__main__":
    print("{")
    tables = list(rows())
    for n, (model, fields, data) in enumerate(tables):
        print('"%s": {"fields": %s, "rows": [' % (model, json.dumps(fields)))
        print(",\n".join(json.dumps([plain(v) for v in row], ensure_ascii=False) for row in data))
        print("]}" + ("," if n + 1 < len(tables) else ""))
    print("}")
