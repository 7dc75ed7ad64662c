// Command recordshop is a small record shop: the example that shows what Nuages does. It needs
// nothing but Go:
//
//	go run ./examples/recordshop                          serve it on http://127.0.0.1:8000
//	go run ./examples/recordshop runserver 127.0.0.1:9000 serve it elsewhere
//	go run ./examples/recordshop help                     see what else it does
package main

import "github.com/nuages-web/nuages"

func main() { nuages.Main(project) }
