package asgitest_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nuages-web/nuages/asgi"
	"github.com/nuages-web/nuages/asgi/asgitest"
)

// echo answers every websocket message after a second.
var echo = asgi.AppFunc(func(ctx context.Context, _ asgi.Scope, receive asgi.Receive, send asgi.Send) error {
	for {
		event, err := receive(ctx)
		if err != nil {
			return err
		}
		switch e := event.(type) {
		case *asgi.WebSocketReceive:
			time.Sleep(time.Second)
			if err := send(ctx, &asgi.WebSocketSend{Text: e.Text, Bytes: e.Bytes}); err != nil {
				return err
			}
		case *asgi.WebSocketDisconnect:
			return fmt.Errorf("closed with %d", e.Code)
		}
	}
})

func TestCommunicator(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := asgitest.NewCommunicator(t, echo, &asgi.WebSocketScope{})
		if !c.ReceiveNothing(time.Hour) {
			t.Error("output without input")
		}
		c.SendInput(&asgi.WebSocketReceive{Text: "one"})
		c.SendInput(&asgi.WebSocketReceive{Text: "two"})
		if !c.ReceiveNothing(999 * time.Millisecond) {
			t.Error("output before its time")
		}
		if c.ReceiveNothing(2 * time.Millisecond) {
			t.Error("no output in time")
		}
		for _, want := range []string{"one", "two"} {
			if got := asgitest.Next[*asgi.WebSocketSend](c); got.Text != want {
				t.Errorf("got %q, want %q", got.Text, want)
			}
		}
		c.SendInput(&asgi.WebSocketDisconnect{Code: 4000})
		if err := c.Wait(time.Second); err == nil || err.Error() != "closed with 4000" {
			t.Errorf("wait: %v", err)
		}
		if _, err := c.ReceiveOutput(time.Second); err == nil || err.Error() != "closed with 4000" {
			t.Errorf("output after the end: %v", err)
		}
		if !c.ReceiveNothing(time.Hour) {
			t.Error("output after the end")
		}
	})
}

func TestCommunicatorTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := asgitest.NewCommunicator(t, echo, &asgi.WebSocketScope{})
		begin := time.Now()
		if _, err := c.ReceiveOutput(time.Minute); !errors.Is(err, asgitest.ErrTimeout) || time.Since(begin) != time.Minute {
			t.Errorf("output: %v after %v", err, time.Since(begin))
		}
		if err := c.Wait(time.Minute); !errors.Is(err, context.Canceled) {
			t.Errorf("the application was not cancelled: %v", err)
		}

		c = asgitest.NewCommunicator(t, echo, &asgi.WebSocketScope{})
		if err := c.Wait(time.Minute); !errors.Is(err, asgitest.ErrTimeout) {
			t.Errorf("wait: %v", err)
		}
	})
}

func TestCommunicatorEnd(t *testing.T) {
	t.Parallel()
	c := asgitest.NewCommunicator(t, asgi.AppFunc(func(ctx context.Context, _ asgi.Scope, _ asgi.Receive, send asgi.Send) error {
		return send(ctx, &asgi.HTTPResponseBody{Body: []byte("last")})
	}), &asgi.HTTPScope{})
	if err := c.Wait(time.Minute); err != nil {
		t.Fatal(err)
	}
	if got := asgitest.Next[*asgi.HTTPResponseBody](c); string(got.Body) != "last" {
		t.Errorf("body %q", got.Body)
	}
	if _, err := c.ReceiveOutput(time.Minute); !errors.Is(err, asgitest.ErrEnded) {
		t.Errorf("output after the end: %v", err)
	}
	c = asgitest.NewCommunicator(t, asgi.AppFunc(func(context.Context, asgi.Scope, asgi.Receive, asgi.Send) error { panic("boom") }), &asgi.HTTPScope{})
	if err := c.Wait(time.Minute); err == nil || !strings.Contains(err.Error(), "boom") {
		t.Errorf("panic: %v", err)
	}
}

// TestCommunicatorCopies: the application may use its slices again.
func TestCommunicatorCopies(t *testing.T) {
	t.Parallel()
	c := asgitest.NewCommunicator(t, asgi.AppFunc(func(ctx context.Context, _ asgi.Scope, _ asgi.Receive, send asgi.Send) error {
		body := []byte("one")
		err := send(ctx, &asgi.HTTPResponseBody{Body: body, MoreBody: true})
		copy(body, "two")
		return errors.Join(err, send(ctx, &asgi.HTTPResponseBody{Body: body}))
	}), &asgi.HTTPScope{})
	if err := c.Wait(time.Minute); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"one", "two"} {
		if got := asgitest.Next[*asgi.HTTPResponseBody](c); string(got.Body) != want {
			t.Errorf("body %q, want %q", got.Body, want)
		}
	}
}

func Example() {
	var t testing.TB = &testing.T{} // given by the test
	app := asgi.AppFunc(func(ctx context.Context, scope asgi.Scope, _ asgi.Receive, send asgi.Send) error {
		if err := send(ctx, &asgi.HTTPResponseStart{Status: 200}); err != nil {
			return err
		}
		return send(ctx, &asgi.HTTPResponseBody{Body: []byte(scope.(*asgi.HTTPScope).Path)})
	})
	c := asgitest.NewCommunicator(t, app, &asgi.HTTPScope{Method: "GET", Path: "/hello"})
	c.SendInput(&asgi.HTTPRequest{})
	start := asgitest.Next[*asgi.HTTPResponseStart](c)
	body := asgitest.Next[*asgi.HTTPResponseBody](c)
	fmt.Println(start.Status, string(body.Body), c.Wait(time.Second))
	// Output: 200 /hello <nil>
}
