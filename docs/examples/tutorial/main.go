// Command tutorial is the project that docs/tutorial.md makes, step by step.
//
//	DEBUG=true SECRET_KEY=try go run ./docs/examples/tutorial
package main

import "github.com/nuages-web/nuages"

func main() { nuages.Main(project) }
