package python

import (
	"encoding/binary"
	"os"
	"runtime"
	"sync"
)

// Bodies pass through memory that this process and a worker share, in blocks: the socket would copy each
// byte four times. Either side owns one half of the blocks, fills free ones, tells the other of them, and
// is told when they are free again. Where none is free, bodies go through the socket.
const (
	blockSize  = 128 << 10 // in bytes
	blockCount = 128       // of each side; memory that was never used takes no room
	// blockMin is the length of the shortest part of a body that is worth a block, in bytes.
	blockMin = 16 << 10
)

// blocks are the shared memory of one worker. It is for any number of goroutines.
type blocks struct {
	file *os.File // to leave to the worker
	mem  []byte   // blockCount blocks of ours, then as many of the worker's

	mu    sync.Mutex
	free  []uint32         // of ours; the last used comes first, as it is in the processor's cache
	taken [blockCount]bool // those that are not free
}

// newBlocks maps new memory. Its file is the caller's to close; the memory stays until nobody refers to
// the blocks.
func newBlocks() (*blocks, error) {
	const size = 2 * blockCount * blockSize
	file, err := anonymousFile(size)
	if err != nil {
		return nil, err
	}
	mem, err := mapFile(file, size)
	if err != nil {
		file.Close()
		return nil, err
	}
	b := &blocks{file: file, mem: mem}
	for i := range uint32(blockCount) {
		b.free = append(b.free, blockCount-1-i)
	}
	runtime.AddCleanup(b, unmap, mem)
	return b, nil
}

// put copies data to a free block, and tells which; there may be none.
func (b *blocks) put(data []byte) (uint32, bool) {
	if len(data) < blockMin || len(data) > blockSize {
		return 0, false
	}
	block, mem, ok := b.take()
	copy(mem, data)
	runtime.KeepAlive(b)
	return block, ok
}

// take returns a free block and its memory; there may be none. The caller keeps b alive as long as it
// writes.
func (b *blocks) take() (uint32, []byte, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := len(b.free)
	if n == 0 {
		return 0, nil, false
	}
	block := b.free[n-1]
	b.free = b.free[:n-1]
	b.taken[block] = true
	at := int(block) * blockSize
	return block, b.mem[at : at+blockSize : at+blockSize], true
}

// release takes a block back that the worker has read.
func (b *blocks) release(block uint32) {
	if block >= blockCount {
		return
	}
	b.mu.Lock()
	if b.taken[block] {
		b.taken[block] = false
		b.free = append(b.free, block)
	}
	b.mu.Unlock()
}

// part returns what a worker has put into a block of its own, nil if there is no such block. The caller
// keeps b alive, and the memory from being used again, as long as it reads.
func (b *blocks) part(ref []byte) []byte {
	if len(ref) != 8 {
		return nil
	}
	block := binary.LittleEndian.Uint32(ref)
	n := binary.LittleEndian.Uint32(ref[4:])
	if block < blockCount || block >= 2*blockCount || n > blockSize {
		return nil
	}
	at := int(block) * blockSize
	return b.mem[at : at+int(n) : at+int(n)]
}

// appendRef appends the payload of a frame that tells of a block.
func appendRef(b []byte, block uint32, n int) []byte {
	return binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(b, block), uint32(n))
}
