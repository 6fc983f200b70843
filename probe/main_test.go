package probe_test

import (
	"os"
	"testing"

	"leakcheck/probe/dockertest"
)

func TestMain(m *testing.M) { os.Exit(dockertest.Main(m)) }
