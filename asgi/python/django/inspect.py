"""Tells what a Django project consists of, as JSON on the descriptor that the first argument names.

The other arguments are the settings module and the folder of the project. It runs in the project's own
interpreter, Python 3.8 or later, and needs nothing but Django. What the project prints goes where it
always goes.
"""

import json
import os
import sys
import threading
import traceback


class Problem(Exception):
    """What keeps a project from being inspected."""

    def __init__(self, kind, message, trace=""):
        super().__init__(message)
        self.kind, self.message, self.trace = kind, message, trace


def main():
    out, module, folder = os.fdopen(int(sys.argv[1]), "w", encoding="utf-8"), sys.argv[2], sys.argv[3]
    del sys.argv[1:]  # some settings look at them
    try:
        answer = inspect_project(module, folder)
    except Problem as p:
        answer = {"problem": {"kind": p.kind, "message": p.message, "traceback": p.trace}}
    with out:
        json.dump(answer, out, default=str)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # threads of the project, or of a database that does not answer, are not waited for


def guarded(kind, call, *args):
    """Calls a part of the project; what it raises becomes a Problem with its traceback."""
    try:
        return call(*args)
    except Problem:
        raise
    except SyntaxError as e:
        raise Problem("syntax", "%s, line %s: %s" % (e.filename, e.lineno, e.msg), traceback.format_exc())
    except (Exception, SystemExit) as e:
        raise Problem(kind, "%s: %s" % (type(e).__name__, e), traceback.format_exc())


