class FourDigitYear:
    regex = "[0-9]{4}"

    def to_python(self, value):
        if int(value) < 1990:
            raise ValueError("before the shop")
        return int(value)

    def to_url(self, value):
        return "%04d" % value
