package demonode

import (
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"time"

	"leakcheck/soak"
)

// Model is the stand-in as a function of time: the same curves, the same leak
// to the byte and the same log lines, without memory, sockets or a clock. Its
// methods may run at the same time; times must not go back.
type Model struct {
	o      Options
	log    *logger
	svc    *service
	epoch  time.Time
	kept   atomic.Int64
	swept  time.Duration
	self   time.Duration
	ticked time.Duration
	last   int64
	// Limit is the container's memory limit, 0 for none; Noise the standard
	// deviation of each sample's usage, in bytes.
	Limit soak.Size
	Noise soak.Size
	// Kernel is the constant kernel memory.
	Kernel soak.Size
}

// NewModel returns the model of a node that started at epoch and writes its
// log to log.
func NewModel(o Options, epoch time.Time, log io.Writer) (*Model, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	m := &Model{o: o, log: &logger{w: log, plain: o.Plain, later: o.Later}, epoch: epoch, Noise: 50_000, Kernel: 2_000_000}
	body := make([]byte, bodySize)
	m.svc = newService(o, m.log, func(_ context.Context, soul string, _ []byte) (int, []byte, error) {
		if isMissing(soul) {
			return http.StatusNotFound, body, nil
		}
		return http.StatusOK, body[:500], nil
	}, func(b []byte) error { m.kept.Add(int64(len(b))); return nil })
	m.log.started("http://127.0.0.1:3005", "http://127.0.0.1:8765")
	m.last = m.external(0)
	return m, nil
}

// Query answers a request for records at a time since the start.
func (m *Model) Query(elapsed time.Duration, kind string, depth, limit int) {
	// Neither the model's relay nor its memory can fail.
	_, _ = m.svc.query(context.Background(), m.epoch.Add(elapsed), kind, depth, limit)
}

// Advance lets the node do what it does by itself up to a time: its own load,
// the cache's sweeps and the monitor's lines. Call it at least once for each of
// their periods, or the log lines come late.
func (m *Model) Advance(elapsed time.Duration) {
	if m.o.SelfLoad > 0 {
		step := time.Duration(float64(time.Second) / m.o.SelfLoad)
		for ; m.self+step <= elapsed; m.self += step {
			m.Query(m.self+step, "workout", 2, 5)
		}
	}
	for ; m.o.Fix && m.swept+m.o.CacheSweep <= elapsed; m.swept += m.o.CacheSweep {
		m.svc.gun.cache.sweep(m.epoch.Add(m.swept + m.o.CacheSweep))
	}
	for ; m.o.Monitor > 0 && m.ticked+m.o.Monitor <= elapsed; m.ticked += m.o.Monitor {
		m.monitor(m.ticked + m.o.Monitor)
	}
}

func (m *Model) monitor(elapsed time.Duration) {
	external := m.external(elapsed)
	m.log.memory(24<<20, 32<<20, external+40<<20, external)
	if grown := external - m.last; m.o.LeakWarning > 0 && grown >= int64(m.o.LeakWarning) {
		m.log.leak(external, grown, m.o.Monitor)
	}
	m.last = external
}

func (m *Model) external(elapsed time.Duration) int64 {
	return m.kept.Load() + shape(m.o, elapsed).anon
}

// Values is a sample of the node's memory at a time since its start: the same
// for the same time, seed and history of queries.
func (m *Model) Values(elapsed time.Duration) soak.Values {
	l := shape(m.o, elapsed)
	noise := rand.New(rand.NewPCG(m.o.Seed, uint64(elapsed))).NormFloat64() * float64(m.Noise)
	anon := max(l.anon+m.kept.Load()+int64(noise), 0)
	var v soak.Values
	v.Set(soak.Anon, anon)
	v.Set(soak.File, l.file+l.shmem)
	v.Set(soak.InactiveFile, l.file)
	v.Set(soak.Shmem, l.shmem)
	v.Set(soak.Kernel, int64(m.Kernel))
	usage := anon + l.file + l.shmem + int64(m.Kernel)
	v.Set(soak.Usage, usage)
	v.Set(soak.WorkingSet, usage-l.file)
	if m.Limit > 0 {
		v.Set(soak.Limit, int64(m.Limit))
	}
	return v
}

// Truth is what the model knows of itself.
func (m *Model) Truth(elapsed time.Duration) Truth { return m.svc.truth(elapsed) }
