package devserver

import "runtime"

// Supported tells whether the system can hand sockets to child processes, which Windows can't.
const Supported = runtime.GOOS != "windows"
