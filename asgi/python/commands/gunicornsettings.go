package commands

import "strings"

// gunicornSettings are the names of Gunicorn's settings, up to version 25: other names in a file of its
// are variables.
var gunicornSettings = strings.Fields(`wsgi_app bind backlog workers worker_class threads worker_connections
max_requests max_requests_jitter timeout graceful_timeout keepalive limit_request_line limit_request_fields
limit_request_field_size reload reload_engine reload_extra_files spew check_config print_config preload_app sendfile
reuse_port chdir daemon raw_env pidfile worker_tmp_dir user group umask initgroups tmp_upload_dir
secure_scheme_headers forwarded_allow_ips accesslog disable_redirect_access_to_syslog access_log_format errorlog
loglevel capture_output logger_class logconfig logconfig_dict logconfig_json syslog_addr syslog syslog_prefix
syslog_facility enable_stdio_inheritance statsd_host dogstatsd_tags statsd_prefix proc_name pythonpath paste
proxy_protocol proxy_allow_ips keyfile certfile ssl_version cert_reqs ca_certs suppress_ragged_eofs
do_handshake_on_connect ciphers raw_paste_global_conf permit_obsolete_folding strip_header_spaces
permit_unconventional_http_method permit_unconventional_http_version casefold_http_method forwarder_headers header_map
tolerate_dangerous_framing root_path protocol uwsgi_allow_ips asgi_loop asgi_lifespan asgi_disconnect_grace_period
http_protocols http2_max_concurrent_streams http2_initial_window_size http2_max_frame_size http2_max_header_list_size
dirty_apps dirty_workers dirty_timeout dirty_threads dirty_graceful_timeout control_socket control_socket_mode
control_socket_disable enable_backlog_metric http_parser on_starting on_reload when_ready pre_fork post_fork
post_worker_init worker_int worker_abort pre_exec pre_request post_request child_exit worker_exit nworkers_changed
on_exit ssl_context`)

// gunicornFlags are the flags of settings that are not named like them.
var gunicornFlags = map[string]string{
	"keepalive": "keep-alive", "accesslog": "access-logfile", "access_log_format": "access-logformat", "errorlog": "error-logfile",
	"loglevel": "log-level", "logconfig": "log-config", "logconfig_dict": "log-config", "logconfig_json": "log-config-json", "raw_env": "env", "pidfile": "pid",
	"preload_app": "preload", "proc_name": "name", "proxy_allow_ips": "proxy-allow-from", "reload_extra_files": "reload-extra-file",
	"syslog": "log-syslog", "syslog_addr": "log-syslog-to", "syslog_prefix": "log-syslog-prefix", "syslog_facility": "log-syslog-facility",
	"raw_paste_global_conf": "paste-global", "limit_request_field_size": "limit-request-field_size", "sendfile": "no-sendfile",
	"dirty_apps": "dirty-app", "control_socket_disable": "no-control-socket", "asgi_disconnect_grace_period": "application-close-timeout",
}

// gunicornHooks are the functions that Gunicorn calls, and what does their work here.
var gunicornHooks = map[string]string{
	"on_starting":      "what goes before the start belongs before the command, such as ExecStartPre= of systemd",
	"on_reload":        "the log tells of a reload",
	"when_ready":       "the log says \"serving\", and systemd is told by Type=notify",
	"pre_fork":         "nothing is forked",
	"post_fork":        "each worker imports the application by itself: write it into the application's module",
	"post_worker_init": "write it behind the application, in its module",
	"worker_int":       "the log shows where the threads of a worker are that is killed",
	"worker_abort":     "the log shows where the threads of a worker are that is killed",
	"pre_exec":         "what goes before a restart belongs before the command nuages restart",
	"pre_request":      "write a middleware",
	"post_request":     "write a middleware",
	"child_exit":       "the log tells of workers that end; atexit, or the lifespan of ASGI, is called in each",
	"worker_exit":      "atexit, or the lifespan of ASGI, is called in each worker that ends",
	"nworkers_changed": "the log tells of it",
	"on_exit":          "what goes behind the stop belongs behind the command, such as ExecStopPost= of systemd",
	"ssl_context":      "Name the certificate with certfile and keyfile.",
}
