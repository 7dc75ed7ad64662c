def application(scope:
    pass
