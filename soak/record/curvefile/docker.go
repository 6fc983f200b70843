package curvefile

import (
	"bytes"

	"leakcheck/soak"
)

// dockerKeys are the keys of `docker stats --format json` that are used. Its
// limit is the host's memory for a container without one.
var dockerKeys = map[string]kind{
	"MemUsage": dockerUsage, "Name": dockerName, "ID": dockerID, "Container": dockerID, "PIDs": dockerPIDs,
}

// stats is what a line of docker stats says beside its numbers.
type stats struct {
	usage    bool // it is such a line
	name, id string
}

// nothing stands for every value of a container that gave no answer.
const nothing = "--"

func (d *stats) set(c *column, r *row, value []byte) error {
	switch c.kind {
	case dockerName:
		d.name = string(value)
	case dockerID:
		d.id = string(value)
	case dockerUsage:
		d.usage = true
		return memUsage(r, value)
	case dockerPIDs:
		if string(value) == nothing {
			return nil
		}
		return (&column{kind: countColumn, metric: c.metric}).set(r, value)
	}
	return nil
}

// memUsage reads "1.2MiB / 7.6GiB": the working set and the limit.
func memUsage(r *row, value []byte) error {
	used, limit, ok := bytes.Cut(value, []byte("/"))
	used, limit = bytes.TrimSpace(used), bytes.TrimSpace(limit)
	if string(used) == nothing {
		return nil
	}
	if !ok {
		return badf("is it a line of docker stats --format json?", "%s is not a used and a limit size", quoted(string(value)))
	}
	n, _, err := parseSize(used, 0, false)
	if err != nil {
		return err
	}
	r.Set(soak.WorkingSet, n)
	n, some, err := parseSize(limit, 0, true)
	if some && n > 0 {
		r.Set(soak.Limit, n)
	}
	return err
}

// containers gives lines without a name that of their container: one that did
// not answer is only known by its ID.
type containers struct {
	names map[string]string // by ID
	last  string
}

func (c *containers) name(name, id string) string {
	if name != "" && name != nothing {
		if c.names == nil {
			c.names = map[string]string{}
		}
		if len(c.names) < maxTargets {
			c.names[id] = name
		}
		c.last = name
		return name
	}
	if known, ok := c.names[id]; ok {
		return known
	}
	if len(c.names) == 1 {
		return c.last // there is only one it can be
	}
	return id
}
