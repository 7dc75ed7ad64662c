package webtest

import (
	"log/slog"
	"strconv"
)

func itoa(n int) string { return strconv.Itoa(n) }

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }
