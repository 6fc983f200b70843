package probe

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// runtimeVariables are the environment variables in which a runtime finds
// options besides those of its command line, and whether they count after it:
// the last option counts.
var runtimeVariables = map[string]struct {
	program string
	after   bool
}{
	"NODE_OPTIONS":      {"node", false},
	"JAVA_TOOL_OPTIONS": {"java", false},
	"JDK_JAVA_OPTIONS":  {"java", false},
	"_JAVA_OPTIONS":     {"java", true},
}

// withEnvironment adds the options that a program finds in its environment to
// its arguments. Where the program is not known, "", those of every runtime
// are.
func withEnvironment(program string, args, env []string) []string {
	var before, after []string
	for _, v := range env {
		name, options, _ := strings.Cut(v, "=")
		known, is := runtimeVariables[name]
		switch {
		case !is || program != "" && known.program != program:
		case known.after:
			after = append(after, options)
		default:
			before = append(before, options)
		}
	}
	return slices.Concat(before, args, after)
}

// options are a process's arguments and what it finds in its environment, as
// far as that may be read.
func (h *host) options(pid int) []string {
	args := h.arguments(pid)
	exe, _ := os.Readlink(h.proc(pid, "exe"))
	program := filepath.Base(exe)
	for _, v := range runtimeVariables {
		if v.program == program {
			return withEnvironment(program, args, h.strings(pid, "environ"))
		}
	}
	return args
}

// arguments is a process's command line.
func (h *host) arguments(pid int) []string { return h.strings(pid, "cmdline") }

// strings reads a file of /proc that holds strings, each with a zero behind it.
func (h *host) strings(pid int, file string) []string {
	b, err := os.ReadFile(h.proc(pid, file))
	if err != nil || len(b) == 0 {
		return nil
	}
	return strings.Split(strings.TrimRight(string(b), "\x00"), "\x00")
}
