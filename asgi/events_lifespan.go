package asgi

// LifespanStartup asks the application to get ready. No connection is served
// before it has answered.
type LifespanStartup struct{}

// LifespanStartupComplete says that the application is ready.
type LifespanStartupComplete struct{}

// LifespanStartupFailed says that the application cannot run; the server
// exits.
type LifespanStartupFailed struct {
	// Message is for the operator; it may be empty.
	Message string
}

// LifespanShutdown asks the application to clean up; all connections have
// ended.
type LifespanShutdown struct{}

// LifespanShutdownComplete says that the application has cleaned up.
type LifespanShutdownComplete struct{}

// LifespanShutdownFailed says that the application could not clean up.
type LifespanShutdownFailed struct {
	// Message is for the operator; it may be empty.
	Message string
}

// Type returns "lifespan.startup".
func (*LifespanStartup) Type() string { return "lifespan.startup" }

// Type returns "lifespan.startup.complete".
func (*LifespanStartupComplete) Type() string { return "lifespan.startup.complete" }

// Type returns "lifespan.startup.failed".
func (*LifespanStartupFailed) Type() string { return "lifespan.startup.failed" }

// Type returns "lifespan.shutdown".
func (*LifespanShutdown) Type() string { return "lifespan.shutdown" }

// Type returns "lifespan.shutdown.complete".
func (*LifespanShutdownComplete) Type() string { return "lifespan.shutdown.complete" }

// Type returns "lifespan.shutdown.failed".
func (*LifespanShutdownFailed) Type() string { return "lifespan.shutdown.failed" }
