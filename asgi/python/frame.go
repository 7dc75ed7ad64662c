package python

import "encoding/binary"

// What passes between this process and a worker are frames: a header of 12 bytes (length of the payload,
// kind, flags, two zero bytes, number of the stream; little-endian), then the payload. Heads are in
// Python's marshal format (version 2, of tuples, lists, dicts, str, bytes, int and None), which Python
// reads in a microsecond; bodies are raw. Stream 0 is the worker itself. An ASGI worker has one
// connection for all its streams; a WSGI worker has one more for each thread, which serves one stream at
// a time.

type frameKind uint8

// Frames to the worker.
const (
	kindRequest    frameKind = 1  // (scope or environ, body or None); flagMore: body frames follow; flagAsk
	kindBody       frameKind = 2  // part of the request's body; flagMore
	kindBlock      frameKind = 3  // the same in shared memory: u32 block, u32 length; flagMore
	kindDisconnect frameKind = 4  // the client has gone; (code, reason) of a WebSocket; (0, what was wrong) of a response
	kindMessage    frameKind = 5  // message from a WebSocket's client; flagText
	kindCredit     frameKind = 6  // u32: bytes of the response that were taken
	kindRelease    frameKind = 7  // u32: a block of shared memory is the worker's again (stream 0)
	kindDrain      frameKind = 8  // finish what is under way, then end (stream 0)
	kindPing       frameKind = 9  // are you alive? (stream 0)
	kindFileDone   frameKind = 10 // the file of kindFile was sent; flagFailed: it could not be
	kindConfig     frameKind = 11 // dict, once, before everything else (stream 0)
)

// Frames from the worker.
const (
	kindHello       frameKind = 16 // dict: the worker is ready (stream 0)
	kindStart       frameKind = 17 // (status, headers, body); flagMore: body frames follow; flagTrailers
	kindPart        frameKind = 18 // part of the response's body; flagMore, flagTrailers
	kindPartBlock   frameKind = 19 // the same in shared memory: u32 block, u32 length; flagMore, flagTrailers
	kindBodyCredit  frameKind = 20 // u32: bytes of the request's body that were taken
	kindBodyRelease frameKind = 21 // u32: a block of shared memory is ours again (stream 0)
	kindAccept      frameKind = 22 // (subprotocol or None, headers)
	kindSend        frameKind = 23 // message to a WebSocket's client; flagText
	kindClose       frameKind = 24 // (code, reason) of a WebSocket
	kindFailed      frameKind = 25 // text: the application raised, or returned too early
	kindPong        frameKind = 26 // dict of figures: the worker is alive (stream 0)
	kindTrailers    frameKind = 27 // headers; flagMore
	kindHint        frameKind = 28 // links of an early hint
	kindPath        frameKind = 29 // path of a file to send as the body
	kindFile        frameKind = 30 // (descriptor, offset, count or -1) of a file to send; flagMore, flagTrailers
	kindContinue    frameKind = 31 // the application begins to read the body, which has not been sent yet
	kindFinished    frameKind = 32 // the application has returned, and nothing else says so
	kindDebug       frameKind = 33 // dict of http.response.debug
)

// Flags of frames.
const (
	flagMore     = 1 // more of the same follows
	flagAsk      = 2 // they follow after kindContinue
	flagText     = 1 // a message is text, not bytes
	flagFailed   = 1
	flagStopped  = 2 // with kindFailed: the worker has been told to end, and the request took too long
	flagTrailers = 2 // trailers follow the body

	flagUnsupported = 1 // the application does not take what it was asked for
)

// flagIf returns a flag if it is to be set.
func flagIf(set bool, flag uint8) uint8 {
	if set {
		return flag
	}
	return 0
}

const headerLen = 12

// A frame is one frame from a worker.
type frame struct {
	kind    frameKind
	flags   uint8
	stream  uint32
	payload []byte
}

func (f frame) has(flag uint8) bool { return f.flags&flag != 0 }

// appendHeader begins a frame; setLength ends it.
func appendHeader(b []byte, kind frameKind, flags uint8, stream uint32) []byte {
	b = append(b, 0, 0, 0, 0, byte(kind), flags, 0, 0)
	return binary.LittleEndian.AppendUint32(b, stream)
}

// setLength writes the length of the frame that begins at start and ends with b.
func setLength(b []byte, start int) {
	binary.LittleEndian.PutUint32(b[start:], uint32(len(b)-start-headerLen))
}

// setStream writes the stream's number into a frame.
func setStream(b []byte, stream uint32) { binary.LittleEndian.PutUint32(b[8:], stream) }
