package probe

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/docker/cli/cli/connhelper"
	"github.com/docker/docker/api/types/versions"
	"github.com/docker/docker/client"
	"github.com/docker/go-connections/sockets"
	"github.com/docker/go-connections/tlsconfig"
)

// oldestAPI is what Docker 20.10 speaks.
const oldestAPI = "1.41"

// answerWithin bounds a call to the engine unless the options say otherwise.
const answerWithin = 20 * time.Second

// ConnectOptions say which engine to use. The zero value is the engine at the
// machine's default socket. This package reads no environment: the caller
// passes in what it holds, or uses [EnvironmentOptions].
type ConnectOptions struct {
	// Host is an address such as unix:///var/run/docker.sock, tcp://host:2376
	// or ssh://user@host (DOCKER_HOST). It wins over Context.
	Host string
	// Context names a Docker context (DOCKER_CONTEXT); empty means the current
	// one of ConfigDir's config.json.
	Context string
	// ConfigDir is Docker's configuration folder (DOCKER_CONFIG, else
	// ~/.docker); without it there are no contexts.
	ConfigDir string
	// CertPath holds ca.pem, cert.pem and key.pem for Host (DOCKER_CERT_PATH).
	CertPath string
	// TLSVerify checks the engine's certificate, with the files of CertPath or,
	// without, of ConfigDir (DOCKER_TLS_VERIFY).
	TLSVerify bool
	// APIVersion pins the API version instead of negotiating it (DOCKER_API_VERSION).
	APIVersion string
	// Timeout bounds each call that is not a stream; 20 s unless given.
	Timeout time.Duration
	// APIOnly asks the engine for everything, even where it runs on this
	// machine and its files could be read.
	APIOnly bool
}

// EnvironmentOptions fills the options from the variables that the docker
// command honours. getenv is os.Getenv, and home the user's home folder.
func EnvironmentOptions(getenv func(string) string, home string) ConnectOptions {
	o := ConnectOptions{
		Host:       getenv("DOCKER_HOST"),
		Context:    getenv("DOCKER_CONTEXT"),
		ConfigDir:  getenv("DOCKER_CONFIG"),
		CertPath:   getenv("DOCKER_CERT_PATH"),
		TLSVerify:  getenv("DOCKER_TLS_VERIFY") != "",
		APIVersion: getenv("DOCKER_API_VERSION"),
	}
	if o.ConfigDir == "" && home != "" {
		o.ConfigDir = filepath.Join(home, ".docker")
	}
	return o
}

// Connect finds the engine, agrees with it on an API version (1.41 or newer)
// and learns how large its machine is. An error says which address was tried
// and what to do; it wraps [ErrUnknown] when a name is wrong and
// soak.ErrUnavailable when nobody answers there.
func Connect(ctx context.Context, o ConnectOptions) (*Engine, error) {
	if o.Timeout <= 0 {
		o.Timeout = answerWithin
	}
	end, err := o.endpoint()
	if err != nil {
		return nil, err
	}
	cli, g, err := end.open(o, true)
	if err != nil {
		return nil, err
	}
	e := newEngine(cli, g, end)
	e.remote = o.APIOnly
	if err := e.greet(ctx, o.APIVersion); err != nil {
		_ = e.Close()
		return nil, err
	}
	return e, nil
}

// endpoint is an engine's address with all it takes to connect to it.
type endpoint struct {
	// address is what people call the engine, and what errors name.
	address string
	// host is what the client is told; for ssh a stand-in.
	host   string
	tls    *tls.Config
	dialer func(ctx context.Context, network, addr string) (net.Conn, error)
}

var schemes = []string{"unix", "tcp", "ssh", "http", "https", "npipe"}

