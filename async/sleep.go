package async

import (
	"context"
	"time"
)

// Sleep waits for d, or until ctx ends, whose error it then returns (asyncio.sleep). It returns at once
// where d is not positive.
func Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil || d <= 0 {
		return err
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
