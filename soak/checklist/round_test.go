package checklist

import "testing"

// TestTimesAreRounded to what a reader needs.
func TestTimesAreRounded(t *testing.T) {
	for _, c := range []struct {
		x    float64
		unit Unit
		want string
	}{{32.79, Seconds, "33s"}, {4.5, Seconds, "4s500ms"}, {0.597, Hours, "36 min"}, {1.5, Hours, "1.5 h"}, {0, Hours, "0 h"}} {
		if got := format(c.x, c.unit); got != c.want {
			t.Errorf("%v: %s, want %s", c.x, got, c.want)
		}
	}
}

// TestCountsAreReadable: thousands are separated, whether a number is whole or was rounded.
func TestCountsAreReadable(t *testing.T) {
	for _, c := range []struct {
		x    float64
		unit Unit
		want string
	}{{999, Count, "999"}, {1728, Count, "1,728"}, {-15025, Count, "-15,025"}, {8643.4, PerHour, "8,643/h"}, {1.5, PerHour, "1.5/h"}, {123456, Percent, "123,456 %"}} {
		if got := format(c.x, c.unit); got != c.want {
			t.Errorf("%v: %s, want %s", c.x, got, c.want)
		}
	}
}
