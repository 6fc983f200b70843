package cmd

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"reflect"
	"strconv"
	"strings"
	"time"

	"leakcheck/probe"
	"leakcheck/scenarios"
	"leakcheck/soak"
	"leakcheck/soak/load"
)

// node is a target with what is known of it.
type node struct {
	soak.Target
	info    soak.TargetInfo
	profile *soak.Profile
	// url is where it answers, with the password that info keeps to itself.
	url string
	// ended, if set, is closed when the target has ended for good.
	ended <-chan struct{}
	// close gives back what watching the target needs.
	close func() error
	// dial reaches the port that load goes to, wherever it is published by now;
	// nil where the user said where the node answers.
	dial func(ctx context.Context, network, addr string) (net.Conn, error)
	// port is the container's port that load goes to. It is the only published
	// one where the profile names none, which guessed says.
	port    int
	guessed bool
}

// where says where load goes.
func (n node) where() string {
	if n.guessed {
		return n.info.URL + " (the only port that it publishes; profile " + n.profile.Name + " names none)"
	}
	return n.info.URL
}

// describer returns a function that tells when the target has become another
// than n says: a container that was made anew or started again has another id,
// another heap limit on its command line, or another published port.
func (n node) describer() func() (soak.TargetInfo, bool) {
	c, ok := n.Target.(*probe.Container)
	if !ok {
		return nil
	}
	last := n.info
	return func() (soak.TargetInfo, bool) {
		now := c.Info()
		now.Name, now.Profile, now.URL, now.Health = last.Name, last.Profile, last.URL, last.Health
		now.Flags, now.DockerHost = last.Flags, last.DockerHost
		if url, ok := n.published(c); ok && n.dial != nil {
			now.URL = url
		}
		changed := now.ID != last.ID || now.HeapCap != last.HeapCap || now.Fills != last.Fills || now.URL != last.URL
		last = now
		return now, changed
	}
}

// nodes finds what the flags name and a profile for each. Whatever is wrong
// with them is said before anything starts.
func (a *app) nodes(ctx context.Context, o targetOptions, interval time.Duration) (found []node, engine *probe.Engine, err error) {
	defer func() {
		if err != nil {
			closeAll(found, engine)
			found, engine = nil, nil
		}
	}()
	if len(o.containers) > 0 {
		if engine, err = a.connect(ctx, o.dockerHost); err != nil {
			return
		}
	}
	for _, name := range o.containers {
		c, err := engine.Container(ctx, name)
		if err != nil {
			return found, engine, unreachable(err)
		}
		c.SetInterval(interval)
		found = append(found, node{Target: c, info: c.Info(), close: c.Close})
	}
	if o.pid != 0 {
		p, err := probe.NewProcess(o.pid)
		if err != nil {
			return found, engine, unreachable(err)
		}
		n := node{Target: p, info: p.Info(), close: func() error { p.Close(); return nil }}
		if len(o.containers) == 0 { // else these are watched on
			n.ended = p.Ended()
		}
		found = append(found, n)
	}
	if len(o.command) > 0 {
		p, err := probe.StartCommand(nil, o.command...)
		if err != nil {
			return found, engine, unreachable(err)
		}
		found = append(found, node{Target: p, info: p.Info(), ended: p.Ended(), close: func() error { return p.Stop(ctx) }})
	}
	return found, engine, o.describe(found)
}

// connect reads the engine that the flags, the environment or the current
// Docker context name.
func (a *app) connect(ctx context.Context, host string) (*probe.Engine, error) {
	engine, err := probe.Connect(ctx, a.engineOptions(host))
	return engine, unreachable(err)
}

func (a *app) engineOptions(host string) probe.ConnectOptions {
	o := probe.EnvironmentOptions(a.getenv, a.getenv("HOME"))
	if host != "" {
		o.Host = host
	}
	return o
}

// unreachable turns a probe's error into the exit code it means.
func unreachable(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, probe.ErrUnknown):
		return usage("%w", err)
	}
	return notMeasured(err)
}

// describe gives each node its profile and the first its URL.
func (o targetOptions) describe(nodes []node) error {
	if len(o.profiles) > 1 && len(o.profiles) != len(nodes) {
		return usage("%d profiles for %d targets: give one for all, or one for each in their order", len(o.profiles), len(nodes))
	}
	for i := range nodes {
		n := &nodes[i]
		p, err := o.profile(i, n.info)
		if err != nil {
			return usage("%w", err)
		}
		n.profile, n.info.Profile = shared(p, nodes[:i]), p.Name
		n.info.Flags = o.repeated(i)
		switch n.info.Kind {
		case "container":
			if !withPassword(o.dockerHost) {
				n.info.DockerHost = o.dockerHost
			}
		case "process":
			n.info.Command = typed(o.command)
		}
		if o.name != "" {
			n.info.Name = o.name
		}
	}
	if len(nodes) > 0 {
		return firstError(hasAll(nodes[0].profile, o.fires), o.locate(&nodes[0]))
	}
	return nil
}

// shared is the profile of an earlier node if it is the same: what is compiled
// from it is compiled, and held, once.
func shared(p *soak.Profile, earlier []node) *soak.Profile {
	for _, n := range earlier {
		if reflect.DeepEqual(n.profile, p) {
			return n.profile
		}
	}
	return p
}

