package runner

import (
	"runtime"
	"sync"
	"testing"
	"time"
)

// TestABusyMachineHasNotSlept reads for how long the machine has slept while
// more is to do than it can: waiting for a processor is no sleep.
func TestABusyMachineHasNotSlept(t *testing.T) {
	before := slept()
	end := time.Now().Add(300 * time.Millisecond)
	var wg sync.WaitGroup
	for range 8 * runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for time.Now().Before(end) {
				if off := slept() - before; off.Abs() > time.Millisecond {
					t.Errorf("it has slept for %s", off)
					return
				}
			}
		})
	}
	wg.Wait()
}
