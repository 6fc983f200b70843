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
