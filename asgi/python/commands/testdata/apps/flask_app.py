from flask import Flask, request

app = Flask(__name__)


@app.route("/")
def home():
    return "Flask says hello to %s over %s" % (request.remote_addr, request.scheme)


def create_app():
    return app
