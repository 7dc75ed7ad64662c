import raises  # noqa
