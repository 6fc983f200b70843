package cmd

import (
	"bufio"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const smaps = `00400000-01054000 r-xp 00000000 fe:00 22     /opt/leakcheck
Rss:                7040 kB
Anonymous:             0 kB
01054000-01ba8000 r--p 00c54000 fe:00 22     /opt/leakcheck
Rss:                9360 kB
Anonymous:             4 kB
01ba8000-01c60000 rw-p 017a8000 fe:00 22     /opt/leakcheck
Anonymous:             0 kB
7f0000000000-7f0000010000 r--p 00000000 fe:00 23     /usr/lib/opt/leakcheck.so
Anonymous:             0 kB
7f0000020000-7f0000030000 r--p 00000000 fe:00 22     /opt/leakcheck
Rss:                   8 kB
Anonymous:             0 kB
7f0000040000-7f0000050000 r--p 00000000 00:00 0
Anonymous:             0 kB
`

// TestOnlyUnchangedPagesOfItsFileAreForgotten keeps what was written to, what
// was copied and what belongs to others.
func TestOnlyUnchangedPagesOfItsFileAreForgotten(t *testing.T) {
	got := unchanged(bufio.NewScanner(strings.NewReader(smaps)), "/opt/leakcheck")
	want := []mapping{{0x400000, 0x1054000}, {0x7f0000020000, 0x7f0000030000}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(mapping{})); diff != "" {
		t.Error(diff)
	}
	forgetCode() // what runs goes on running
}
