package load

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"leakcheck/soak"
)

// request is a step made ready: the bytes to send and what to expect.
type request struct {
	raw     []byte
	http    *http.Request // what raw was made from; reading an answer needs its method
	expect  soak.Expect
	text    []byte
	timeout time.Duration
	think   time.Duration
}

// shot is a scenario made ready.
type shot struct {
	name     string
	requests []*request
	workers  int
}

func prepare(s *soak.Scenario, name string, base *url.URL, x *secrets) (*shot, error) {
	if len(s.Steps) == 0 {
		return nil, fmt.Errorf("scenario %s has no steps: give it at least one with a path", name)
	}
	out := &shot{name: name, workers: max(s.Workers, 1)}
	for i, step := range s.Steps {
		r, err := render(step, base, x)
		if err != nil {
			return nil, fmt.Errorf("scenario %s, step %d: %w", name, i+1, err)
		}
		out.requests = append(out.requests, r)
	}
	return out, nil
}

// render writes a step as the bytes that go over the wire.
func render(step soak.Step, base *url.URL, x *secrets) (*request, error) {
	target, err := stepURL(step, base, x)
	if err != nil {
		return nil, err
	}
	body, err := x.expand(step.Body)
	if err != nil {
		return nil, fmt.Errorf("body: %w", err)
	}
	method := step.Method
	if method == "" {
		method = http.MethodGet
	}
	req, err := http.NewRequest(strings.ToUpper(method), target.String(), strings.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("%s %s: not a request that can be sent", method, step.Path) // the cause may hold a secret
	}
	if err := setHeaders(req, step.Headers, x); err != nil {
		return nil, err
	}
	if u := base.User; u != nil && req.Header.Get("Authorization") == "" {
		password, _ := u.Password()
		req.SetBasicAuth(u.Username(), password)
	}
	var raw bytes.Buffer
	if err := req.Write(&raw); err != nil {
		return nil, fmt.Errorf("%s %s: not a request that can be sent", method, step.Path)
	}
	timeout := step.Timeout.D()
	if timeout <= 0 {
		timeout = defaultTimeout
	}
	return &request{raw: raw.Bytes(), http: req, expect: step.Expect, text: []byte(step.Expect.Text), timeout: timeout, think: step.Think.D()}, nil
}

func stepURL(step soak.Step, base *url.URL, x *secrets) (*url.URL, error) {
	path, inline, _ := strings.Cut(step.Path, "?")
	if !strings.HasPrefix(path, "/") {
		return nil, fmt.Errorf("path %q: it must begin with a slash", step.Path)
	}
	rel, err := url.Parse(path)
	if err != nil || rel.Host != "" {
		return nil, fmt.Errorf("path %q: not a path", step.Path)
	}
	target := base.JoinPath(rel.EscapedPath())
	target.User = nil
	query, err := url.ParseQuery(inline)
	if err != nil {
		return nil, fmt.Errorf("path %q: its query cannot be read", step.Path)
	}
	for name, value := range step.Query {
		v, err := x.expand(value)
		if err != nil {
			return nil, fmt.Errorf("query %s: %w", name, err)
		}
		query.Set(name, v)
	}
	target.RawQuery = query.Encode()
	return target, nil
}

func setHeaders(req *http.Request, headers map[string]string, x *secrets) error {
	req.Header.Set("User-Agent", "leakcheck")
	for name, value := range headers {
		v, err := x.expand(value)
		if err != nil {
			return fmt.Errorf("header %s: %w", name, err)
		}
		if strings.ContainsAny(v, "\r\n\x00") || strings.ContainsAny(name, " :\r\n") || name == "" {
			return fmt.Errorf("header %q: names and values must fit on one line", name)
		}
		if strings.EqualFold(name, "Host") {
			req.Host = v
			continue
		}
		req.Header.Set(name, v)
	}
	return nil
}

// good reports whether a status is as expected: below 400 unless the step says.
func (r *request) good(status int) bool {
	if len(r.expect.Status) == 0 {
		return status < 400
	}
	return slices.Contains(r.expect.Status, status)
}
