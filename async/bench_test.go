package async_test

import (
	"context"
	"testing"

	"github.com/nuages-web/nuages/async"
)

func nothing(context.Context) (int, error) { return 1, nil }

func BenchmarkGather2(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_, _, _ = async.Gather2(b.Context(), nothing, nothing)
	}
}

func BenchmarkGather10(b *testing.B) {
	fs := make([]async.Func[int], 10)
	for i := range fs {
		fs[i] = nothing
	}
	b.ReportAllocs()
	for b.Loop() {
		_, _ = async.Gather(b.Context(), fs...)
	}
}

func BenchmarkMap1000By16(b *testing.B) {
	items := make([]int, 1000)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = async.Map(b.Context(), items, 16, func(_ context.Context, i int) (int, error) { return i, nil })
	}
}

func BenchmarkPoolDo(b *testing.B) {
	pool := async.NewPool(nil)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = async.Do(b.Context(), pool, nothing)
	}
}

func BenchmarkRetryFirstTime(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_, _ = async.Retry(b.Context(), nil, nothing)
	}
}
