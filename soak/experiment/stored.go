package experiment

import (
	"fmt"
	"strings"
	"time"

	"leakcheck/soak"
)

// stageBegin is the text of the signal that holds the floor before the first
// block. The stages are the others'.
const stageBegin = "begin"

// partPrefix begins the names of the values that hold a floor's components.
const partPrefix = "part "

// beginSignal is the floor before the first block, or before the first one
// after an interruption, as it is recorded.
func beginSignal(f Floor, maxBlocks int) soak.Signal {
	s := soak.Signal{At: time.Now().Round(0), Name: soak.BlockSignal, Text: stageBegin, Values: f.values()}
	s.Values["max_blocks"] = float64(maxBlocks)
	return s
}

// signal is what came of a block, as it is recorded.
func (m Measured) signal(at time.Time) soak.Signal {
	s := soak.Signal{At: at.Round(0), Name: soak.BlockSignal, Count: int(m.Requests), Text: string(m.Stage), Values: m.Floor.values()}
	for name, x := range map[string]float64{
		"round": float64(m.Round), "arm": float64(m.Arm), "dose": float64(m.Dose), "on_ns": float64(m.On), "span_ns": float64(m.Span),
	} {
		s.Values[name] = x
	}
	return s
}

// measured reads a signal back.
func measured(s soak.Signal) Measured {
	v := s.Values
	return Measured{
		Block:    Block{Stage: Stage(s.Text), Round: int(v["round"]), Arm: int(v["arm"]), Dose: int(v["dose"])},
		Requests: int64(s.Count), On: time.Duration(v["on_ns"]), Span: time.Duration(v["span_ns"]), Floor: floorOf(v),
	}
}

func (f Floor) values() map[string]float64 {
	v := map[string]float64{"level": f.Level, "samples": float64(f.Samples)}
	for name, x := range f.Parts {
		v[partPrefix+name] = x
	}
	return v
}

func floorOf(v map[string]float64) Floor {
	f := Floor{Level: v["level"], Samples: int(v["samples"]), Parts: map[string]float64{}}
	for name, x := range v {
		if part, ok := strings.CutPrefix(name, partPrefix); ok {
			f.Parts[part] = x
		}
	}
	return f
}

// Retell goes on with what was recorded of a block, or of the floor before one.
// It fails on a block that this version would not have run next.
func (e *Experiment) Retell(s soak.Signal) error {
	if s.Text == stageBegin {
		e.o.MaxBlocks = int(s.Values["max_blocks"])
		e.Begin(floorOf(s.Values))
		return nil
	}
	m := measured(s)
	if b, ok := e.Next(); !ok || b != m.Block {
		return fmt.Errorf("block %d of the experiment is another one than its seed says: use the leakcheck that made the record", len(e.seen)+1)
	}
	e.Add(m)
	return nil
}
