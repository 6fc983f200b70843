//go:build !linux

package demonode

import "os"

// Elsewhere than on Linux the stand-in works, but its memory is the Go heap's
// and its shared memory a temporary file.
func mapRegion(n int) ([]byte, error) { return make([]byte, n), nil }

func unmapRegion([]byte) error { return nil }

func giveBack([]byte) error { return nil }

func sharedFile(dir string) (*os.File, error) { return os.CreateTemp(dir, "leakcheck-demonode-*") }
