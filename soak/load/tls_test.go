package load

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"leakcheck/soak"
)

// issue makes a certificate, signed by parent or by itself, in PEM files.
func issue(t *testing.T, dir, name string, parent *tls.Certificate) (tls.Certificate, string, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, DNSNames: []string{"node.example"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore:   time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: parent == nil, BasicConstraintsValid: true,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	signer, signerKey := template, any(key)
	if parent != nil {
		signer, signerKey = parent.Leaf, parent.PrivateKey
	}
	der, err := x509.CreateCertificate(rand.Reader, template, signer, &key.PublicKey, signerKey)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: keyDER})
	certFile, keyFile := filepath.Join(dir, name+".pem"), filepath.Join(dir, name+".key")
	for file, b := range map[string][]byte{certFile: certPEM, keyFile: keyPEM} {
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		t.Fatal(err)
	}
	return pair, certFile, keyFile
}

func TestTLS(t *testing.T) {
	dir := t.TempDir()
	ca, caFile, _ := issue(t, dir, "ca", nil)
	serverCert, _, _ := issue(t, dir, "server", &ca)
	_, clientFile, clientKey := issue(t, dir, "client", &ca)
	roots := x509.NewCertPool()
	roots.AddCert(ca.Leaf)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s as %s", r.TLS.PeerCertificates[0].Subject.CommonName, r.TLS.ServerName)
	}))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{serverCert}, ClientCAs: roots, ClientAuth: tls.RequireAndVerifyClientCert}
	server.Config.ErrorLog = quiet()
	server.StartTLS()
	defer server.Close()
	for name, c := range map[string]struct {
		tls  *soak.TLS
		want soak.ErrorKind
		text string
	}{
		"authority and client": {tls: &soak.TLS{CA: caFile, Cert: clientFile, Key: clientKey}, text: "client as "},
		"another name":         {tls: &soak.TLS{CA: caFile, Cert: clientFile, Key: clientKey, Name: "node.example"}, text: "client as node.example"},
		"wrong name":           {tls: &soak.TLS{CA: caFile, Cert: clientFile, Key: clientKey, Name: "other.example"}, want: soak.ErrorOther},
		"unknown authority":    {tls: nil, want: soak.ErrorOther},
		"no client":            {tls: &soak.TLS{CA: caFile}, want: soak.ErrorOther},
	} {
		t.Run(name, func(t *testing.T) {
			step := soak.Step{Path: "/", Expect: soak.Expect{Text: c.text}}
			e, err := New(phase(0, soak.Firing{Loops: 2}), one(step, 1), Options{BaseURL: server.URL, TLS: c.tls})
			if err != nil {
				t.Fatal(err)
			}
			if err := e.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			b := e.Take()
			if got, _ := sum([]soak.Batch{b}); got.Requests != 2 || (len(got.Errors) > 0) != (c.want != "") || got.Errors[c.want] != 2 && c.want != "" {
				t.Errorf("%d requests, errors %v, want kind %q; %v", got.Requests, got.Errors, c.want, b.Events)
			}
		})
	}
	for name, c := range map[string]struct {
		tls  soak.TLS
		want string
	}{
		"no such file": {soak.TLS{CA: filepath.Join(dir, "nope")}, "tls ca: open"},
		"no PEM":       {soak.TLS{CA: clientKey}, "holds no PEM certificate"},
		"no key":       {soak.TLS{Cert: clientFile}, "needs both cert and key"},
		"wrong key":    {soak.TLS{Cert: caFile, Key: clientKey}, "tls cert"},
	} {
		_, err := New(phase(0, soak.Firing{Loops: 1}), one(soak.Step{Path: "/"}, 1), Options{BaseURL: server.URL, TLS: &c.tls})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
}
