package experiment

import (
	"errors"
	"math/rand/v2"
	"time"

	"leakcheck/soak"
)

// Options say what is tried.
type Options struct {
	// Arms are the causes; an idle arm is needed to compare with.
	Arms []Arm
	// Seed decides the order of the blocks.
	Seed uint64
	// Matters is the cost of a request, in bytes, below which a scenario is
	// cleared; Tolerance the same in bytes per hour for everything else.
	Matters, Tolerance float64
	// MaxBlocks bounds the experiment; 0 for no bound but the rounds'.
	MaxBlocks int
}

// confidence is what every interval holds with, over all arms and all looks
// together.
const confidence = 0.95

// Rounds after which the results are looked at. Looking more rarely as time
// goes on costs less confidence.
var looks = []int{4, 6, 9, 13, 19, 28, 42, 63, 94, 141}

// FirstAnswer is how many blocks it takes until the results of so many arms are
// looked at for the first time: the warm-up and the rounds of the first look.
func FirstAnswer(arms int) int { return (1 + looks[0]) * arms }

// confirmLooks is how many of those the confirmation may take.
const confirmLooks = 4

// Experiment decides which block comes next and what the blocks prove.
type Experiment struct {
	o     Options
	rng   *rand.Rand
	begun map[int]Floor // before the block of that number, where no block came right before it
	seen  []Measured
	queue []Block

	stage    Stage
	round    int // the next one
	rounds   int // complete rounds of the present stage
	look     int // looks at the present stage so far
	suspects []int
	done     bool
	screened []estimate // what the screen ended with, at which look
	screenAt int
}

// New begins an experiment. It fails without an idle arm and one other.
func New(o Options) (*Experiment, error) {
	e := &Experiment{o: o, rng: rand.New(rand.NewPCG(o.Seed, 0x6c65616b)), stage: WarmUp, begun: map[int]Floor{}}
	if len(o.Arms) < 2 || e.idle() < 0 {
		return nil, errors.New("experiment: it takes the idle arm and at least one other")
	}
	if o.Matters <= 0 || o.Tolerance <= 0 {
		return nil, errors.New("experiment: what matters must be above zero")
	}
	return e, nil
}

func (e *Experiment) idle() int {
	for i, a := range e.o.Arms {
		if a.Kind == soak.ArmIdle {
			return i
		}
	}
	return -1
}

// Begin sets the floor before the next block: before the first one, and after
// an interruption, whose growth is no block's.
func (e *Experiment) Begin(f Floor) { e.begun[len(e.seen)] = f }

// Extend gives an experiment room for so many blocks in all.
func (e *Experiment) Extend(maxBlocks int) { e.o.MaxBlocks = maxBlocks }

// before is the floor before a block.
func (e *Experiment) before(block int) Floor {
	if f, ok := e.begun[block]; ok {
		return f
	}
	return e.seen[block-1].Floor
}

// Next returns the next block to run; false means that all is known that can
// be, or that there is no room for more.
func (e *Experiment) Next() (Block, bool) {
	if e.over() != "" {
		return Block{}, false
	}
	if len(e.queue) == 0 {
		e.queue = e.plan()
	}
	return e.queue[0], true
}

// over says why there is no next block, for a user; empty while there is one.
func (e *Experiment) over() string {
	switch {
	case e.done:
		return "with no more rounds to go: more time would not have decided what is open"
	case e.o.MaxBlocks > 0 && len(e.seen) >= e.o.MaxBlocks:
		return "at --max"
	}
	return ""
}

// Add takes what came of the block that Next named.
func (e *Experiment) Add(m Measured) {
	e.seen = append(e.seen, m)
	if len(e.queue) > 0 {
		e.queue = e.queue[1:]
	}
	if len(e.queue) > 0 {
		return
	}
	e.round++
	e.rounds++
	switch {
	case e.stage == WarmUp:
		e.enter(Screen)
	case e.look < len(looks) && e.rounds == looks[e.look]:
		e.look++
		e.judge()
	}
}

