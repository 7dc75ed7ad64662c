package base

import "time"

type Level int16

// Audit is abstract.
type Audit struct {
	Seen  time.Time
	Level Level
}
