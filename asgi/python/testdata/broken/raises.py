import os


def connect():
    raise RuntimeError("no database at " + os.environ["WHERE"])


connect()
