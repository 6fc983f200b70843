package checklist

import (
	"testing"

	"leakcheck/soak"
)

func TestFillNamesWhatIsThere(t *testing.T) {
	const text = "leakcheck diagnose --container {container} # {service}"
	for _, x := range []struct {
		target soak.TargetInfo
		want   string
	}{
		{soak.TargetInfo{Name: "api", Kind: "container", Labels: map[string]string{composeService: "web"}}, "leakcheck diagnose --container api # web"},
		{soak.TargetInfo{Name: "pid 4711", Kind: "process"}, "leakcheck diagnose --pid 4711 # pid 4711"},
		{soak.TargetInfo{Name: "node", Kind: "process"}, "leakcheck diagnose -- COMMAND # node"},
	} {
		if got := Fill(text, x.target); got != x.want {
			t.Errorf("%q, want %q", got, x.want)
		}
	}
}
