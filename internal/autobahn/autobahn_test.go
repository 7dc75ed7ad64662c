package autobahn_test

import (
	"bufio"
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/nuages-web/nuages/internal/autobahn"
	"github.com/nuages-web/nuages/internal/realdjango"
)

// Echo servers that are not ours. They say their port.
const (
	pythonServer = `
import asyncio, websockets
async def echo(ws, path=None):
    async for message in ws:
        await ws.send(message)
async def main():
    async with websockets.serve(echo, "127.0.0.1", 0, max_size=2**25) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.Future()
asyncio.run(main())
`
	nodeServer = `
const { WebSocketServer } = require('/usr/share/nodejs/ws');
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: true, maxPayload: 2 ** 25 });
server.on('listening', () => console.log(server.address().port));
server.on('connection', (ws) => {
	ws.on('error', () => {});
	ws.on('message', (data, binary) => ws.send(data, { binary }));
});
`
)

// TestKnownServers runs the cases against servers that are known to pass the real suite, so that
// ours is not merely our opinion.
func TestKnownServers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, needs string
		check, run  []string
	}{
		{"websockets", "python3-websockets", []string{"/usr/bin/python3", "-c", "import websockets"}, []string{"/usr/bin/python3", "-c", pythonServer}},
		{"ws", "node-ws", []string{"node", "-e", "require('/usr/share/nodejs/ws')"}, []string{"node", "-e", nodeServer}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if err := exec.Command(test.check[0], test.check[1:]...).Run(); err != nil {
				realdjango.Missing(t, test.needs)
			}
			to := &autobahn.Target{Address: "127.0.0.1:" + start(t, test.run), Messages: 1}
			for _, c := range autobahn.Cases() {
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
				if got := c.Run(ctx, to); got.Err != nil {
					t.Errorf("%s (%s): %v", c.ID, c.Title, got.Err)
				} else if got.NonStrict != "" {
					t.Logf("%s (%s): %s", c.ID, c.Title, got.NonStrict)
				}
				cancel()
			}
		})
	}
}

// start runs a server until the test ends and returns the port that it says.
func start(t *testing.T, command []string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}
