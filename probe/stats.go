package probe

import (
	"encoding/json"
	"fmt"
	"time"

	"leakcheck/soak"
)

// stats is the part of the engine's statistics that a sample needs.
type stats struct {
	Read   time.Time `json:"read"`
	Memory struct {
		Usage *uint64           `json:"usage"`
		Limit *uint64           `json:"limit"`
		Stats map[string]uint64 `json:"stats"`
	} `json:"memory_stats"`
	CPU struct {
		Usage struct {
			Total uint64 `json:"total_usage"`
		} `json:"cpu_usage"`
	} `json:"cpu_stats"`
	PIDs struct {
		Current *uint64 `json:"current"`
	} `json:"pids_stats"`
	Networks map[string]struct {
		Rx uint64 `json:"rx_bytes"`
		Tx uint64 `json:"tx_bytes"`
	} `json:"networks"`
}

// parseStats reads one statistics message.
func parseStats(b []byte) (stats, error) {
	var s stats
	if err := json.Unmarshal(b, &s); err != nil {
		return s, fmt.Errorf("the engine's statistics cannot be read: %w", err)
	}
	return s, nil
}

// stopped tells the message that the engine sends for a container that does
// not run: no time and no memory, but no error either.
func (s *stats) stopped() bool {
	return s.Read.Year() <= 1 || s.Memory.Usage == nil || len(s.Memory.Stats) == 0
}

// fill puts the message into a sample.
func (s *stats) fill(v *soak.Values, hostMemory int64) {
	stat := func(key string) (uint64, bool) { n, ok := s.Memory.Stats[key]; return n, ok }
	r := reading{usage: optional(s.Memory.Usage), limit: optional(s.Memory.Limit), stat: stat}
	if _, v1 := stat("total_rss"); v1 {
		fillV1(v, r, hostMemory)
	} else {
		fillV2(v, r, hostMemory)
	}
	put(v, soak.CPU, number64{s.CPU.Usage.Total, s.CPU.Usage.Total > 0})
	put(v, soak.PIDs, optional(s.PIDs.Current))
	if len(s.Networks) > 0 {
		var rx, tx uint64
		for _, n := range s.Networks {
			rx, tx = rx+n.Rx, tx+n.Tx
		}
		put(v, soak.NetRx, number64{rx, true})
		put(v, soak.NetTx, number64{tx, true})
	}
}

func optional(n *uint64) number64 {
	if n == nil {
		return number64{}
	}
	return number64{*n, true}
}
