import time


def wait_for_ever():
    time.sleep(3600)


wait_for_ever()
