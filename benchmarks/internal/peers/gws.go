package peers

import (
	"net/http"

	"github.com/lxzan/gws"
)

var gwsUpgrader = gws.NewUpgrader(&gwsHandler{}, &gws.ServerOption{ReadMaxPayloadSize: maxMessage})

type gwsHandler struct{ gws.BuiltinEventHandler }

// OnMessage sends the message back.
func (*gwsHandler) OnMessage(socket *gws.Conn, message *gws.Message) {
	defer message.Close()
	_ = socket.WriteMessage(message.Opcode, message.Bytes()) // an error ends the loop
}

// gwsEcho lets the handler return, as the library's documentation advises: what net/http keeps for
// the request is then free.
func gwsEcho(w http.ResponseWriter, r *http.Request) {
	socket, err := gwsUpgrader.Upgrade(w, r)
	if err != nil {
		return // Upgrade has closed the connection
	}
	go socket.ReadLoop()
}
