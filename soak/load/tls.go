package load

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"

	"leakcheck/soak"
)

// TLS reads the files of an own authority and a client certificate.
func TLS(t *soak.TLS, host string, read func(string) ([]byte, error)) (*tls.Config, error) {
	cfg := &tls.Config{ServerName: host, ClientSessionCache: tls.NewLRUClientSessionCache(64)}
	if t == nil {
		return cfg, nil
	}
	if t.Name != "" {
		cfg.ServerName = t.Name
	}
	if t.CA != "" {
		pem, err := read(t.CA)
		if err != nil {
			return nil, fmt.Errorf("tls ca: %w", err)
		}
		cfg.RootCAs = x509.NewCertPool()
		if !cfg.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("tls ca %s: it holds no PEM certificate", t.CA)
		}
	}
	if (t.Cert == "") != (t.Key == "") {
		return nil, errors.New("tls: a client certificate needs both cert and key")
	}
	if t.Cert == "" {
		return cfg, nil
	}
	cert, err := read(t.Cert)
	if err != nil {
		return nil, fmt.Errorf("tls cert: %w", err)
	}
	key, err := read(t.Key)
	if err != nil {
		return nil, fmt.Errorf("tls key: %w", err)
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return nil, fmt.Errorf("tls cert %s with key %s: %w", t.Cert, t.Key, err)
	}
	cfg.Certificates = []tls.Certificate{pair}
	return cfg, nil
}
