package probe

import "context"

// fromFile reads the engine's own log files.
func (f *follower) fromFile(ctx context.Context, now facts) error { return errNotLocal }
