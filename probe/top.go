package probe

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"leakcheck/soak"
)

// top asks the engine for the processes in a container; nil when it cannot
// tell, as on machines whose ps does not know these columns.
func (e *Engine) top(ctx context.Context, id string, at time.Time) []soak.Process {
	got, err := e.cli.ContainerTop(ctx, id, []string{"-eo", "pid,etimes,rss,comm"})
	if err != nil {
		return nil
	}
	return parseTop(got.Titles, got.Processes, at)
}

// parseTop reads a process table: PID, ELAPSED in seconds, RSS in KiB, COMMAND.
func parseTop(titles []string, rows [][]string, at time.Time) []soak.Process {
	column := func(name string) int { return slices.Index(titles, name) }
	pid, age, rss, command := column("PID"), column("ELAPSED"), column("RSS"), column("COMMAND")
	if pid < 0 || age < 0 || rss < 0 {
		return nil
	}
	var all []soak.Process
	for _, row := range rows {
		cell := func(i int) string {
			if i < 0 || i >= len(row) {
				return ""
			}
			return strings.TrimSpace(row[i])
		}
		n, err1 := strconv.Atoi(cell(pid))
		seconds, err2 := strconv.ParseInt(cell(age), 10, 32)
		kib, err3 := strconv.ParseInt(cell(rss), 10, 52)
		if err1 != nil || err2 != nil || err3 != nil {
			continue
		}
		all = append(all, soak.Process{
			PID: n, Command: cell(command), RSS: kib * 1024,
			Started: at.Add(-time.Duration(seconds) * time.Second).Truncate(time.Second),
		})
	}
	return all
}
