package cmd

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"leakcheck/soak/logscan"
	"leakcheck/soak/record"
)

// recalled are the flags that a resumed run takes over from its first start,
// unless they are given again. What else it needs is part of its description;
// the profile is too, and its flag merely returns in the commands that are advised.
var recalled = []string{
	"docker-host", "pid", "profile", "url", "log", "log-budget", "interval", "scenario", "load-command", "limit", "tap", "tap-key",
	"inconclusive", "baseline", "margin", "budget", "listen", "fail-fast", "until-sure", "extend", "format", "notify", "notify-wall", "junit", "markdown", "html", "json",
}

// keep lists the flags that a resumed run will need, as NAME=VALUE; of one that
// holds a secret, as a webhook's token in --notify, only the name.
func keep(flags *pflag.FlagSet) (kept []string) {
	flags.Visit(func(f *pflag.Flag) {
		if !slices.Contains(recalled, f.Name) {
			return
		}
		if secret(f.Value.String()) {
			kept = append(kept, f.Name)
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
		name, value, whole := strings.Cut(kept, "=")
		if given[name] || flags.Lookup(name) == nil { // a flag of another version
			continue
		}
		if !whole {
			return usage("run %s was started with a --%s that holds a secret, which no record keeps: give it again", m.Info.ID, name)
		}
		if err := flags.Set(name, value); err != nil {
			return usage("run %s was started with --%s: %w", m.Info.ID, kept, err)
		}
	}
	return nil
}

// secret reports whether a text holds a credential of a form that is known.
func secret(s string) bool {
	return withPassword(s) || string(logscan.Redact([]byte(s))) != s
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

// withoutSecrets is a flag's value as it may be told.
func withoutSecrets(s string) string { return string(logscan.Redact([]byte(s))) }

// resumeAs is what --resume calls a run: its id, or the folder that its record
// is in.
func (r *run) resumeAs() string {
	if r.o.out != "" {
		return fmt.Sprintf("%q", r.o.out)
	}
	return r.info.ID
}
