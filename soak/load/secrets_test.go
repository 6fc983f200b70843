package load

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"leakcheck/soak"
)

// canaries are credentials that must reach the node and nothing else.
var canaries = map[string]string{
	"TOKEN": "canary/token+with odd&signs", "FILE": "canary-file", "PASS": "canary-pass",
}

func secretOptions(url string) Options {
	return Options{
		BaseURL: url,
		Getenv:  func(name string) string { return canaries[name] },
		ReadFile: func(name string) ([]byte, error) {
			if name == "/run/secret" {
				return []byte(canaries["FILE"] + "\n"), nil
			}
			return nil, fmt.Errorf("open %s: %w", name, os.ErrNotExist)
		},
	}
}

func TestCredentialsReachTheNodeAndNothingElse(t *testing.T) {
	var seen strings.Builder
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		user, pass, _ := r.BasicAuth()
		fmt.Fprintf(&seen, "%s %s %s %s %s:%s", r.Header.Get("X-Token"), r.URL.Query().Get("key"), body, r.Host, user, pass)
		// An answer that is no HTTP and repeats what it was sent, as a proxy's
		// error might.
		c, _, _ := w.(http.Hijacker).Hijack()
		fmt.Fprintf(c, "%s 200 OK\r\n\r\n", body)
		c.Close()
	}))
	defer server.Close()
	steps := []soak.Step{{
		Method: "POST", Path: "/x", Body: `{"secret":"${file:/run/secret}"}`,
		Headers: map[string]string{"X-Token": "Bearer ${env:TOKEN}", "Host": "node.example"},
		Query:   map[string]string{"key": "${env:TOKEN}"},
	}}
	scenarios := map[string]*soak.Scenario{"s": {Steps: steps}}
	plan := phase(0, soak.Firing{Loops: 1})
	e, err := New(plan, scenarios, secretOptions(strings.Replace(server.URL, "://", "://me:canary-pass@", 1)))
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := `Bearer canary/token+with odd&signs canary/token+with odd&signs {"secret":"canary-file"} node.example me:canary-pass`
	if seen.String() != want {
		t.Errorf("the node saw %q, want %q", seen.String(), want)
	}
	b := e.Take()
	told := fmt.Sprintf("%+v %v", b, Announce(plan, scenarios, 0))
	if !strings.Contains(told, "[redacted]") {
		t.Errorf("the answer should be told about, without what it repeats: %s", told)
	}
	if strings.Contains(told, "canary") {
		t.Errorf("a credential was told: %s", told)
	}
}

func TestMissingCredentials(t *testing.T) {
	for name, c := range map[string]struct {
		step soak.Step
		want string
	}{
		"env":     {soak.Step{Path: "/", Headers: map[string]string{"A": "${env:NOPE}"}}, "scenario s, step 1: header A: the environment variable NOPE is not set"},
		"file":    {soak.Step{Path: "/", Body: "${file:/nope}"}, "scenario s, step 1: body: ${file:/nope}"},
		"newline": {soak.Step{Path: "/", Headers: map[string]string{"A": "a\r\nB: b"}}, "must fit on one line"},
		"path":    {soak.Step{Path: "http://else.where/"}, "must begin with a slash"},
		"method":  {soak.Step{Method: "GE T", Path: "/"}, "not a request"},
		"steps":   {soak.Step{}, "must begin with a slash"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := New(phase(0, soak.Firing{Loops: 1}), one(c.step, 1), secretOptions("http://127.0.0.1:1"))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

func TestPlansThatCannotBeFired(t *testing.T) {
	good := soak.Firing{Scenario: "s", Loops: 1}
	for name, c := range map[string]struct {
		plan []soak.Phase
		url  string
		want string
	}{
		"unknown scenario": {[]soak.Phase{{Name: "p", Fire: []soak.Firing{{Scenario: "z", Loops: 1}}}}, "", "phase p, scenario z: there is no such scenario"},
		"endless middle":   {[]soak.Phase{{Name: "p", Fire: []soak.Firing{good}}, {Name: "q"}}, "", "phase p: give it a length"},
		"no way":           {phase(1, soak.Firing{}), "", "exactly one of every, rate and loops"},
		"two ways":         {phase(1, soak.Firing{Rate: 1, Loops: 1}), "", "exactly one of"},
		"below zero":       {phase(1, soak.Firing{Rate: -1}), "", "below 0"},
		"endless ramp":     {phase(0, soak.Firing{Rate: 1, RampTo: 2}), "", "a ramp needs a phase with a length"},
		"no url":           {phase(1, good), "localhost:3005", "write it like http://"},
		"other scheme":     {phase(1, good), "ftp://node", "must begin with http:// or https://"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.url == "" {
				c.url = "http://127.0.0.1:1"
			}
			_, err := New(c.plan, one(soak.Step{Path: "/"}, 1), Options{BaseURL: c.url})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

func TestExpandNeverTellsTheValue(t *testing.T) {
	x := &secrets{getenv: func(string) string { return "" }, readFile: func(string) ([]byte, error) { return nil, errors.New("denied") }}
	for _, s := range []string{"${env:A}", "${file:B}"} {
		if _, err := x.expand(s); err == nil {
			t.Errorf("%s: no error", s)
		}
	}
	if got, err := x.expand("plain $HOME ${other:x} ${"); err != nil || got != "plain $HOME ${other:x} ${" {
		t.Errorf("%q, %v", got, err)
	}
}
