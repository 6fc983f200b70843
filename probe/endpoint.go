package probe

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/docker/cli/cli/config/configfile"
	ddocker "github.com/docker/cli/cli/context/docker"
	"github.com/docker/cli/cli/context/store"
	"github.com/docker/docker/client"
)

// endpoint follows the docker command's order: an address, a named context,
// the current context, the default socket.
func (o ConnectOptions) endpoint() (endpoint, error) {
	name := o.Context
	if o.Host == "" && name == "" {
		current, err := o.currentContext()
		if err != nil {
			return endpoint{}, err
		}
		name = current
	}
	if o.Host == "" && name != "" && name != "default" {
		return o.fromContext(name)
	}
	host := o.Host
	if host == "" {
		host = client.DefaultDockerHost
	}
	// People write host:port for tcp://host:port, and the docker command takes it.
	if !strings.Contains(host, "://") {
		host = "tcp://" + host
	}
	end, err := newEndpoint(host, nil)
	if err != nil || !strings.HasPrefix(host, "tcp://") {
		return end, err
	}
	end.tls, err = o.tlsFromFiles()
	return end, err
}

// currentContext reads the name from config.json; none is fine.
func (o ConnectOptions) currentContext() (string, error) {
	if o.ConfigDir == "" {
		return "", nil
	}
	path := filepath.Join(o.ConfigDir, "config.json")
	f, err := os.Open(path)
	if err != nil {
		// A configuration that is not there or not ours to read names no context.
		return "", nil
	}
	defer func() { _ = f.Close() }()
	conf := configfile.New(path)
	if err := conf.LoadFromReader(f); err != nil {
		return "", unknownf("%s cannot be read: %v; mend it, or name the engine with DOCKER_HOST", path, err)
	}
	return conf.CurrentContext, nil
}

// fromContext loads a context's address and certificates.
func (o ConnectOptions) fromContext(name string) (endpoint, error) {
	known := store.New(filepath.Join(o.ConfigDir, "contexts"), store.NewConfig(
		func() any { return &map[string]any{} },
		store.EndpointTypeGetter(ddocker.DockerEndpoint, func() any { return &ddocker.EndpointMeta{} }),
	))
	meta, err := known.GetMetadata(name)
	if err != nil {
		names := []string{"default"}
		if all, lerr := known.List(); lerr == nil {
			for _, m := range all {
				names = append(names, m.Name)
			}
		}
		return endpoint{}, unknownf("Docker context %q does not exist; there are: %s", name, strings.Join(names, ", "))
	}
	em, err := ddocker.EndpointFromContext(meta)
	if err != nil {
		return endpoint{}, unknownf("Docker context %q names no engine: %v", name, err)
	}
	full, err := ddocker.WithTLSData(known, name, em)
	if err != nil {
		return endpoint{}, unknownf("Docker context %q: its certificates cannot be read: %v", name, err)
	}
	conf, err := contextTLS(full)
	if err != nil {
		return endpoint{}, unknownf("Docker context %q: %v", name, err)
	}
	return newEndpoint(em.Host, conf)
}
