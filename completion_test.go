package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// bashCompletion is where Debian and most others keep what bash needs.
const bashCompletion = "/usr/share/bash-completion/bash_completion"

// shells are the shells with a script each, that prints what pressing tab
// behind $LINE offers.
var shells = map[string]string{
	"bash": `source ` + bashCompletion + `
source <(leakcheck completion bash)
COMP_LINE=$LINE COMP_POINT=${#LINE} COMP_TYPE=63
read -ra COMP_WORDS <<<"$LINE"
[[ $LINE == *' ' ]] && COMP_WORDS+=('')
compopt() { :; } # readline calls it in earnest
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
__start_leakcheck
printf '%s\n' "${COMPREPLY[@]}"`,
	"fish": `leakcheck completion fish | source; complete --do-complete "$LINE"`,
	// zsh draws its own list: what it is given for it is printed in its place.
	"zsh": `autoload -Uz compinit; compinit -D -u
source <(leakcheck completion zsh)
_describe() { print -l -- $completions }; _arguments() { : }
words=(${(z)LINE}); [[ $LINE == *' ' ]] && words+=('')
CURRENT=$#words
_leakcheck`,
}

// Tab offers containers, profiles and runs in every shell.
func TestTabCompletes(t *testing.T) {
	t.Parallel()
	env := completionEnv(t)
	for shell, script := range shells {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			path, err := exec.LookPath(shell)
			if err == nil && shell == "bash" {
				_, err = os.Stat(bashCompletion)
			}
			if err != nil {
				t.Skipf("NOT TESTED: completion in %s: %v", shell, err)
			}
			for line, want := range map[string][]string{
				"leakcheck soak --container ": {"fitnessally-oip-gpu-1", "oip-main-oip-1"},
				"leakcheck soak --profile ":   {"oip-node", "generic"},
				"leakcheck report ":           {"latest", "-2"}, // ids end in a year and more
				"leakcheck soak --lo":         {"--load", "--log"},
			} {
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				c := exec.CommandContext(ctx, path, "-c", script)
				c.Env = append(env, "LINE="+line)
				out, err := c.CombinedOutput()
				if err != nil {
					t.Errorf("%q: %v\n%s", line, err, out)
				}
				for _, w := range want {
					if !strings.Contains(string(out), w) {
						t.Errorf("%q offers no %q:\n%s", line, w, out)
					}
				}
			}
		})
	}
}

// completionEnv is a world with an engine, two containers and a stored run.
func completionEnv(t *testing.T) []string {
	t.Helper()
	engine := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Api-Version", "1.41")
		w.Header().Set("Content-Type", "application/json")
		if strings.HasSuffix(r.URL.Path, "/containers/json") {
			_, _ = w.Write([]byte(`[{"Id":"1f","Names":["/fitnessally-oip-gpu-1"],"Image":"oip"},{"Id":"2f","Names":["/oip-main-oip-1"],"Image":"oip"}]`))
			return
		}
		_, _ = w.Write([]byte(`{"ApiVersion":"1.41","MinAPIVersion":"1.12","Version":"20.10.24","ServerVersion":"20.10.24","OSType":"linux"}`))
	}))
	t.Cleanup(engine.Close)
	home := t.TempDir()
	env := append(os.Environ(), "HOME="+home, "XDG_STATE_HOME="+home, "DOCKER_HOST=tcp://"+strings.TrimPrefix(engine.URL, "http://"))
	c := exec.CommandContext(t.Context(), "leakcheck", "soak", "--duration", "1s", "--interval", "200ms", "--load", "none", "--", "sleep", "9")
	c.Env = env
	if out, err := c.CombinedOutput(); c.ProcessState.ExitCode() == 2 || c.ProcessState.ExitCode() == 3 {
		t.Fatalf("no run to complete: %v\n%s", err, out)
	}
	return env
}
