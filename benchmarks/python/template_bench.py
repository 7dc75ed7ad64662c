"""Renders the pages of comparetemplates: template_bench.py <django|jinja2> <folder of templates> <milliseconds> [page…]."""
import json
import sys
import time
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, timezone


@dataclass
class Row:
    id: int
    name: str
    price: float
    created: datetime


@dataclass
class Link:
    url: str
    label: str


@dataclass
class Fortune:
    id: int
    message: str


def rows(n):
    start = datetime(2024, 1, 1, 12, tzinfo=timezone.utc)
    return [Row(i, f"Item <{i}> & co", i * 1.37, start + timedelta(days=i)) for i in range(1, n + 1)]


def data(rows):
    nav = [Link(f"/{s}/", s) for s in ("home", "news", "shop", "help", "about")]
    return {"title": "Stock & more", "name": "Tom & Jerry", "site": "bench site", "nav": nav, "rows": rows}


FORTUNES = [
    "fortune: No such file or directory",
    "A computer scientist is someone who fixes things that aren't broken.",
    "After enough decimal places, nobody gives a damn.",
    "A bad random number generator: 1, 1, 1, 1, 1, 4.33e67, 1, 1, 1",
    "A computer program does what you tell it to do, not what you want it to do.",
    "Emacs is a nice operating system, but I prefer UNIX. — Tom Christiansen",
    "Any program that runs right is obsolete.",
    "A list is only as strong as its weakest link. — Donald Knuth",
    "Feature: A bug with seniority.",
    "Computers make very fast, very accurate mistakes.",
    '<script>alert("This should not be displayed in a browser alert box.");</script>',
    "フレームワークのベンチマーク",
]

PAGES = {
    "small": ("small.html", {"name": "Tom & Jerry", "messages": 3}),
    "structs": ("page.html", data(rows(50))),
    "maps": ("page.html", data([asdict(r) for r in rows(50)])),
    "rows_1000": ("page.html", data(rows(1000))),
    "fortunes": ("fortunes.html", {"fortunes": [Fortune(i + 1, m) for i, m in enumerate(FORTUNES)]}),
    "deep": ("deep.html", data(None)),
}


def django_engine(folder):
    import django
    from django.conf import settings
    loaders = [("django.template.loaders.cached.Loader", [("django.template.loaders.filesystem.Loader", [folder])])]
    settings.configure(USE_TZ=True, TIME_ZONE="UTC", TEMPLATES=[
        {"BACKEND": "django.template.backends.django.DjangoTemplates", "OPTIONS": {"loaders": loaders}}])
    django.setup()
    from django.template.loader import get_template
    return lambda name, data: get_template(name).render(data)


def jinja_engine(folder):
    from jinja2 import Environment, FileSystemLoader
    env = Environment(loader=FileSystemLoader(folder), autoescape=True, auto_reload=False, keep_trailing_newline=True)
    env.filters["floatformat"] = lambda value, places: f"{value:.{places}f}"
    env.filters["date"] = lambda value, layout: value.strftime(layout)
    return lambda name, data: env.get_template(name).render(data)


def main(engine, folder, ms, *only):
    render, out = {"django": django_engine, "jinja2": jinja_engine}[engine](folder), {}
    budget = int(ms) / 1000
    for page, (name, data) in PAGES.items():
        if only and page not in only:
            continue
        first = render(name, data)
        t = time.perf_counter()
        while time.perf_counter() - t < budget / 4:
            render(name, data)
        n, used, t = 0, time.process_time(), time.perf_counter()
        while (wall := time.perf_counter() - t) < budget:
            render(name, data)
            n += 1
        out[page] = {"ns": wall * 1e9 / n, "cpu_ns": (time.process_time() - used) * 1e9 / n, "allocs": 0, "output": first}
    json.dump(out, sys.stdout)


main(*sys.argv[1:])
