package web_test

import (
	"context"
	"os/exec"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/web"
)

// TestWebSocketClients lets clients that are not ours talk to a view: texts, bytes, long messages,
// fragments, compression with several windows, subprotocols, statuses and refusals.
func TestWebSocketClients(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		needs      string
		check, run []string
	}{
		{"python3-websockets", []string{"/usr/bin/python3", "-c", "import websockets"}, []string{"/usr/bin/python3", "testdata/clients/client.py"}},
		{"node-ws", []string{"node", "-e", "require('/usr/share/nodejs/ws')"}, []string{"node", "testdata/clients/client.js"}},
	} {
		t.Run(test.needs, func(t *testing.T) {
			t.Parallel()
			if err := exec.CommandContext(t.Context(), test.check[0], test.check[1:]...).Run(); err != nil {
				realdjango.Missing(t, test.needs)
			}
			srv, _ := listen(t, func(r *web.Request) (web.Response, error) {
				if r.PathInfo() == "/denied" {
					return web.Response{}, web.NewError(401, "Who are you?", nil)
				}
				return web.WebSocket(echoUntilClose, &web.WebSocketOptions{Subprotocols: []string{"chat"}, Compress: true}), nil
			}, nil)
			url := "ws" + strings.TrimPrefix(srv.URL, "http") + "/"
			cmd := exec.CommandContext(t.Context(), test.run[0], append(test.run[1:], url)...)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// echoUntilClose is echo that closes when it is told to.
func echoUntilClose(ctx context.Context, ws *web.WebSocketConn) error {
	for {
		data, text, err := ws.Read(ctx)
		switch {
		case err != nil:
			return err
		case text && string(data) == "close":
			return ws.Close(4321, "as told")
		case text:
			err = ws.WriteText(ctx, string(data))
		default:
			err = ws.WriteBinary(ctx, data)
		}
		if err != nil {
			return err
		}
	}
}
