package curve

import (
	"testing"
	"time"

	"leakcheck/soak"
)

// TestAProgramThatHasJustStartedIsNotAccused: a program of 2 MB that takes
// another 3 MB in its first seconds loads itself.
func TestAProgramThatHasJustStartedIsNotAccused(t *testing.T) {
	start := time.Unix(1_700_000_000, 0)
	s := New(Options{})
	for i := range 7 {
		x := soak.Sample{Target: "a", Life: 1, Started: start, At: start.Add(time.Duration(i) * time.Second)}
		x.Set(soak.Anon, 2_000_000+int64(i)*550_000)
		s.Add(x)
	}
	if r := s.Result(); r.Leak == soak.LeakYes {
		t.Errorf("leak %s: %s", r.Leak, r.Why)
	}
}
