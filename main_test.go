package main

import (
	"log"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain builds the real program, as its users have it and not as the race
// detector would make it, and puts it on the PATH as `leakcheck`.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "leakcheck-")
	if err != nil {
		log.Fatal(err)
	}
	build := exec.Command("go", "build", "-trimpath", "-o", filepath.Join(dir, "leakcheck"), ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		log.Fatalf("%v\n%s", err, out)
	}
	os.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	code := m.Run()
	if err := os.RemoveAll(dir); err != nil {
		log.Print(err)
	}
	os.Exit(code)
}

// TestScripts runs testdata/script: each file is one story a user would tell,
// with what every command prints and how it exits.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("XDG_STATE_HOME", env.WorkDir+"/state")
			env.Setenv("HOME", env.WorkDir+"/home")
			env.Setenv("LEAKCHECK_TEST_DOCKER_HOST", os.Getenv("LEAKCHECK_TEST_DOCKER_HOST"))
			return addresses(env)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
	})
}

// addresses gives each script loopback addresses that nobody listens on, for
// nodes that it starts: $NODE, $RELAY and $TAP.
func addresses(env *testscript.Env) error {
	for _, name := range []string{"NODE", "RELAY", "TAP"} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close() // only when all are chosen, so that no two are the same
		env.Setenv(name, l.Addr().String())
	}
	return nil
}

// exits runs leakcheck and checks its exit code: exits CODE leakcheck ARGS...
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARGS...]")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := "0"
	if err != nil {
		code = exitCode(err)
	}
	if code != args[0] {
		ts.Fatalf("%v exited with %s, want %s", args[1:], code, args[0])
	}
}
