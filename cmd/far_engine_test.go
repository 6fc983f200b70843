package cmd_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"leakcheck/probe"
	"leakcheck/probe/dockertest"
	"leakcheck/soak"
)

// soakFar soaks a puppet by an engine's address and holds the run against what
// it must be: every sample, the line of the log, and no complaint.
func soakFar(t *testing.T, name, host string, env ...string) {
	t.Helper()
	out := t.TempDir()
	b := start(t, env, "soak", "--container", name, "--docker-host", host, "--profile", "generic", "--load", "none",
		"--duration", "6s", "--interval", "1s", "--out", out)
	code := b.ends(t, 40*time.Second)
	if code != soak.ExitPass && code != soak.ExitInconclusive {
		t.Fatalf("exit %d\n%s%s", code, b.errOut.String(), b.out.String())
	}
	k := readRecord(t, filepath.Join(out, "run.db"))
	if len(k.samples) < 6 || k.spanned == 0 {
		t.Errorf("%d samples and %d lines of log", len(k.samples), k.spanned)
	}
	if text := b.out.String(); strings.Contains(text, "was lost") {
		t.Error(text)
	}
}

// TestAnEngineOverTLS reads an engine that asks for certificates, and none
// without one.
func TestAnEngineOverTLS(t *testing.T) {
	t.Parallel()
	dockertest.Host(t)
	certs := certificates(t)
	port := freePort(t)
	own := dockertest.OwnEngine(t, "--host", "tcp://127.0.0.1:"+port, "--tlsverify",
		"--tlscacert="+certs+"/ca.pem", "--tlscert="+certs+"/server.pem", "--tlskey="+certs+"/server-key.pem")
	puppet := own.Rig().RunPuppet(probe.Spec{Args: []string{"log", "200ms"}})
	host := "tcp://127.0.0.1:" + port
	soakFar(t, puppet.Name(), host, "DOCKER_CERT_PATH="+certs, "DOCKER_TLS_VERIFY=1")
	for _, x := range []struct {
		env  []string
		code int
		says string
	}{
		{nil, soak.ExitNotMeasured, "asks for TLS: set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH"},
		{[]string{"DOCKER_TLS_VERIFY=1", "DOCKER_CERT_PATH=" + t.TempDir()}, soak.ExitUsage, "cannot be used"},
	} {
		b := start(t, x.env, "soak", "--container", puppet.Name(), "--docker-host", host, "--load", "none", "--duration", "5s")
		if code := b.ends(t, 40*time.Second); code != x.code || !strings.Contains(b.errOut.String(), x.says) {
			t.Errorf("with %v: exit %d, %s", x.env, code, b.errOut.String())
		}
	}
}

// TestAnEngineOverSSH reads an engine through ssh: a real server on this
// machine where there is one, else a stand-in that runs what ssh would.
func TestAnEngineOverSSH(t *testing.T) {
	t.Parallel()
	rig := dockertest.Engine(t)
	if _, err := exec.LookPath("docker"); err != nil {
		t.Skip("NOT TESTED: ssh:// needs the docker command on the other side")
	}
	puppet := rig.RunPuppet(probe.Spec{Args: []string{"log", "200ms"}})
	dir := t.TempDir()
	standIn := "#!/bin/sh\nwhile [ \"$1\" != -- ] && [ \"$1\" != docker ]; do shift; done\n[ \"$1\" != -- ] || shift 2\nDOCKER_HOST=" + rig.Options.Host + " exec sh -c \"$*\"\n"
	if err := os.WriteFile(filepath.Join(dir, "ssh"), []byte(standIn), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Run("stand-in", func(t *testing.T) {
		t.Parallel()
		soakFar(t, puppet.Name(), "ssh://somebody@127.0.0.1", "PATH="+dir+":"+os.Getenv("PATH"))
	})
	t.Run("sshd", func(t *testing.T) {
		t.Parallel()
		host, path := sshd(t, rig.Options.Host)
		soakFar(t, puppet.Name(), host, "PATH="+path)
	})
}

// sshd starts an ssh server with keys of its own, whose sessions read an
// engine, and returns its address and a PATH whose ssh knows the keys.
func sshd(t *testing.T, engine string) (host, path string) {
	t.Helper()
	const server = "/usr/sbin/sshd"
	if _, err := os.Stat(server); err != nil {
		t.Skip("NOT TESTED: there is no " + server)
	}
	dir, port := t.TempDir(), freePort(t)
	_ = os.MkdirAll("/run/sshd", 0o755) // where it gives up its rights; it is there if the server was ever started
	file := func(name string) string { return filepath.Join(dir, name) }
	run(t, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file("host"))
	run(t, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file("user"))
	conf := fmt.Sprintf("Port %s\nListenAddress 127.0.0.1\nHostKey %s\nAuthorizedKeysFile %s\nStrictModes no\nPermitRootLogin yes\nUsePAM no\nPidFile none\nSetEnv DOCKER_HOST=%s\n",
		port, file("host"), file("user.pub"), engine)
	client := fmt.Sprintf("Host *\n IdentityFile %s\n IdentitiesOnly yes\n StrictHostKeyChecking no\n UserKnownHostsFile /dev/null\n LogLevel ERROR\n", file("user"))
	for name, text := range map[string]string{
		"sshd_config": conf, "ssh_config": client,
		"ssh": "#!/bin/sh\nexec /usr/bin/ssh -F " + file("ssh_config") + " \"$@\"\n",
	} {
		if err := os.WriteFile(file(name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	c := exec.Command(server, "-D", "-e", "-f", file("sshd_config"))
	var said strings.Builder
	c.Stderr = &said
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Kill()
		_ = c.Wait()
		if t.Failed() {
			t.Log(said.String())
		}
	})
	wait(t, "sshd", func() bool {
		conn, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	})
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	return "ssh://" + me.Username + "@127.0.0.1:" + port, dir + ":" + os.Getenv("PATH")
}

// certificates makes an authority, and what it certifies: a server on
// 127.0.0.1 and a client. The names are those of DOCKER_CERT_PATH.
func certificates(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	run(t, "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test authority", "-keyout", file("ca-key.pem"), "-out", file("ca.pem"))
	for _, who := range []struct{ name, key, extension string }{
		{"server.pem", "server-key.pem", "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n"},
		{"cert.pem", "key.pem", "extendedKeyUsage=clientAuth\n"},
	} {
		if err := os.WriteFile(file("ext"), []byte(who.extension), 0o600); err != nil {
			t.Fatal(err)
		}
		run(t, "openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN="+who.name, "-keyout", file(who.key), "-out", file("csr"))
		run(t, "openssl", "x509", "-req", "-in", file("csr"), "-CA", file("ca.pem"), "-CAkey", file("ca-key.pem"), "-CAcreateserial", "-days", "2", "-extfile", file("ext"), "-out", file(who.name))
	}
	return dir
}

func run(t *testing.T, name string, args ...string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skip("NOT TESTED: there is no " + name)
	}
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, args, err, out)
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}
