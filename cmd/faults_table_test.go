package cmd_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"leakcheck/probe/dockertest"
	"leakcheck/soak"
)

// rounds is how often a fault is injected: once in the ordinary suite, and
// `make faults` asks for full x LEAKCHECK_FAULT_ROUNDS.
func rounds(full int) int {
	n, _ := strconv.Atoi(os.Getenv("LEAKCHECK_FAULT_ROUNDS"))
	return max(n*full, 1)
}

// everyFault says that all of it is asked for.
func everyFault() bool { return os.Getenv("LEAKCHECK_FAULT_ROUNDS") != "" }

// row is a line of the table of faults.
type row struct{ rounds, expected, lost, doubled, right int }

// table collects what came of the faults.
type table struct {
	mu    sync.Mutex
	order []string
	rows  map[string]*row
}

var faultTable = &table{rows: map[string]*row{}}

// add counts one round, or r.rounds of them, of a fault.
func (a *table) add(where, fault string, r row) {
	a.mu.Lock()
	defer a.mu.Unlock()
	key := where + " | " + fault
	x := a.rows[key]
	if x == nil {
		x = &row{}
		a.rows[key], a.order = x, append(a.order, key)
	}
	x.rounds, x.expected, x.lost, x.doubled, x.right = x.rounds+max(r.rounds, 1), x.expected+r.expected, x.lost+r.lost, x.doubled+r.doubled, x.right+r.right
}

// String is the table as the README has it.
func (a *table) String() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	var b strings.Builder
	b.WriteString("\n| where | fault | rounds | samples expected | lost | doubled | verdict right |\n|---|---|---:|---:|---:|---:|---:|\n")
	for _, key := range a.order {
		r := a.rows[key]
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %d of %d |\n", key, r.rounds, r.expected, r.lost, r.doubled, r.right, r.rounds)
	}
	return b.String()
}

// TestMain prints the table once everything has run.
func TestMain(m *testing.M) {
	code := dockertest.Main(m)
	if everyFault() {
		fmt.Println(faultTable)
	}
	os.Exit(code)
}

// excused is how many samples of a run the machine may have cost: no fault makes
// a sample come late, but a machine without time does, and what was late held
// up those that were due meanwhile.
func excused(r soak.Report, every time.Duration) int {
	return int(float64(r.Observer.Late) * r.Observer.MaxLate / every.Seconds())
}

// doubled counts samples that stand at the time of another one of their target.
func (k *kept) doubled() (n int) {
	seen := map[string]bool{}
	for _, s := range k.samples {
		key := fmt.Sprint(s.Target, s.At.UnixNano())
		if seen[key] {
			n++
		}
		seen[key] = true
	}
	return n
}

func told(r soak.Report, kind soak.EventKind) bool {
	for _, e := range r.Events {
		if e.Kind == kind {
			return true
		}
	}
	return false
}
