package python

import (
	"context"
	"encoding/binary"
	"net"
	"sync"

	"github.com/nuages-web/nuages/asgi"
)

// A feed passes the body of a request on to the thread that has it, from when the application begins to
// read it. The buffer of the socket is all that lies between: an application that reads no further holds
// the client up.
type feed struct {
	receive asgi.Receive
	cancel  context.CancelFunc // nil before the application reads
	running sync.WaitGroup
	err     error // of receive
}

// start begins to pass on.
func (f *feed) start(ctx context.Context, sl *slot) {
	if f.cancel != nil {
		return
	}
	ctx, f.cancel = context.WithCancel(ctx)
	f.running.Go(func() { f.run(ctx, sl) })
}

// end has the next frame be the last one.
func (f *feed) end() {
	if f.cancel != nil {
		f.cancel()
	}
}

// stop ends it, and returns when nothing is written any more. The worker reads until the last frame, when
// the application has returned.
func (f *feed) stop() {
	f.end()
	f.running.Wait()
}

func (f *feed) run(ctx context.Context, sl *slot) {
	for {
		sl.feeds.Add(1)
		event, err := f.receive(ctx)
		sl.feeds.Add(1)
		part, ok := event.(*asgi.HTTPRequest)
		if err != nil || !ok {
			f.err = err
			_ = sl.write(kindDisconnect, 0)
			return
		}
		head := appendHeader(nil, kindBody, flagIf(part.MoreBody, flagMore), sl.serial)
		binary.LittleEndian.PutUint32(head, uint32(len(part.Body)))
		frame := net.Buffers{head, part.Body}
		if _, err := frame.WriteTo(sl.conn); err != nil || !part.MoreBody {
			return // an error is seen by whoever reads
		}
	}
}
