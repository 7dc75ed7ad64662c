package python

import (
	"maps"
	"slices"
	"time"
)

// A WorkerState says what a worker does.
type WorkerState string

// The states of a worker.
const (
	Starting WorkerState = "starting" // it imports the application, or waits for its lifespan
	Ready    WorkerState = "ready"    // it takes requests
	Draining WorkerState = "draining" // it finishes what it has, and ends
	ended    WorkerState = "ended"
)

// Stats are the figures of a Host at one moment. Served, Failed, Lost, Restarts and Reloads only grow,
// from 0 with New on; the others are of the moment.
type Stats struct {
	// Workers are the processes, in the order of their numbers, older ones first.
	Workers []WorkerStats
	// Size is how many there shall be: Options.Workers, or what Resize was told.
	Size int
	// Ready is how many take requests; with fewer than Size some are being replaced.
	Ready int
	// Open is the number of requests and WebSockets that are under way or wait for a worker.
	Open int64
	// Served is how many requests and WebSockets were given to workers.
	Served int64
	// Failed is how many of them the application did not answer, since it raised or its worker ended.
	Failed int64
	// Lost is how many of those that failed did for the end of their worker.
	Lost int64
	// Restarts is how often a worker was replaced by another, Reload not counted.
	Restarts int64
	// Reloads is how often Reload has replaced all workers.
	Reloads int64
}

// WorkerStats are the figures of one worker.
type WorkerStats struct {
	// Number is from 1 to Stats.Size. For a while a worker that drains has the
	// same one as its successor.
	Number int
	// PID is the number of its process.
	PID int
	// State says what it does.
	State WorkerState
	// Started is when its process was started.
	Started time.Time
	// Python is the version of the interpreter, as "3.11.2"; "" until it is ready, as are the next two.
	Python string
	// Interface is what the application speaks: ASGI or WSGI.
	Interface Interface
	// Loop is the event loop: "asyncio" or "uvloop", "" for WSGI.
	Loop string
	// Open is the number of requests and WebSockets that it has under way.
	Open int64
	// Served is how many it was given.
	Served int64
	// Failed is how many of them failed.
	Failed int64
	// Restarts is how often the worker of this number was replaced.
	Restarts int64

	// The following were measured within the last five seconds, and are 0 before.

	// Memory is its resident memory, in bytes.
	Memory int64
	// CPU is the processor time that it has used.
	CPU time.Duration
	// Lag is how long its event loop took to answer, and so how late it comes to any request; of WSGI
	// how late a thread gets Python's lock.
	Lag time.Duration
	// Threads is the number of its threads.
	Threads int
}

// Stats returns figures for a page of metrics or a check of health.
func (h *Host) Stats() Stats {
	s := Stats{Size: h.size(), Open: h.open.Load(), Failed: h.failed.Load(), Lost: h.lost.Load(), Reloads: h.reloads.Load()}
	h.mu.Lock()
	s.Served = h.served
	workers, renewed := slices.Clone(h.workers), maps.Clone(h.renewed)
	h.mu.Unlock()
	for _, n := range renewed {
		s.Restarts += n
	}
	for _, w := range workers {
		figures := w.stats.Load()
		state := w.state.Load().(WorkerState)
		if state == Ready {
			s.Ready++
		}
		s.Served += w.served.Load()
		of := WorkerStats{
			Number: w.number, PID: w.cmd.Process.Pid, State: state, Started: w.started,
			Open: w.open.Load(), Served: w.served.Load(), Failed: w.failed.Load(), Restarts: renewed[w.number],
			Memory: figures.memory, CPU: figures.cpu, Lag: figures.lag, Threads: figures.threads,
		}
		if state != Starting {
			of.Python, of.Interface, of.Loop = w.hello.python, w.hello.iface, w.hello.loop
		}
		if state != ended {
			s.Workers = append(s.Workers, of)
		}
	}
	slices.SortStableFunc(s.Workers, func(a, b WorkerStats) int { return a.Number - b.Number })
	return s
}

// employed returns all workers whose process runs.
func (h *Host) employed() []*worker {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.workers)
}

// restarted counts that the worker of a number was replaced.
func (h *Host) restarted(number int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.renewed[number]++
}

func (h *Host) enrol(w *worker) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.workers = append(h.workers, w)
}

// strike takes a worker that has ended off the list.
func (h *Host) strike(w *worker) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.workers = slices.DeleteFunc(h.workers, func(o *worker) bool { return o == w })
	h.served += w.served.Load()
}
