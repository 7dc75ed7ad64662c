//go:build tools

// Package h2spec pins the conformance suite that server.TestH2spec runs.
package h2spec

import _ "github.com/summerwind/h2spec/cmd/h2spec"
