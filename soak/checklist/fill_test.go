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
		{soak.TargetInfo{Name: "node", Kind: "process", Command: "node 'my app.js'", Flags: "--url http://127.0.0.1:9"},
			"leakcheck diagnose --url http://127.0.0.1:9 -- node 'my app.js' # node"},
		{soak.TargetInfo{Name: "api", Kind: "container", DockerHost: "ssh://me@far", Flags: "--profile jvm"},
			"leakcheck diagnose --docker-host ssh://me@far --profile jvm --container api # api"},
	} {
		if got := Fill(text, x.target); got != x.want {
			t.Errorf("%q, want %q", got, x.want)
		}
	}
}

// TestASuggestedCommandCanWork names no command that the target, as it stands,
// cannot answer.
func TestASuggestedCommandCanWork(t *testing.T) {
	container := soak.TargetInfo{Name: "x", Kind: "container", ID: "0123456789abcdef"}
	far := container
	far.DockerHost = "tcp://far:2376"
	process := soak.TargetInfo{Name: "pid 7", Kind: "process"}
	const logs, diagnose = "docker logs {container}", "leakcheck diagnose --container {container}"
	for _, c := range []struct {
		next   string
		target soak.TargetInfo
		stands Standing
		want   string
	}{
		{logs, container, Standing{}, "docker logs x"},
		{logs, far, Standing{}, "docker -H tcp://far:2376 logs x"},
		{logs, process, Standing{}, ""}, // no engine knows it
		{"docker-compose restart {service}", process, Standing{}, ""},
		{logs, container, Standing{Stopped: true}, "docker logs x"},
		{logs, container, Standing{Stopped: true, Removed: true}, ""},
		{logs, container, Standing{Renamed: true}, "docker logs 0123456789ab"},
		{"docker stats {container} --no-stream", container, Standing{Stopped: true}, ""},
		{"docker exec {container} cat /a", container, Standing{Stopped: true}, ""},
		{"docker top {container}", container, Standing{}, "docker top x"},
		{diagnose, container, Standing{}, "leakcheck diagnose --container x"},
		{diagnose, container, Standing{Stopped: true}, "docker start x && leakcheck diagnose --container x"},
		{diagnose, far, Standing{Stopped: true}, "docker -H tcp://far:2376 start x && leakcheck diagnose --docker-host tcp://far:2376 --container x"},
		{diagnose, container, Standing{Stopped: true, Removed: true}, ""},
		{diagnose, process, Standing{}, "leakcheck diagnose --pid 7"},
		{diagnose, process, Standing{Stopped: true}, ""},
	} {
		v := ended(time.Hour, FactMap{"node.restarts": Number(1)})
		v.Target, v.Standing = c.target, c.stands
		if r := judge(t, soak.Check{Expr: "node.restarts == 0", Next: c.next}, v); r.Next != c.want {
			t.Errorf("%s of %s, %+v: %q, want %q", c.next, c.target.Name, c.stands, r.Next, c.want)
		}
	}
}
