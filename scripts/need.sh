#!/usr/bin/env bash
# Checks for the programs that the tests use, and installs missing ones from
# Debian's packages as root or with sudo. Changes nothing when all are there.
set -euo pipefail

missing=()
need() { # need PACKAGE CHECK…: CHECK succeeds where the package is there
	local package=$1
	shift
	if ! "$@" >/dev/null 2>&1 </dev/null; then
		missing+=("$package")
	fi
}
check() {
	missing=()
	need gcc command -v gcc                            # the race detector links with it
	need libc6-dev test -e /usr/include/stdlib.h       # and with this
	need ca-certificates test -e /etc/ssl/certs/ca-certificates.crt
	need curl command -v curl                          # a client that is not ours
	need brotli command -v brotli                      # decoders that are not ours
	need zstd command -v zstd                          # likewise
	need systemd command -v systemd-analyze            # verifies the units of new projects
	need nghttp2-client command -v nghttp              # another client of HTTP/2, and h2load
	need haproxy test -x /usr/sbin/haproxy             # a balancer that speaks the PROXY protocol
	need openssl command -v openssl                    # certificates, TLS handshakes
	need libnss3-tools command -v certutil             # has Chromium trust an authority
	need postgresql find /usr/lib/postgresql -name initdb -path '*/bin/*' -quit
	need postgresql-contrib find /usr/share/postgresql -name hstore.control -quit
	need pgbouncer test -x /usr/sbin/pgbouncer # stands between, in a test of orm/postgres
	need mariadb-server test -x /usr/sbin/mariadbd
	need python3-psycopg2 /usr/bin/python3 -c 'import psycopg2' # Django's drivers of these
	need python3-mysqldb /usr/bin/python3 -c 'import MySQLdb'
	need sqlite3 command -v sqlite3                    # a reader of our files that is not ours
	need python3-django /usr/bin/python3 -c 'import django' # the real Django to compare with
	need gettext command -v msgfmt                     # compiles catalogues of messages as Django's users do
	need python3-django-channels /usr/bin/python3 -c 'import channels' # WebSockets beside Django
	need python3-starlette /usr/bin/python3 -c 'import starlette' # other frameworks that are hosted
	need python3-httpx /usr/bin/python3 -c 'import httpx' # asks them
	need python3-h2 /usr/bin/python3 -c 'import h2' # has it speak HTTP/2
	need python3-pytest /usr/bin/python3 -c 'import pytest' # runs the tests of Starlette itself, which need the next four
	need python3-itsdangerous /usr/bin/python3 -c 'import itsdangerous'
	need python3-jinja2 /usr/bin/python3 -c 'import jinja2'
	need python3-multipart /usr/bin/python3 -c 'import multipart'
	need python3-yaml /usr/bin/python3 -c 'import yaml'
	need python3-fastapi /usr/bin/python3 -c 'import fastapi'
	need python3-quart /usr/bin/python3 -c 'import quart'
	need python3-flask /usr/bin/python3 -c 'import flask'
	need python3-yaml /usr/bin/python3 -c 'import yaml' # configurations of logs
	need daphne /usr/bin/python3 -c 'import daphne'       # ASGI servers that are not ours
	need python3-uvicorn /usr/bin/python3 -c 'import uvicorn' # likewise, with the protocols that follow
	need python3-httptools /usr/bin/python3 -c 'import httptools'
	need python3-uvloop /usr/bin/python3 -c 'import uvloop'
	need python3-websockets /usr/bin/python3 -c 'import websockets'
	need python3-wsproto /usr/bin/python3 -c 'import wsproto'
	need gunicorn /usr/bin/python3 -c 'import gunicorn' # whose options nuages serve knows
	need chromium command -v chromium                  # pages and sockets as a browser sees them
	need python3-websockets /usr/bin/python3 -c 'import websockets' # a WebSocket peer that is not ours
	need nodejs command -v node                        # runs the next
	need node-ws test -e /usr/share/nodejs/ws/index.js # another peer
}

check
if [ ${#missing[@]} -eq 0 ]; then
	echo "== all programs that the tests use are installed"
	exit 0
fi
echo "== missing: ${missing[*]}"
hint="install them by hand: apt-get install ${missing[*]}"
if ! command -v apt-get >/dev/null; then
	echo "need.sh: there is no apt-get here; install what these Debian packages hold: ${missing[*]}" >&2
	exit 1
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
	if ! sudo -n true 2>/dev/null; then
		echo "need.sh: not root, and sudo asks for a password or is absent; $hint" >&2
		exit 1
	fi
	as_root=(sudo -n)
fi
install() {
	"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" </dev/null
}
if ! { "${as_root[@]}" apt-get update -q </dev/null && install; }; then
	echo "need.sh: apt-get failed; $hint" >&2
	exit 1
fi
check
if [ ${#missing[@]} -gt 0 ]; then
	echo "need.sh: still missing after the installation: ${missing[*]}" >&2
	exit 1
fi
