package dockertest

import (
	"flag"
	"testing"
)

// atATime is how many parallel tests run at a time: they mostly wait, for
// containers and for real time to pass, and not for processors.
const atATime = "8"

// Main runs the tests of a package that uses an engine; its TestMain calls it.
func Main(m *testing.M) int {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if !given {
		_ = flag.Set("test.parallel", atATime) // a flag of package testing, so it is there
	}
	return m.Run()
}
