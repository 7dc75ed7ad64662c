"""Values as JSON without loss: a letter says what a text was."""
import datetime as dt
import decimal
import json
import uuid


def encode(v):
    if v is None or isinstance(v, bool):
        return v
    if isinstance(v, int):
        return v
    if isinstance(v, float):
        return "f:" + repr(v)
    if isinstance(v, str):
        return "s:" + v
    if isinstance(v, decimal.Decimal):
        # Trailing zeros are the database's choice.
        v = format(v, "f")
        if "." in v:
            v = v.rstrip("0").rstrip(".")
        return "n:" + ("0" if v == "-0" else v)
    if isinstance(v, dt.datetime):
        if v.tzinfo is not None:
            v = v.astimezone(dt.timezone.utc).replace(tzinfo=None)
        return "t:" + v.isoformat(timespec="microseconds")
    if isinstance(v, dt.date):
        return "d:" + v.isoformat()
    if isinstance(v, dt.time):
        return "o:" + v.isoformat(timespec="microseconds")
    if isinstance(v, dt.timedelta):
        return "p:%d" % (v // dt.timedelta(microseconds=1))
    if isinstance(v, uuid.UUID):
        return "u:" + str(v)
    if isinstance(v, (bytes, memoryview)):
        return "b:" + bytes(v).hex()
    if isinstance(v, (dict, list)):
        return "j:" + json.dumps(v, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    raise TypeError(type(v))


def decode(v):
    if not isinstance(v, str):
        return v
    kind, text = v[0], v[2:]
    if kind == "t":
        return dt.datetime.fromisoformat(text).replace(tzinfo=dt.timezone.utc)
    return {
        "f": float, "s": str, "n": decimal.Decimal, "d": dt.date.fromisoformat, "o": dt.time.fromisoformat,
        "p": lambda t: dt.timedelta(microseconds=int(t)), "u": uuid.UUID, "b": bytes.fromhex, "j": json.loads,
    }[kind](text)