func (o targetOptions) profile(i int, info soak.TargetInfo) (*soak.Profile, error) {
	switch p := o.recorded[info.Name]; {
	case p != nil:
		return p, nil
	case len(o.profiles) == 0:
		return scenarios.For(info)
	case len(o.profiles) == 1:
		i = 0
	}
	return scenarios.Load(o.profiles[i])
}

// repeated are the flags that a suggested command needs to mean the same
// target as this one: who knows its password need not be told.
func (o targetOptions) repeated(i int) string {
	var flags []string
	add := func(name, value string) {
		if strings.ContainsAny(value, " \t'\"$&;()") {
			value = "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
		}
		flags = append(flags, "--"+name+" "+value)
	}
	if len(o.profiles) > 0 {
		add("profile", o.profiles[min(i, len(o.profiles)-1)])
	}
	if i == 0 && o.url != "" && !withPassword(o.url) {
		add("url", o.url)
	}
	return strings.Join(flags, " ")
}

// typed is a command line as a shell takes it; empty if it holds a secret,
// without which it could not be typed again.
func typed(command []string) string {
	var words []string
	for _, w := range command {
		words = append(words, shellWord(w))
	}
	line := strings.Join(words, " ")
	if withoutSecrets(line) != line {
		return ""
	}
	return line
}

// locate finds where a node answers: --url, else the published port that its
// profile names, else the only one that is published.
func (o targetOptions) locate(n *node) error {
	if o.url != "" {
		u, err := url.Parse(o.url)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return usage("--url %q: write it like http://127.0.0.1:3005", withoutPassword(o.url))
		}
		n.url, n.info.URL = o.url, u.Redacted()
		return nil
	}
	if c, ok := n.Target.(*probe.Container); ok {
		n.port = n.profile.Service.Port
		if n.port == 0 {
			n.port, n.guessed = c.OnlyPort()
		}
		n.info.URL, _ = n.published(c)
		n.url, n.dial = n.info.URL, dialled(c, n.port)
	}
	return nil
}

// published is where the container's port is found by now.
func (n node) published(c *probe.Container) (url string, ok bool) {
	url, ok = c.Published(n.port)
	if plain, cut := strings.CutPrefix(url, "http:"); cut && n.profile.Service.TLS != nil {
		url = "https:" + plain
	}
	return url, ok
}

// dialled dials a container's port where it is published at the moment: the
// engine gives a container that starts again another port of the machine,
// unless a fixed one was asked for.
func dialled(c *probe.Container, port int) func(ctx context.Context, network, addr string) (net.Conn, error) {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		if now, ok := c.Published(port); ok {
			addr = strings.TrimPrefix(now, "http://")
		}
		return (&net.Dialer{}).DialContext(ctx, network, addr)
	}
}

func closeAll(nodes []node, engine *probe.Engine) error {
	var errs []error
	for _, n := range nodes {
		errs = append(errs, n.close())
	}
	if engine != nil {
		errs = append(errs, engine.Close())
	}
	return errors.Join(errs...)
}

// noURL explains why nothing can be fired, and what to give: --url, or what
// else the command knows.
func noURL(n node, others ...string) error {
	if c, ok := n.Target.(*probe.Container); ok && !c.Last().Running {
		return notMeasured(fmt.Errorf("container %s does not run (%s): start it; `leakcheck verify --container %s` tells how it ended", n.info.Name, c.Last().Status, n.info.Name))
	}
	give := strings.Join(append([]string{"--url http://127.0.0.1:PORT"}, others...), ", or ")
	if n.profile.Service.Port == 0 {
		return usage("load %s where? Profile %s names no port, and not exactly one is published: give %s", n.info.Name, n.profile.Name, give)
	}
	if n.info.Kind != "container" {
		give = strings.Replace(give, "PORT", strconv.Itoa(n.profile.Service.Port), 1)
		return usage("load %s where? Profile %s names port %d, and any process of this machine may listen there: give %s", n.info.Name, n.profile.Name, n.profile.Service.Port, give)
	}
	return usage("container %s publishes no port %d, which profile %s names: give %s",
		n.info.Name, n.profile.Service.Port, n.profile.Name, give)
}

// startsWithin is how long a node may take to answer for the first time: one
// that was just started needs a moment.
const startsWithin = 5 * time.Second

// reaches waits until the node answers, so that a wrong URL is found before a day is spent on it.
func reaches(ctx context.Context, n node) error {
	u, err := url.Parse(n.url)
	if err != nil {
		return usage("%w", err)
	}
	secure, err := load.TLS(n.profile.Service.TLS, u.Hostname(), os.ReadFile)
	if err != nil {
		return usage("load: %w", err)
	}
	deadline := time.Now().Add(startsWithin)
	for {
		_, _, err := probe.Health(ctx, n.url+n.profile.Service.Health, secure, startsWithin)
		var unknown *tls.CertificateVerificationError
		var refused *net.OpError
		switch {
		case err == nil:
			return nil
		case errors.As(err, &unknown), errors.As(err, &refused) && refused.Op == "remote error": // TLS's; waiting does not help
			return notMeasured(fmt.Errorf("%w; a profile names the authority to trust and a client's certificate: service: {tls: {ca: FILE, cert: FILE, key: FILE}}", err))
		}
		if time.Now().After(deadline) || ctx.Err() != nil {
			return notMeasured(fmt.Errorf("%w; is the URL right (--url), and is the node up?", err))
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}
