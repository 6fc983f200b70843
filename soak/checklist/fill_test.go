package checklist

import (
	"testing"
	"time"

	"leakcheck/soak"
)

func TestFillNamesWhatIsThere(t *testing.T) {
	const text = "leakcheck diagnose --container {container} # {service}"
	for _, x := range []struct {
		target soak.TargetInfo
		want   string
	}{
		{soak.TargetInfo{Name: "api", Kind: "container", Labels: map[string]string{composeService: "web"}}, "leakcheck diagnose --container api # web"},
		{soak.TargetInfo{Name: "api", Kind: "container", Flags: "--profile shop.yaml --url http://127.0.0.1:9"},
			"leakcheck diagnose --profile shop.yaml --url http://127.0.0.1:9 --container api # api"},
		{soak.TargetInfo{Name: "pid 4711", Kind: "process"}, "leakcheck diagnose --pid 4711 # pid 4711"},
		{soak.TargetInfo{Name: "node", Kind: "process"}, "leakcheck diagnose -- COMMAND # node"},
	} {
		if got := Fill(text, x.target); got != x.want {
			t.Errorf("%q, want %q", got, x.want)
		}
	}
}

// A command that asks an engine is not suggested for a process.
func TestNoEngineKnowsAProcess(t *testing.T) {
	v := ended(time.Hour, FactMap{"node.restarts": Number(1)})
	for kind, want := range map[string]string{"process": "", "container": "docker logs x"} {
		v.Target = soak.TargetInfo{Name: "x", Kind: kind}
		if r := judge(t, soak.Check{Expr: "node.restarts == 0", Next: "docker logs {container}"}, v); r.Next != want {
			t.Errorf("%s: %q, want %q", kind, r.Next, want)
		}
	}
}
