package cmd

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	stdlog "log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"leakcheck/soak"
)

// A suggested command means the same target: it repeats what the user gave, as
// a shell reads it, and no password.
func TestSuggestionsRepeatProfileAndURL(t *testing.T) {
	for want, o := range map[string]targetOptions{
		"":                    {},
		"--profile shop.yaml": {profiles: []string{"shop.yaml"}},
		"--profile 'my shop.yaml' --url http://h:1": {profiles: []string{"my shop.yaml"}, url: "http://h:1"},
		"--profile generic":                         {profiles: []string{"generic"}, url: "http://me:secret@h:1"},
	} {
		if got := o.repeated(0); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	second := targetOptions{profiles: []string{"a", "b"}, url: "http://h:1"}
	if got := second.repeated(1); got != "--profile b" {
		t.Errorf("the second target, which gets no load: %q", got)
	}
}

// The remedy is one that the command has.
func TestNoURLAdvisesWhatTheCommandHas(t *testing.T) {
	n := node{info: soak.TargetInfo{Name: "api"}, profile: &soak.Profile{Name: "generic"}}
	if err := noURL(n); strings.Contains(err.Error(), "--load") || !strings.Contains(err.Error(), "--url") {
		t.Errorf("fire and diagnose know no --load: %v", err)
	}
	if err := noURL(n, "--load none"); !strings.Contains(err.Error(), "PORT, or --load none") {
		t.Error(err)
	}
	n.info.Kind, n.profile = "process", &soak.Profile{Name: "shop", Service: soak.Service{Port: 8080}}
	if err := noURL(n); strings.Contains(err.Error(), "container") || !strings.Contains(err.Error(), "give --url http://127.0.0.1:8080") {
		t.Errorf("a process publishes no port: %v", err)
	}
}

// A node behind an authority of its own that wants a client's certificate is
// reached as its profile says, and only so.
func TestReachesOverTLS(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	s.Config.ErrorLog = stdlog.New(io.Discard, "", 0)
	s.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	s.StartTLS()
	defer s.Close()
	key, err := x509.MarshalPKCS8PrivateKey(s.TLS.Certificates[0].PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := func(name, kind string, der []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	cert := file("cert.pem", "CERTIFICATE", s.Certificate().Raw)
	whole := soak.TLS{CA: cert, Cert: cert, Key: file("key.pem", "PRIVATE KEY", key)}
	for want, c := range map[string]*soak.TLS{"": &whole, "certificate required": {CA: cert}, "unknown authority": nil, "tls ca": {CA: "none.pem"}} {
		err := reaches(t.Context(), node{url: s.URL, profile: &soak.Profile{Service: soak.Service{TLS: c}}})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