def inspect_project(module, folder):
    if sys.version_info < (3, 8):
        raise Problem("python", "Python %s is too old" % sys.version.split()[0])
    sys.path.insert(0, folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = module
    try:
        import django
    except ImportError:
        raise Problem("django", "there is no Django in %s" % sys.executable)
    if django.VERSION < (2, 2):
        raise Problem("version", "Django %s is too old" % django.get_version())
    import importlib

    def load():
        try:
            importlib.import_module(module)
        except ModuleNotFoundError as e:
            if module == e.name or module.startswith(str(e.name) + "."):
                raise Problem("module", "there is no module %s" % module)
            raise

    guarded("settings", load)
    guarded("setup", django.setup)
    from django.conf import settings
    from django.urls import get_resolver

    patterns = guarded("urls", lambda: get_resolver().url_patterns)
    application, interface = find_application(settings, module)
    answer = {
        "python": sys.version.split()[0],
        "django": django.get_version(),
        "module": module,
        "application": application,
        "interface": interface,
        "settings": guarded("settings", read_settings, settings),
        "secret_key": guarded("settings", lambda: text(settings.SECRET_KEY)),
        "secret_key_fallbacks": guarded("settings", lambda: [text(k) for k in getattr(settings, "SECRET_KEY_FALLBACKS", [])]),
        "databases": [read_database(alias, d) for alias, d in settings.DATABASES.items()],
        "static_dirs": static_dirs(settings),
        "routes": guarded("urls", lambda: list(Flattener(settings).walk(patterns))),
        "converters": list(read_converters()),
    }
    answer["apps"], answer["migrations_problem"] = read_apps(settings, folder)
    return answer


# Settings that come as they are, and those of which only the names of the backends do: the rest of
# them may hold passwords.
PLAIN = """
    DEBUG ALLOWED_HOSTS INTERNAL_IPS ROOT_URLCONF MIDDLEWARE STATIC_URL STATIC_ROOT STATICFILES_DIRS STATICFILES_STORAGE
    MEDIA_URL MEDIA_ROOT TIME_ZONE USE_TZ LANGUAGE_CODE USE_I18N USE_L10N LOCALE_PATHS AUTH_USER_MODEL AUTHENTICATION_BACKENDS
    PASSWORD_HASHERS SESSION_ENGINE SESSION_SERIALIZER SESSION_COOKIE_NAME SESSION_COOKIE_AGE SESSION_COOKIE_SECURE
    SESSION_COOKIE_SAMESITE CSRF_COOKIE_NAME CSRF_COOKIE_SECURE CSRF_USE_SESSIONS CSRF_TRUSTED_ORIGINS EMAIL_BACKEND
    SECURE_SSL_REDIRECT SECURE_SSL_HOST SECURE_REDIRECT_EXEMPT SECURE_HSTS_SECONDS SECURE_HSTS_INCLUDE_SUBDOMAINS SECURE_HSTS_PRELOAD
    SECURE_CONTENT_TYPE_NOSNIFF SECURE_REFERRER_POLICY SECURE_CROSS_ORIGIN_OPENER_POLICY SECURE_PROXY_SSL_HEADER
    X_FRAME_OPTIONS USE_X_FORWARDED_HOST FORCE_SCRIPT_NAME APPEND_SLASH PREPEND_WWW WSGI_APPLICATION ASGI_APPLICATION
    DATABASE_ROUTERS DEFAULT_AUTO_FIELD SIGNING_BACKEND
    DATA_UPLOAD_MAX_MEMORY_SIZE DATA_UPLOAD_MAX_NUMBER_FIELDS DEFAULT_EXCEPTION_REPORTER
""".split()
BACKENDS = {"CACHES": "BACKEND", "CHANNEL_LAYERS": "BACKEND", "STORAGES": "BACKEND"}


def read_settings(settings):
    from django.conf import global_settings

    values, changed = {}, []
    for name in PLAIN:
        value = getattr(settings, name, None)
        values[name] = plain(value)
        if value != getattr(global_settings, name, None):
            changed.append(name)
    for name, key in BACKENDS.items():
        entries = getattr(settings, name, None) or {}
        values[name] = {alias: str(entry.get(key, "")) for alias, entry in entries.items()}
        if entries != getattr(global_settings, name, {}):
            changed.append(name)
    values["TEMPLATES"] = [
        {"BACKEND": str(t.get("BACKEND", "")), "DIRS": [str(d) for d in t.get("DIRS", [])]} for t in settings.TEMPLATES
    ]
    if settings.TEMPLATES:
        changed.append("TEMPLATES")
    return {"values": values, "changed": sorted(changed)}


def text(key):
    return key.decode() if isinstance(key, bytes) else str(key)


def plain(value):
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(v) for v in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return str(getattr(value, "pattern", value))


def read_database(alias, d):
    options = {k: v for k, v in (d.get("OPTIONS") or {}).items() if isinstance(v, (str, int, bool))}
    if isinstance((d.get("OPTIONS") or {}).get("ssl"), dict):
        options["ssl"] = True
    return {
        "alias": alias,
        "engine": str(d.get("ENGINE", "")),
        "name": str(d.get("NAME") or ""),
        "user": str(d.get("USER") or ""),
        "password": str(d.get("PASSWORD") or ""),
        "host": str(d.get("HOST") or ""),
        "port": str(d.get("PORT") or ""),
        "options": options,
        "atomic": bool(d.get("ATOMIC_REQUESTS")),
    }


def static_dirs(settings):
    if "django.contrib.staticfiles" not in settings.INSTALLED_APPS:
        return []
    from django.contrib.staticfiles import finders

    dirs = []
    for finder in finders.get_finders():
        for prefix, root in getattr(finder, "locations", []):
            if not prefix:
                dirs.append(str(root))
        dirs += [str(s.location) for s in getattr(finder, "storages", {}).values() if not getattr(s, "prefix", None)]
    return [d for d in dict.fromkeys(dirs) if os.path.isdir(d)]


def find_application(settings, module):
    """The application by its name: that of ASGI_APPLICATION, of an asgi.py, of WSGI_APPLICATION, or of a wsgi.py."""
    from importlib.util import find_spec

    def dotted(name):
        return ":".join(name.rsplit(".", 1))

    def exists(name):
        try:
            return find_spec(name) is not None
        except (ImportError, ValueError):
            return False

    def beside(name):
        above = module.split(".")
        for parts in [above[:n] for n in range(len(above) - 1, -1, -1)]:  # mysite.settings.production is in mysite, too
            if exists(".".join(parts + [name])):
                return ".".join(parts + [name]) + ":application"
        return ""

    named = getattr(settings, "ASGI_APPLICATION", None)
    if named:
        return dotted(named), "asgi"
    if beside("asgi"):
        return beside("asgi"), "asgi"
    wsgi = dotted(settings.WSGI_APPLICATION) if settings.WSGI_APPLICATION else beside("wsgi")
    return (wsgi, "wsgi") if wsgi else ("", "")


def read_converters():
    from django.urls import converters

    for name, converter in converters.get_converters().items():
        if type(converter).__module__ != converters.__name__:
            yield {"name": name, "class": type(converter).__module__ + "." + type(converter).__qualname__, "regexp": converter.regex}


def read_apps(settings, folder):
    from django.apps import apps
    from django.core.management import get_commands

    commands = {}
    for name, app in get_commands().items():
        commands.setdefault(app if isinstance(app, str) else app.__module__, []).append(name)
    migrations, problem = read_migrations(settings)
    found = []
    for app in apps.get_app_configs():
        applied, unapplied = migrations.get(app.label, (0, 0))
        path = os.path.realpath(app.path)
        own = path.startswith(os.path.realpath(folder) + os.sep) and "site-packages" not in path
        found.append({
            "label": app.label,
            "name": app.name,
            "own": own,
            "models": len(list(app.get_models())),
            "applied": applied,
            "unapplied": unapplied,
            "commands": sorted(commands.get(app.name, [])) if not app.name.startswith("django.") else [],
        })
    return found, problem


def read_migrations(settings):
    """Counts the migrations of each app, in ten seconds at most, and never makes a database."""
    d = settings.DATABASES.get("default") or {}
    engine, name = str(d.get("ENGINE", "")), str(d.get("NAME", ""))
    if not engine or engine.endswith(".dummy"):
        return {}, "there is no database"
    if engine.endswith("sqlite3") and ":memory:" not in name and not name.startswith("file:") and not os.path.exists(name):
        return {}, "the file %s is not there" % name
    counts, problems = {}, []

    def count():
        try:
            from django.db import connection
            from django.db.migrations.loader import MigrationLoader

            loader = MigrationLoader(connection)
            for key in loader.graph.nodes:
                applied, unapplied = counts.get(key[0], (0, 0))
                done = key in loader.applied_migrations
                counts[key[0]] = (applied + done, unapplied + (not done))
        except Exception as e:
            problems.append("%s: %s" % (type(e).__name__, str(e).strip()))

    thread = threading.Thread(target=count, daemon=True)
    thread.start()
    thread.join(10)
    if thread.is_alive():
        return {}, "the database does not answer"
    return ({}, problems[0]) if problems else (counts, "")


class Flattener:
    """Lists the routes in the order in which they are tried."""

    def __init__(self, settings):
        self.settings = settings

    def walk(self, patterns, above=(), namespaces=(), apps=()):
        for p in patterns:
            stages = above + (p.pattern,)
            if not hasattr(p, "url_patterns"):
                yield self.route(p, stages, namespaces, apps)
            elif p.namespace:
                yield from self.walk(p.url_patterns, stages, namespaces + (p.namespace,), apps + (p.app_name or p.namespace,))
            else:
                yield from self.walk(p.url_patterns, stages, namespaces, apps)

    def route(self, p, stages, namespaces, apps):
        pattern = regexp = ""
        for stage in stages:
            pattern = join(pattern, str(stage))
            regexp = join_regexp(regexp, self.stage_regexp(stage), not regexp)
        sample = self.sample(p, stages, pattern)
        found = {
            "pattern": pattern,
            "kind": "path" if all(type(s).__name__ == "RoutePattern" for s in stages) else "regexp",
            "regexp": unnamed(regexp),
            "named": with_names(regexp),
            "name": ":".join(namespaces + (p.name,)) if p.name else "",
            "namespace": ":".join(namespaces),
            "app": ":".join(apps),
            "sample": sample,
            "converters": sorted({type(c).__qualname__ for s in stages for c in getattr(s, "converters", {}).values()}),
        }
        found.update(describe(p.callback))
        return found

    def stage_regexp(self, stage):
        if type(stage).__name__ != "LocalePrefixPattern":
            return stage.regex.pattern
        prefix = "(?:%s)/" % "|".join(dict.fromkeys([self.settings.LANGUAGE_CODE] + [code for code, _ in self.settings.LANGUAGES]))
        return "^" + prefix if stage.prefix_default_language else "^(?:%s)?" % prefix

    def sample(self, p, stages, pattern):
        """A path, without its first slash, for which Django takes this route; "" if none was found."""
        from django.urls import resolve

        for variant in range(12):
            try:
                path = "".join(self.stage_sample(s, variant) for s in stages)
                match = resolve("/" + path)
            except Exception:  # Resolver404, or what a converter of the project raises
                continue
            if match.func == p.callback and match.route == pattern:
                return "/" + path
        return ""

    def stage_sample(self, stage, variant):
        kind = type(stage).__name__
        if kind == "LocalePrefixPattern":
            return str(stage)
        if kind != "RoutePattern":
            return generate(stage.regex.pattern, variant)
        import re

        route, path = str(stage), ""
        for i, part in enumerate(re.split(r"<(?:[^>:]+:)?([^>]+)>", route)):
            path += part if i % 2 == 0 else self.converter_sample(stage.converters[part], variant)
        return path

    TEXTS = ["sample", "x", "1", "2024", "01", "12", "ab", "12345678", "2024-01-31", "A1", "00000000-0000-4000-8000-000000000000", "a/b"]

    def converter_sample(self, converter, variant):
        import re

        fitting = []
        for text in self.TEXTS:
            if re.fullmatch(converter.regex, text):
                try:
                    converter.to_python(text)
                except Exception:
                    continue
                fitting.append(text)
        return fitting[variant % len(fitting)] if fitting else generate(converter.regex, variant)


def join(above, below):
    """Puts two parts of a route together as Django does in ResolverMatch.route."""
    return above + (below[1:] if above and below.startswith("^") else below)


def join_regexp(above, below, first):
    """Puts two regular expressions together: the second one is searched for in what the first leaves."""
    if first:
        return below
    for anchor in ("^", r"\A"):
        if below.startswith(anchor):
            return above + below[len(anchor):]
    return above + ".*?" + below


def unnamed(regexp):
    import re

    return re.sub(r"(?<!\\)\(\?P<\w+>", "(?:", regexp)


def with_names(regexp):
    """The expression as it is, "" where two of its parts have groups of one name."""
    import re

    try:
        re.compile(regexp)
    except re.error:
        return ""
    return regexp


def describe(callback):
    """What is known of a view without calling it."""
    try:
        from asgiref.sync import iscoroutinefunction
    except ImportError:
        from asyncio import iscoroutinefunction
    made_of = getattr(callback, "view_class", None) or getattr(callback, "cls", None)
    named = made_of or callback
    while hasattr(named, "func") and not hasattr(named, "__qualname__"):  # functools.partial
        named = named.func
    if not hasattr(named, "__qualname__"):
        named = type(named)
    return {
        "view": "%s.%s" % (named.__module__, named.__qualname__),
        "class": made_of is not None,
        "async": bool(getattr(made_of, "view_is_async", False)) or iscoroutinefunction(callback),
        "csrf_exempt": bool(getattr(callback, "csrf_exempt", False)),
        "methods": methods(callback, made_of),
    }


def methods(callback, made_of):
    """The methods of a class, of a view set, or those of require_http_methods; none if nothing is known."""
    actions = getattr(callback, "actions", None)
    if isinstance(actions, dict):
        return sorted(m.upper() for m in actions)
    if made_of is not None:
        return sorted(m.upper() for m in made_of.http_method_names if m != "options" and hasattr(made_of, m))
    for _ in range(20):
        cells = zip(getattr(getattr(callback, "__code__", None), "co_freevars", ()), getattr(callback, "__closure__", None) or ())
        for name, cell in cells:
            if name == "request_method_list":
                return sorted(str(m) for m in cell.cell_contents)
        callback = getattr(callback, "__wrapped__", None)
    return []


def generate(regexp, variant):
    """A text that a regular expression matches, if it has no assertions that it must heed."""
    try:
        from re import _parser as parser
    except ImportError:
        import sre_parse as parser
    groups = {}

    def fits(items, char):
        hit = any(member(op, arg, char) for op, arg in items if str(op) != "NEGATE")
        return hit != (str(items[0][0]) == "NEGATE")

    def member(op, arg, char):
        op = str(op)
        if op == "LITERAL":
            return ord(char) == arg
        if op == "RANGE":
            return arg[0] <= ord(char) <= arg[1]
        return {
            "CATEGORY_DIGIT": char.isdigit(), "CATEGORY_NOT_DIGIT": not char.isdigit(),
            "CATEGORY_WORD": char.isalnum() or char == "_", "CATEGORY_NOT_WORD": not (char.isalnum() or char == "_"),
            "CATEGORY_SPACE": char.isspace(), "CATEGORY_NOT_SPACE": not char.isspace(),
        }[str(arg)]

    def one(op, arg):
        op = str(op)
        if op == "LITERAL":
            return chr(arg)
        if op in ("ANY", "NOT_LITERAL"):
            return next(c for c in "xy" if op == "ANY" or ord(c) != arg)
        if op == "IN":
            fitting = [c for c in "x1aA-_0./ ~" + "".join(map(chr, range(33, 127))) if fits(arg, c)]
            return fitting[variant % min(len(fitting), 3)]
        if op == "BRANCH":
            return text(arg[1][variant % len(arg[1])])
        if op == "SUBPATTERN":
            groups[arg[0]] = text(arg[-1])
            return groups[arg[0]]
        if op == "ATOMIC_GROUP":
            return text(arg)
        if op.endswith("_REPEAT"):
            least, most, inner = arg
            count = least if least or variant % 2 else int(most > 1)
            return "".join(text(inner) for _ in range(min(count, 1000)))
        if op == "GROUPREF":
            return groups.get(arg, "")
        return ""  # AT, ASSERT, ASSERT_NOT: resolve tells whether it fits

    def text(parsed):
        return "".join(one(op, arg) for op, arg in parsed)

    return text(parser.parse(regexp))


main()
