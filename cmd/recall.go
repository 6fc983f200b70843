package cmd

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"leakcheck/soak/record"
)

// recalled are the flags that a resumed run takes over from its first start,
// unless they are given again. What else it needs is part of its description.
var recalled = []string{
	"docker-host", "pid", "url", "log", "log-budget", "interval", "scenario", "load-command", "limit", "tap", "tap-key",
	"inconclusive", "baseline", "margin", "budget", "listen", "fail-fast", "until-sure", "extend", "format", "notify", "notify-wall", "junit", "markdown", "html", "json",
}

// keep lists the flags that a resumed run will need, as NAME=VALUE.
func keep(flags *pflag.FlagSet) (kept []string) {
	flags.Visit(func(f *pflag.Flag) {
		if !slices.Contains(recalled, f.Name) || withPassword(f.Value.String()) {
			return
		}
		values := []string{f.Value.String()}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			values = list.GetSlice()
		}
		for _, v := range values {
			kept = append(kept, f.Name+"="+v)
		}
	})
	return kept
}

// recall sets the flags that a run was started with and that were not given
// again.
func (a *app) recall(flags *pflag.FlagSet, ref string) error {
	rec, err := a.openRun(ref)
	if err != nil {
		return err
	}
	defer rec.Close()
	return restore(flags, rec.Meta())
}

func restore(flags *pflag.FlagSet, m record.Meta) error {
	given := map[string]bool{}
	flags.Visit(func(f *pflag.Flag) { given[f.Name] = true })
	for _, kept := range m.Flags {
		name, value, _ := strings.Cut(kept, "=")
		if given[name] || flags.Lookup(name) == nil { // a flag of another version
			continue
		}
		if err := flags.Set(name, value); err != nil {
			return usage("run %s was started with --%s: %w", m.Info.ID, kept, err)
		}
	}
	return nil
}

// withPassword reports whether a URL carries a password.
func withPassword(s string) bool {
	u, err := url.Parse(s)
	if err != nil {
		return false
	}
	_, has := u.User.Password()
	return has
}

// withoutPassword is an address as it may be told, even one that makes no sense.
func withoutPassword(s string) string {
	if before, after, ok := strings.Cut(s, "://"); ok {
		if at := strings.LastIndexByte(after, '@'); at >= 0 {
			return before + "://xxxxx" + after[at:]
		}
	}
	return s
}

// resumeAs is what --resume calls a run: its id, or the folder that its record
// is in.
func (r *run) resumeAs() string {
	if r.o.out != "" {
		return fmt.Sprintf("%q", r.o.out)
	}
	return r.info.ID
}
