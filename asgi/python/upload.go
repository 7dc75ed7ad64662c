package python

import (
	"context"
	"errors"
	"io"
	"sync"

	"github.com/nuages-web/nuages/asgi"
)

// uploadBuffer is the length of a part of a body that does not pass through shared memory, in bytes.
const uploadBuffer = 32 << 10

// An uploader passes a request's body on to the worker, part by part, as fast as the application takes it.
type uploader struct {
	stream *stream
	body   *asgi.Body
	blocks *blocks
	late   *patience       // for the response
	known  bool            // the length of the body was announced
	asked  <-chan struct{} // closed when the application first receives; nil: that is not waited for
	buf    []byte
}

// start begins. The context that it returns ends when that fails, with the cause; stop ends it.
func (u *uploader) start(ctx context.Context, body *asgi.Body) (_ context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	u.body = body
	var uploading sync.WaitGroup
	uploading.Go(func() {
		if err := u.run(ctx); err != nil {
			cancel(err)
		}
	})
	return ctx, func() {
		cancel(nil)
		body.Stop()
		uploading.Wait()
	}
}

func (u *uploader) run(ctx context.Context) error {
	if u.asked != nil {
		select {
		case <-u.asked:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	for {
		if err := u.stream.waitWindow(ctx); err != nil {
			return err
		}
		err := u.part()
		switch {
		case err == io.EOF:
			return nil
		case errors.Is(err, io.ErrUnexpectedEOF):
			return context.Canceled // the client has left
		case err != nil:
			return err
		}
	}
}

// part reads and sends one part. Its error is io.EOF after the last one.
func (u *uploader) part() error {
	block, buf, ok := u.blocks.take()
	if !ok {
		if u.buf == nil {
			u.buf = make([]byte, uploadBuffer)
		}
		buf = u.buf
	}
	u.late.pause()
	n, err := u.read(buf)
	u.late.again()
	if err != nil && err != io.EOF || n == 0 {
		u.giveBack(block, ok)
		if err != io.EOF {
			return &bodyError{err}
		}
		if sent := u.stream.send(kindBody, 0, nil); sent != nil {
			return sent
		}
		return io.EOF
	}
	flags := flagIf(err == nil, flagMore)
	u.stream.window.Add(-int64(n))
	sent := error(nil)
	if ok && n >= blockMin {
		sent = u.stream.send(kindBlock, flags, appendRef(nil, block, n))
	} else {
		sent = u.stream.send(kindBody, flags, buf[:n])
		u.giveBack(block, ok)
	}
	if sent != nil {
		return sent
	}
	return err
}

// read waits for the next bytes. What came with the request's head is often a small piece, and the rest
// behind it: of a body that is long anyway, the application gets no piece that is not worth a block.
func (u *uploader) read(buf []byte) (int, error) {
	n, err := u.body.Read(buf)
	for u.known && err == nil && n < blockMin {
		var more int
		more, err = u.body.Read(buf[n:])
		n += more
	}
	return n, err
}

func (u *uploader) giveBack(block uint32, ok bool) {
	if ok {
		u.blocks.release(block)
	}
}
