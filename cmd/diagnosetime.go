package cmd

import (
	"fmt"
	"math"
	"time"

	"leakcheck/soak"
	"leakcheck/soak/experiment"
)

// takes is how long so many blocks and the pause before the first take.
func takes(blocks int, block, pause soak.Duration) soak.Duration {
	return soak.Duration(blocks)*(block+pause) + pause
}

// enough refuses a --max at which the results would not be looked at even once:
// all that was fired would have been for nothing.
func (o *diagnoseOptions) enough(d soak.Design) error {
	arms := len(d.Arms)
	blocks := experiment.FirstAnswer(arms)
	if experiment.BlocksIn(d, d.Max) >= blocks {
		return nil
	}
	shorter := ""
	if block, pause, ok := o.shorter(blocks); ok && o.resume == "" { // its blocks are as they were
		shorter = fmt.Sprintf(", or shorter blocks if memory is handed back within the pause: --block %s --pause %s", block, pause)
	}
	return usage("--max %s is not enough for a first answer on %d arms: it takes %d blocks, at least --max %s%s",
		o.max, arms, blocks, takes(blocks, o.block, o.pause), shorter)
}

// shorter are a block and a pause of which so many fit into --max, in the same
// proportion. It fails where the pause would hold no two samples.
func (o *diagnoseOptions) shorter(blocks int) (block, pause soak.Duration, ok bool) {
	share := float64(o.max) / float64(takes(blocks, o.block, o.pause))
	step := soak.Duration(time.Second)
	if share*float64(min(o.block, o.pause)) < float64(2*step) {
		step = soak.Duration(10 * time.Millisecond)
	}
	round := func(d soak.Duration) soak.Duration {
		return soak.Duration(math.Floor(share*float64(d)/float64(step))) * step
	}
	block, pause = round(o.block), round(o.pause)
	return block, pause, block > 0 && pause >= 2*o.interval
}

// timetable says how long an experiment takes that has run so many blocks.
func (o *diagnoseOptions) timetable(d soak.Design, begun int) string {
	text := fmt.Sprintf("A block and its pause take %s", o.block+o.pause)
	if begun > 0 {
		text += fmt.Sprintf(", and %d were run", begun)
	}
	if first := experiment.FirstAnswer(len(d.Arms)) - begun; first > 0 {
		text += fmt.Sprintf(": about %s until the first answer", takes(first, o.block, o.pause))
	}
	left := experiment.BlocksIn(d, d.Max) - begun
	if begun == 0 {
		return text + fmt.Sprintf(", %s at most (--max)", o.max)
	}
	return text + fmt.Sprintf(", %s more at most (--max %s)", takes(left, o.block, o.pause), o.max)
}
