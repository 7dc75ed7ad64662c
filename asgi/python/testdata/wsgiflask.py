"""Flask, with its streams, files and work behind the response."""
import io

from flask import Flask, Response, jsonify, request, send_file, url_for

application = Flask(__name__)
closed = []


@application.route("/")
def hello():
    return "Hello, World!"


@application.route("/name/<name>")
def name(name):
    return jsonify(name=name, path=request.path, root=request.script_root, url=url_for("name", name=name), full=request.full_path)


@application.route("/form", methods=["POST"])
def form():
    return jsonify(post=request.form, files={key: len(f.read()) for key, f in request.files.items()})


@application.route("/body", methods=["POST", "PUT"])
def body():
    return jsonify(length=len(request.get_data()), declared=request.content_length)


@application.route("/stream")
def stream():
    def lines():
        for i in range(5):
            yield "line %d\n" % i
    response = Response(lines(), mimetype="text/plain")
    response.call_on_close(lambda: closed.append(1))
    return response


@application.route("/file")
def file():
    return send_file(io.BytesIO(b"0123456789" * 100000), mimetype="application/octet-stream")


@application.route("/source")
def source():
    return send_file(__file__, mimetype="text/x-python", conditional=True)


@application.route("/closed")
def how_many_closed():
    return str(len(closed))
