package probe

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"

	ddocker "github.com/docker/cli/cli/context/docker"
	"github.com/docker/go-connections/tlsconfig"
)

// contextTLS makes a TLS configuration from a context's certificates; nil when
// it has none.
func contextTLS(e ddocker.Endpoint) (*tls.Config, error) {
	if e.TLSData == nil && !e.SkipTLSVerify {
		return nil, nil
	}
	conf := tlsconfig.ClientDefault()
	conf.InsecureSkipVerify = e.SkipTLSVerify // the context's owner asked for it
	if e.TLSData == nil {
		return conf, nil
	}
	if len(e.TLSData.CA) > 0 {
		conf.RootCAs = x509.NewCertPool()
		if !conf.RootCAs.AppendCertsFromPEM(e.TLSData.CA) {
			return nil, errors.New("its ca.pem holds no certificate")
		}
	}
	if len(e.TLSData.Cert) > 0 && len(e.TLSData.Key) > 0 {
		pair, err := tls.X509KeyPair(e.TLSData.Cert, e.TLSData.Key)
		if err != nil {
			return nil, fmt.Errorf("its client certificate cannot be used: %w", err)
		}
		conf.Certificates = []tls.Certificate{pair}
	}
	return conf, nil
}