func (e *Experiment) enter(s Stage) { e.stage, e.rounds, e.look = s, 0, 0 }

// plan is the next round in random order.
func (e *Experiment) plan() []Block {
	var blocks []Block
	add := func(arm, dose int) {
		blocks = append(blocks, Block{Stage: e.stage, Round: e.round, Arm: arm, Dose: dose})
	}
	if e.stage != Confirm {
		for arm := range e.o.Arms {
			add(arm, 1)
		}
	} else {
		add(e.idle(), 1)
		for _, arm := range e.suspects {
			if arm == e.idle() {
				continue
			}
			add(arm, 1)
			if e.o.Arms[arm].counted() {
				add(arm, 2)
			}
		}
	}
	e.rng.Shuffle(len(blocks), func(i, j int) { blocks[i], blocks[j] = blocks[j], blocks[i] })
	return blocks
}

// judge looks at the results so far and decides how to go on.
func (e *Experiment) judge() {
	if e.stage == Confirm {
		e.done = e.confirmed() || e.look >= confirmLooks
		return
	}
	found, ok := e.estimates(Screen)
	if !ok {
		e.done = e.look >= len(looks)
		return
	}
	open := 0
	e.suspects = nil
	for arm := range e.o.Arms {
		switch i := found[arm].interval(e.alpha()); {
		case i.High <= e.matters(arm):
		case i.Low > 0:
			e.suspects = append(e.suspects, arm)
		default:
			open++
		}
	}
	last := e.look >= len(looks) || e.o.MaxBlocks > 0 && e.o.MaxBlocks-len(e.seen) < e.nextLook(len(e.suspects))
	switch {
	case open > 0 && !last:
	case len(e.suspects) > 0:
		e.screened, e.screenAt = found, e.look
		e.enter(Confirm)
	default:
		e.done = open == 0 || e.look >= len(looks)
	}
}

// nextLook is how many blocks it takes to get to the next look and then to
// confirm the suspects.
func (e *Experiment) nextLook(suspects int) int {
	if suspects == 0 || e.look >= len(looks) {
		return 0
	}
	return (looks[e.look]-e.rounds)*len(e.o.Arms) + looks[0]*(2*suspects+1)
}

// matters is the cost below which an arm is cleared, in its own unit.
func (e *Experiment) matters(arm int) float64 {
	if e.o.Arms[arm].counted() {
		return e.o.Matters
	}
	return e.o.Tolerance
}

// alpha is the error probability of one interval at the present look. It is
// spent over both stages, all arms and the looks, the j-th of which gets a
// share of 1/(j(j+1)): together they stay below 1 - confidence (Bonferroni).
func (e *Experiment) alpha() float64 { return e.alphaAt(max(e.look, 1)) }

func (e *Experiment) alphaAt(look int) float64 {
	j := float64(look)
	return (1 - confidence) / 2 / float64(len(e.o.Arms)) / (j * (j + 1))
}

// complete are the blocks of the complete rounds of some stages, with how far
// the floor rose in each.
func (e *Experiment) complete(stages ...Stage) []rise {
	var all []rise
	for i, m := range e.seen {
		if m.Round >= e.round || !contains(stages, m.Stage) {
			continue
		}
		all = append(all, rise{Measured: m, before: e.before(i)})
	}
	return all
}

func contains[T comparable](all []T, s T) bool {
	for _, x := range all {
		if x == s {
			return true
		}
	}
	return false
}

// rise is a block with the floor before it.
type rise struct {
	Measured
	before Floor
}

func (r rise) bytes() float64 { return r.Floor.Level - r.before.Level }

// dose is how much of an arm there was, in the unit of its cost.
func (r rise) dose(a Arm) float64 {
	if a.counted() {
		return float64(r.Requests)
	}
	return hours(r.On)
}

func hours(d time.Duration) float64 { return d.Hours() }
