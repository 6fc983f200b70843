package report

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestABrokenCommandIsStillOne has a shell say what it makes of a command
// whose lines are broken.
func TestABrokenCommandIsStillOne(t *testing.T) {
	const command = `printf '%s|' leakcheck diagnose -- sh -c 'node  -e "let a = 1; let b = 2"' "two  words" it\'s 'don'\''t  break' last`
	want, err := exec.Command("sh", "-c", command).Output()
	if err != nil {
		t.Skip("NOT TESTED: there is no sh")
	}
	for n := 16; n < 120; n++ {
		lines := commandLines(command, n)
		got, err := exec.Command("sh", "-c", strings.Join(lines, "\n")).Output()
		if err != nil || string(got) != string(want) {
			t.Fatalf("%d columns: %q, %v; want %q from\n%s", n, got, err, want, strings.Join(lines, "\n"))
		}
		tooWide := func(l string) bool { return width(l) > n && len(shellWords(strings.TrimSuffix(l, ` \`))) > 1 }
		if wide := slices.IndexFunc(lines, tooWide); wide >= 0 {
			t.Errorf("%d columns: %s", n, lines[wide])
		}
	}
}

// TestAFlagStaysWithItsValue where a line has room for both.
func TestAFlagStaysWithItsValue(t *testing.T) {
	const command = "leakcheck soak --until-sure --duration 23m --profile shop.yaml -- node server.js"
	for n, want := range map[int]string{
		57: "leakcheck soak --until-sure --duration 23m \\\n--profile shop.yaml -- node server.js",
		16: "leakcheck soak \\\n--until-sure \\\n--duration 23m \\\n--profile \\\nshop.yaml \\\n-- node \\\nserver.js",
	} {
		if got := strings.Join(commandLines(command, n), "\n"); got != want {
			t.Errorf("%d columns:\n%s\nwant\n%s", n, got, want)
		}
	}
}
