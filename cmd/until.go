package cmd

import (
	"context"
	"iter"

	"leakcheck/soak"
)

// until ends a series of samples with the context's error once it is over.
func until(ctx context.Context, samples iter.Seq2[soak.Sample, error]) iter.Seq2[soak.Sample, error] {
	return func(yield func(soak.Sample, error) bool) {
		for s, err := range samples {
			if ctx.Err() != nil {
				yield(soak.Sample{}, ctx.Err())
				return
			}
			if !yield(s, err) {
				return
			}
		}
	}
}

// unlessOver returns what work does, or the context's error at once when that
// ends: nothing else ends the wait for a pipe that nobody writes to.
func unlessOver[T any](ctx context.Context, work func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := work()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}