// newEndpoint understands ssh:// and the addresses the client knows itself.
func newEndpoint(address string, conf *tls.Config) (endpoint, error) {
	end := endpoint{address: address, host: address, tls: conf}
	helper, err := connhelper.GetConnectionHelper(address)
	if err == nil && helper == nil {
		_, err = client.ParseHostURL(address)
	}
	u, perr := url.Parse(address)
	if err = errors.Join(err, perr); err == nil && !slices.Contains(schemes, u.Scheme) {
		err = fmt.Errorf("unknown scheme %q", u.Scheme)
	}
	if err != nil && strings.Contains(address, "@") {
		err = errors.New("it is not told, since it may hold a password") // the cause quotes it
	}
	if err != nil {
		return end, unknownf("the engine's address is not one of unix:///PATH, tcp://HOST:PORT or ssh://USER@HOST: %v", err)
	}
	end.address = u.Redacted()
	if helper != nil {
		end.host, end.dialer = helper.Host, helper.Dialer
	}
	return end, nil
}

// machine is the name under which the engine's published ports are reached.
func (end endpoint) machine() string {
	u, err := url.Parse(end.address)
	if err != nil || u.Hostname() == "" || u.Scheme == "unix" || u.Scheme == "npipe" {
		return "127.0.0.1"
	}
	return u.Hostname()
}

// open makes a client. With the gate it can only read.
func (end endpoint) open(o ConnectOptions, gated bool) (*client.Client, *gate, error) {
	host, err := client.ParseHostURL(end.host)
	if err != nil {
		return nil, nil, unknownf("engine address %q: %v", end.address, err)
	}
	transport := &http.Transport{TLSClientConfig: end.tls, MaxIdleConnsPerHost: 8, IdleConnTimeout: 30 * time.Second}
	if err := sockets.ConfigureTransport(transport, host.Scheme, host.Host); err != nil {
		return nil, nil, unknownf("engine address %q: %v", end.address, err)
	}
	if end.dialer != nil {
		transport.DialContext = end.dialer
	}
	g := &gate{next: transport, timeout: o.Timeout}
	var way http.RoundTripper = transport
	if gated {
		way = g
	}
	scheme := "http"
	if end.tls != nil {
		scheme = "https"
	}
	cli, err := client.NewClientWithOpts(
		client.WithHost(end.host),
		client.WithHTTPClient(&http.Client{Transport: way, CheckRedirect: client.CheckRedirect}),
		client.WithScheme(scheme),
		client.WithVersion(o.APIVersion),
		client.WithUserAgent("leakcheck"),
	)
	if err != nil {
		return nil, nil, unknownf("engine address %q: %v", end.address, err)
	}
	return cli, g, nil
}

// tlsFromFiles loads what the docker command would for DOCKER_CERT_PATH and
// DOCKER_TLS_VERIFY.
func (o ConnectOptions) tlsFromFiles() (*tls.Config, error) {
	if o.CertPath == "" && !o.TLSVerify {
		return nil, nil
	}
	dir := o.CertPath
	if dir == "" {
		dir = o.ConfigDir
	}
	conf, err := tlsconfig.Client(tlsconfig.Options{
		CAFile:             filepath.Join(dir, "ca.pem"),
		CertFile:           filepath.Join(dir, "cert.pem"),
		KeyFile:            filepath.Join(dir, "key.pem"),
		InsecureSkipVerify: !o.TLSVerify,
	})
	if err != nil {
		return nil, unknownf("the engine's TLS files in %s cannot be used: %v", dir, err)
	}
	return conf, nil
}

// greet agrees on the API version.
func (e *Engine) greet(ctx context.Context, pinned string) error {
	ping, err := e.cli.Ping(ctx)
	if err != nil {
		return e.explain(err)
	}
	speaks := ping.APIVersion
	if pinned == "" {
		if speaks != "" && versions.LessThan(speaks, oldestAPI) {
			return fmt.Errorf("the engine at %s speaks API %s; leakcheck needs %s (Docker 20.10) or newer", e.end.address, speaks, oldestAPI)
		}
		e.cli.NegotiateAPIVersionPing(ping)
	}
	info, err := e.cli.Info(ctx)
	if err != nil {
		return e.explain(err)
	}
	e.memory = info.MemTotal
	return nil
}
