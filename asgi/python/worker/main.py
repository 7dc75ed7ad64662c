def configure_log(name):
    """Sets up logging as a file says, or the JSON itself."""
    import json
    import logging.config
    kind = os.path.splitext(name)[1].lower()
    if name.startswith("{"):
        values = json.loads(name)
    elif kind == ".json":
        with open(name, encoding="utf-8") as file:
            values = json.load(file)
    elif kind in (".yaml", ".yml"):
        try:
            import yaml
        except ImportError:
            raise RuntimeError("the configuration of the log is YAML, which takes PyYAML: "
                               "install it for %s, or write JSON" % sys.executable) from None
        with open(name, encoding="utf-8") as file:
            values = yaml.safe_load(file)
    else:
        with open(name):
            pass  # fileConfig may say nothing that helps
        return logging.config.fileConfig(name, disable_existing_loggers=False)
    logging.config.dictConfig(values)


def load(config):
    """Imports the application that the configuration names."""
    sys.path.insert(0, config["dir"])
    if "log" in config:
        try:
            configure_log(config["log"])
        except Exception as exc:
            raise RuntimeError("the log can't be configured by %.200s" % config["log"]) from exc
    module, _, attribute = config["app"].partition(":")
    value = importlib.import_module(module)
    for name in attribute.split("."):
        value = getattr(value, name)
    return value() if config["factory"] else value


def interface_of(app):
    """Tells what an application speaks: "asgi", "asgi2" or "wsgi"."""
    if inspect.isclass(app):
        if hasattr(app, "__await__"):
            return "asgi"
        return "wsgi" if arguments_of(app) == 2 else "asgi2"
    call = app if inspect.isroutine(app) else getattr(app, "__call__", app)
    while hasattr(call, "func") and not inspect.isroutine(call):  # functools.partial
        call = call.func
    if inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(app):
        return "asgi"
    return {1: "asgi2", 3: "asgi"}.get(arguments_of(app), "wsgi")


def arguments_of(call):
    """Returns how many positional arguments must be given, None where that can't be known."""
    try:
        parameters = inspect.signature(call).parameters.values()
    except (TypeError, ValueError):
        return None
    return sum(p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) and p.default is p.empty for p in parameters)


def double_callable(app):
    """Makes an ASGI 3 application of an ASGI 2 one."""
    async def call(scope, receive, send):
        await app(scope)(receive, send)
    return call


def settle():
    """Takes what was imported out of the collector's sight: it stays, and looking through it again and
    again makes pauses, the longer the larger the application is."""
    gc.collect()
    gc.freeze()


def hello(config, interface, loop, lifespan):
    return frame(HELLO, 0, 0, dumps({
        "version": 1, "pid": os.getpid(), "python": sys.version.split()[0], "interface": interface, "loop": loop,
        "lifespan": lifespan}))


def refuse(control, what, text):
    """Tells why the worker can't start."""
    control.setblocking(True)
    control.sendall(frame(FAILED, 0, 0, dumps((what, text[-60000:]))))


def new_event_loop(name):
    if name in ("auto", "uvloop"):
        try:
            import uvloop
            return uvloop.new_event_loop()
        except ImportError:
            if name == "uvloop":
                raise
    return asyncio.new_event_loop()


def read_config(control):
    """Reads the frame CONFIG, which holds what is not meant for the command line."""
    def read(n):
        data = b""
        while len(data) < n:
            more = control.recv(n - len(data))
            if not more:
                raise SystemExit(1)
            data += more
        return data
    n = unpack(read(HEADER.size))[0]
    return loads(read(n))


def run(loop, call):
    """Runs a loop as asyncio.run does: what is left at the end is cancelled, and has its finally."""
    try:
        return loop.run_until_complete(call)
    finally:
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        for task in left:
            if not task.cancelled() and task.exception() is not None:
                loop.call_exception_handler({
                    "message": "Exception in a task that was left at the end", "exception": task.exception(), "task": task})
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


def watch_parent(control):
    """Ends the process some seconds after the Go process has gone, when nothing else has."""
    watch = select.poll()
    watch.register(control.fileno(), 0)  # of nothing but its end
    watch.poll()
    time.sleep(ORPHAN_SECONDS)
    os._exit(1)


def tidy_descriptors(config):
    """Keeps this process's from programs that the application starts, which would hold them open, and closes what
    the Go process has itself inherited and does not know of."""
    own = [config["memory"][0], *config["slots"]]
    for number in own:
        os.set_inheritable(number, False)
    try:
        there = [int(name) for name in os.listdir("/dev/fd")]
    except OSError:
        return  # without a list nothing can be known
    for number in there:
        try:
            if number > max(own) and os.get_inheritable(number):  # else Python has opened it
                os.close(number)
        except OSError:
            pass  # the list's own


def prepare(control, config):
    """Sets up what has nothing to do with the application."""
    tidy_descriptors(config)
    for name in config["hidden"]:
        os.environ.pop(name, None)  # they were for this process alone
    faulthandler.enable()
    if hasattr(faulthandler, "register"):
        faulthandler.register(signal.SIGUSR2)  # the Go process asks where the threads are
    signal.signal(signal.SIGINT, nothing)
    own_handlers[signal.SIGINT] = nothing
    os.register_at_fork(after_in_child=forked)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    _thread.start_new_thread(watch_parent, (control,))


def main(control):
    config = read_config(control)
    prepare(control, config)
    loop = None
    try:
        if config["interface"] != "wsgi":
            loop = new_event_loop(config["loop"])
            asyncio.set_event_loop(loop)
        app = load(config)
        interface = config["interface"]
        if interface == "auto":
            interface = interface_of(app)
        elif interface == "asgi" and interface_of(app) == "asgi2":
            interface = "asgi2"
    except BaseException:
        refuse(control, "import", traceback_text())
        return 3
    slots = [socket.socket(fileno=slot) for slot in config["slots"]]
    if interface == "wsgi":
        settle()
        control.sendall(hello(config, "wsgi", "", False))
        code = serve_wsgi(app, control, slots, config)
        if loop is not None:  # not before: it may be the one that the application has found and uses
            loop.close()
        return code
    for slot in slots:
        slot.close()
    if interface == "asgi2":
        app = double_callable(app)
    return run(loop, serve_asgi(app, control, config))


sys.argv = ["nuages-worker"]
sys.exit(main(control))  # the socket that this source came through
